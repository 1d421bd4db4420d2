import { afterAll, beforeAll, expect, test } from "bun:test";
import { type OperationName, operationNames } from "@parley/protocol/contract";
import { errorCodes } from "@parley/protocol/errors";
import fc from "fast-check";
import { type TestApp, testApp } from "./testing/app.ts";
import { type LiveSocket, liveSocket, openSocket } from "./testing/live-socket.ts";
import { inputOf } from "./testing/permissions/asking.ts";
import { type Call, places, whos } from "./testing/permissions/model.ts";
import { makeWorld, newPassword, type World } from "./testing/permissions/world.ts";
import { restCall } from "./testing/rest-call.ts";

/** How many times each way of making noise is tried. */
const runs = Number(process.env.BAD_INPUT_RUNS ?? 60);
const longest = 30_000 + runs * 2_000;

let app: TestApp;
let shared: { password: string; hash: string };
/** A new one for each run: noise may well take a room away. */
let world: World;

beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0", TRUSTED_PROXIES: "127.0.0.1" } });
  const password = newPassword("everybody");
  shared = { password, hash: await app.context.passwords.hash(password) };
});
afterAll(async () => {
  await app.close();
  // A fault of our own would have left a line.
  expect(app.log.filter((line) => /"level":"error"/.test(line))).toEqual([]);
});

async function renewWorld(): Promise<void> {
  // Time goes on, so that what the worlds before have used up is forgotten.
  app.clock.advance(3_600_000);
  world = await makeWorld(app, shared);
}

/** What ends the session that makes the noise, or hashes for long. */
const quieter: readonly OperationName[] = [
  ...(["session.end", "session.end_others", "session.revoke", "password.change"] as const),
  ...(["user.set_active", "user.set_role"] as const),
  ...([
    "session.create",
    "user.create",
    "user.register",
    "account.set_password",
    "account.delete",
    "server.claim",
  ] as const),
];

const call: fc.Arbitrary<Call> = fc.record({
  op: fc.constantFrom(...operationNames.filter((name) => !quieter.includes(name))),
  who: fc.constant("owner" as const),
  place: fc.constantFrom(...places),
  target: fc.constantFrom(...whos),
  message: fc.nat({ max: 3 }),
  role: fc.constantFrom("member", "admin", "owner"),
  variant: fc.constantFrom(0, 1, 2, 3),
});

/** Anything JSON can say, the sillier the better. */
const silly = fc.oneof(
  fc.jsonValue({ maxDepth: 3, noUnicodeString: false }),
  fc.constantFrom(-1, 0, 1.5, 2 ** 53, 1e300, "", "\u0000", "\ud800", "__proto__", [], {}, null, true),
);

/** Puts something silly in the place of one field, or adds one. */
const change = fc.record({
  field: fc.oneof(fc.nat({ max: 6 }), fc.constantFrom("type", "room", "input", "__proto__", "constructor")),
  value: silly,
});

/** Cuts a piece of the text out and puts another one there. */
const cut = fc.record({
  at: fc.nat({ max: 400 }),
  length: fc.nat({ max: 6 }),
  piece: fc.oneof(
    fc.constantFrom("", "{", "}", "[", "]", '"', ",", ":", "\\", "\u0000", "\ud800", "e9", "null", "-"),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
});

interface Noise {
  changes: { field: number | string; value: unknown }[];
  cuts: { at: number; length: number; piece: string }[];
}

const noise: fc.Arbitrary<Noise> = fc.record({
  changes: fc.array(change, { maxLength: 2 }),
  cuts: fc.array(cut, { maxLength: 2 }),
});

function distorted(value: object, { changes, cuts }: Noise): string {
  const changed = new Map<string, unknown>(Object.entries(value));
  for (const { field, value: other } of changes) {
    const names = [...changed.keys()];
    changed.set(typeof field === "string" ? field : (names[field % names.length] ?? "extra"), other);
  }
  const pairs = [...changed].map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`);
  return cuts.reduce(
    (text, { at, length, piece }) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + piece + text.slice(place + length);
    },
    `{${pairs.join(",")}}`,
  );
}

const frame = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("do" as const), call, input: noise }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("signal", "open", "close", "auth", "ping", "hello") }),
  },
);

function frameOf(chosen: { kind: string; call?: Call; input?: Noise }): object {
  const room = world.rooms.private;
  if (chosen.call) {
    const input = distorted(inputOf(world, chosen.call), chosen.input ?? { changes: [], cuts: [] });
    return { type: "do", id: `noise-${world.count()}`, op: chosen.call.op, input: parsed(input) };
  }
  const others: Record<string, object> = {
    signal: { type: "signal", signal: { kind: "typing", room, on: true } },
    open: { type: "open", room, after: 2 },
    close: { type: "close", room },
    auth: { type: "auth", token: world.devices.owner.accessToken },
    ping: { type: "ping", n: 1 },
    hello: { type: "hello", token: world.devices.owner.accessToken },
  };
  return others[chosen.kind] ?? {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function codesIn(socket: LiveSocket): string[] {
  return socket.frames.flatMap((each) => ("error" in each ? [each.error.code] : []));
}

test(
  "FRAME-2 whatever is sent on a live socket, it stays open, answers and never fails",
  async () => {
    const frames = fc.array(fc.tuple(frame, noise), { minLength: 5, maxLength: 25 });
    const property = fc.asyncProperty(frames, async (sent) => {
      await renewWorld();
      const socket = await liveSocket(app.url, world.devices.owner);
      for (const [chosen, distortion] of sent) socket.send(distorted(frameOf(chosen), distortion));
      await socket.settled();
      expect(codesIn(socket).filter((code) => code === "internal" || !(code in errorCodes))).toEqual([]);
      socket.destroy();
    });
    await fc.assert(property, { numRuns: runs, interruptAfterTimeLimit: longest });
  },
  longest + 10_000,
);

test(
  "FRAME-1 whatever comes first, a socket is live or closed",
  async () => {
    await renewWorld();
    const property = fc.asyncProperty(frame, noise, async (chosen, distortion) => {
      const socket = await openSocket({ url: app.url });
      socket.send(distorted(frameOf(chosen), distortion));
      const ready = socket.until("ready").then(
        () => 0,
        () => socket.closed.then(({ code }) => code),
      );
      expect([0, 4400, 4401]).toContain(await ready);
      socket.destroy();
    });
    await fc.assert(property, { numRuns: runs, interruptAfterTimeLimit: longest });
  },
  longest + 10_000,
);

/** A success, or a problem with a code of the list; never a fault of the server's. */
async function expectAnswer(
  method: string,
  path: string,
  { headers, body }: { headers: Record<string, string>; body: string | null },
): Promise<void> {
  const usual = {
    authorization: `Bearer ${world.devices.owner.accessToken}`,
    "content-type": "application/json",
  };
  const response = await fetch(app.url + path, { method, headers: { ...usual, ...headers }, body });
  const text = await response.text();
  expect(response.status).toBeLessThan(500);
  if (response.status >= 400) expect(Object.keys(errorCodes)).toContain(JSON.parse(text).code);
}

test(
  "REST-5 whatever is asked over REST, the answer is a success or a problem of the caller's",
  async () => {
    const headers = fc.record(
      {
        "content-type": fc.constantFrom("application/json", "text/plain", "application/json; charset=x"),
        "idempotency-key": fc.constantFrom("key", "", " ", "x".repeat(65), "é"),
        authorization: fc.constantFrom("", "Bearer", "Bearer x", "Basic x", "Bearer a b"),
      },
      { requiredKeys: [] },
    );
    const piece = fc.oneof(
      fc.constantFrom("-1", "1.5", "%00", "%", "%ff", "..", "%2e%2e", "", "9".repeat(30), "?", "#", "//"),
      fc.string({ maxLength: 5 }),
    );
    const asked = fc.tuple(call, noise, headers, fc.array(piece, { maxLength: 2 }), fc.nat());
    const property = fc.asyncProperty(fc.array(asked, { minLength: 3, maxLength: 12 }), async (all) => {
      await renewWorld();
      for (const [wanted, distortion, extra, pieces, at] of all) {
        const { method, path, body } = restCall(wanted.op, inputOf(world, wanted));
        const parts = path.split("/");
        for (const each of pieces) parts[3 + (at % Math.max(parts.length - 3, 1))] = each;
        await expectAnswer(method, parts.join("/"), {
          headers: extra,
          body: body ? distorted(body, distortion) : null,
        });
      }
    });
    await fc.assert(property, { numRuns: runs, interruptAfterTimeLimit: longest });
  },
  longest + 10_000,
);
