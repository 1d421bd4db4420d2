import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { methodAndPath, type OperationName, operationNames } from "@parley/protocol/contract";
import type { ServerFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import { type TestApp, testApp } from "./testing/app.ts";
import {
  type Field,
  fieldsOf,
  foreignNames,
  notObjects,
  tooDeep,
  unstorable,
  withField,
  without,
  wrongValuesOf,
} from "./testing/bad-values.ts";
import { type HelloSocket, liveSocket } from "./testing/live-socket.ts";
import { inputOf } from "./testing/permissions/asking.ts";
import type { Call } from "./testing/permissions/model.ts";
import { makeWorld, newPassword, type World } from "./testing/permissions/world.ts";
import { type RestCall, restCall, takesBytes } from "./testing/rest-call.ts";
import { everyRow } from "./testing/tables.ts";

let app: TestApp;
let shared: { password: string; hash: string };
let world: World;
let socket: HelloSocket;
let adminSocket: HelloSocket;

const forAdmins =
  /^account\.|^invite\.|^emoji\.(?!list)|^sticker\.(?!list)|^pack\.|^room\.(?:list_all|retain)$|^report\.(?:list|get|update)$|^user\.(?:create|set_active|set_role)$/;
/** Secrets are compared, not stored: any text may be tried. */
const anyRefusal = [...["invalid", "unauthenticated", "forbidden", "not_found", "conflict", "rate_limited"]];
const secretFields = ["login", "password", "current_password", "refresh_token", "invite", "code"];

function callOf(op: OperationName): Call {
  const who = forAdmins.test(op) ? "admin" : "owner";
  return { op, who, place: "private", target: "member", message: 0, role: "member", variant: 1 };
}

const whoAsks = (op: OperationName) => world.devices[callOf(op).who];
const socketFor = (op: OperationName) => (callOf(op).who === "admin" ? adminSocket : socket);
const validFor = (op: OperationName) => inputOf(world, callOf(op));

beforeAll(async () => {
  const environment = {
    ...{ OPERATIONS_PER_SECOND: "0", TRUSTED_PROXIES: "127.0.0.1" },
    ...{ PUSH_SERVICES: "127.0.0.1", EGRESS_ALLOW: "127.0.0.1:9" },
  };
  app = await testApp({ environment });
  const password = newPassword("everybody");
  shared = { password, hash: await app.context.passwords.hash(password) };
});
afterAll(async () => {
  await app.close();
  // A fault of our own would have left a line.
  expect(app.log.filter((line) => /"level":"(?:error|warn)"/.test(line))).toEqual([]);
});

const codeByStatus: Record<number, readonly string[]> = {
  401: ["unauthenticated"],
  403: ["forbidden"],
  404: ["not_found"],
  405: ["not_found"],
  409: ["conflict"],
  413: ["too_large"],
  415: ["unsupported"],
  422: ["invalid"],
  429: ["rate_limited"],
};

interface Sent {
  body?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

/** Sends it as it is, and answers the code of the refusal, or `done`. */
async function rest(op: OperationName, { method, path }: RestCall, sent: Sent = {}): Promise<string> {
  const headers = {
    authorization: `Bearer ${whoAsks(op).accessToken}`,
    "x-forwarded-for": world.address,
    ...(sent.body !== undefined && { "content-type": "application/json" }),
    ...sent.headers,
  };
  const response = await fetch(app.url + path, { method, headers, body: sent.body ?? null });
  const text = await response.text();
  if (response.ok) return "done";
  expect(response.headers.get("content-type")).toStartWith("application/problem+json");
  const { code } = JSON.parse(text);
  expect(codeByStatus[response.status] ?? []).toContain(code);
  return code;
}

const bodyOf = (op: OperationName) => restCall(op, validFor(op)).body ?? {};
const hasBody = (op: OperationName) => !/^(?:GET|DELETE)$/.test(methodAndPath(op).method) && !takesBytes(op);
const isInPath = (op: OperationName, { name }: Field) => methodAndPath(op).path.includes(`{${name}}`);

function restBody(op: OperationName, body: Sent["body"] & {}, headers: Record<string, string> = {}) {
  return rest(op, restCall(op, validFor(op)), { body, headers });
}

/** Asks over the socket with an input that is written by hand. */
async function live(op: OperationName, input: string): Promise<string> {
  const on = socketFor(op);
  const id = `bad-${world.count()}`;
  const isAnswer = (frame: ServerFrame) =>
    frame.type === "error" || ((frame.type === "done" || frame.type === "failed") && frame.id === id);
  const answered = on.first(isAnswer, `an answer to ${op} ${input.slice(0, 100)}`, on.frames.length);
  on.send(`{"type":"do","id":"${id}","op":"${op}","input":${input}}`);
  const answer = await answered;
  return "error" in answer ? answer.error.code : "done";
}

interface Attempt {
  what: string;
  ask: () => Promise<string>;
  /** The refusals that are right; `invalid` where nothing is said. */
  right?: readonly string[];
}

/** All of these are refused for the right reason, and nothing is stored. */
async function expectRefused(attempts: readonly Attempt[]): Promise<void> {
  // What was sent before comes into the index by itself.
  await app.app.indexer.settled();
  const before = await everyRow(app.context.database);
  const wrong: string[] = [];
  for (const { what, ask, right = ["invalid"] } of attempts) {
    const code = await ask();
    if (!right.includes(code)) wrong.push(`${what.slice(0, 120)}: ${code}`);
  }
  expect(wrong).toEqual([]);
  expect(await everyRow(app.context.database)).toEqual(before);
}

/** The same value in one field, over the socket and, where it goes into a body, over REST. */
function attemptsWith(op: OperationName, field: Field, raw: string, right?: readonly string[]): Attempt[] {
  const what = `${field.name} = ${raw}`;
  const refusals = right && { right };
  const overSocket = () => live(op, withField(validFor(op), field.name, raw));
  const overRest = () => restBody(op, withField(bodyOf(op), field.name, raw));
  const attempts: Attempt[] = [{ what: `socket ${what}`, ask: overSocket, ...refusals }];
  if (hasBody(op)) attempts.push({ what: `rest ${what}`, ask: overRest, ...refusals });
  return attempts;
}

function unknownField(op: OperationName, name: string): Attempt[] {
  const { method, path } = restCall(op, validFor(op));
  const query = `${path.includes("?") ? "&" : "?"}${encodeURIComponent(name)}=true`;
  return [
    { what: `socket ${name}`, ask: () => live(op, withField(validFor(op), name, "true")) },
    {
      what: `rest ${name}`,
      ask: () =>
        hasBody(op)
          ? restBody(op, withField(bodyOf(op), name, "true"))
          : rest(op, { method, path: path + query }),
    },
    { what: `rest ${name} in the query`, ask: () => rest(op, { method, path: path + query }) },
  ];
}

/** The first field of the input once more, in front of it. */
function givenTwice(input: object): string | null {
  const [first] = Object.entries(input);
  if (!first) return null;
  const [name, value] = first.map((part) => JSON.stringify(part));
  return JSON.stringify(input).replace("{", `{${name}: ${value},`);
}

/** Where one of several fields is given, and never two. */
const isAlternative = (op: OperationName, field: string) =>
  op === "report.create" && ["message", "user", "room"].includes(field);

/** Ids in paths, as text of every kind. */
const badIds = [
  "-1",
  "0",
  "1.5",
  "9007199254740992",
  "1e3",
  "0x10",
  "NaN",
  "null",
  "%00",
  "%ED%A0%80",
  "1%2F2",
];

for (const op of operationNames) {
  describe(op, () => {
    const fields = fieldsOf(op);

    beforeAll(async () => {
      world = await makeWorld(app, shared);
      socket = await liveSocket(app.url, world.devices.owner);
      adminSocket = await liveSocket(app.url, world.devices.admin);
    });
    afterAll(() => {
      socket.destroy();
      adminSocket.destroy();
    });

    test(`REST-5 ${op}: a value that is of no such field is invalid`, async () => {
      const attempts = fields.flatMap((field) =>
        [...wrongValuesOf(field), ...tooDeep].flatMap((raw) => attemptsWith(op, field, raw)),
      );
      const inPath = fields.filter((field) => isInPath(op, field) && field.type === "integer");
      const paths = inPath.flatMap(({ name }) => badIds.map((id) => ({ name, id })));
      const asked = paths.map(({ name, id }): Attempt => {
        const { path, ...call } = restCall(op, { ...validFor(op), [name]: "THERE" });
        const sent = call.body ? { body: JSON.stringify(call.body) } : {};
        return {
          what: `${name} ${id} in the path`,
          ask: () => rest(op, { ...call, path: path.replace("THERE", id) }, sent),
        };
      });
      await expectRefused([...attempts, ...asked]);
    });

    test(`REST-5 ${op}: text that nothing can store is refused`, async () => {
      const texts = fields.filter(({ type }) => type === "string");
      const attempts = texts.flatMap((field) =>
        unstorable.flatMap((raw) => {
          return attemptsWith(op, field, raw, secretFields.includes(field.name) ? anyRefusal : undefined);
        }),
      );
      await expectRefused(attempts);
    });

    test(`REST-2 ${op}: a field of another name is invalid, one that is missing or given twice too`, async () => {
      const unknown = foreignNames.flatMap((name) => unknownField(op, name));
      const missing = fields
        .filter(({ required }) => required)
        .map(({ name }) => {
          const input = JSON.stringify(without(validFor(op), name));
          return { what: `without ${name}`, ask: () => live(op, input) };
        });
      const twice = [givenTwice(validFor(op)), hasBody(op) ? givenTwice(bodyOf(op)) : null];
      const repeated = twice.flatMap((input, index): Attempt[] => {
        if (input === null) return [];
        return [{ what: input, ask: () => (index === 0 ? live(op, input) : restBody(op, input)) }];
      });
      await expectRefused([...unknown, ...missing, ...repeated]);
    });

    test(`REST-5 ${op}: what is no object, or nested too deep, is invalid`, async () => {
      const values = ["[]", "5", '"text"', "true", ...tooDeep];
      const attempts = values.map((raw): Attempt => ({ what: raw, ask: () => live(op, raw) }));
      const bodies = hasBody(op) ? notObjects : [];
      for (const raw of bodies) attempts.push({ what: `rest ${raw}`, ask: () => restBody(op, raw) });
      await expectRefused(attempts);
    });

    if (hasBody(op)) {
      test(`REST-5 ${op}: a body too large, of another type or in no UTF-8 is refused`, async () => {
        const large = withField(bodyOf(op), "text", JSON.stringify("x".repeat(limits.bodyBytes)));
        const valid = JSON.stringify(bodyOf(op));
        const types = [
          "text/plain",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "",
        ];
        await expectRefused([
          { what: "large", ask: () => restBody(op, large), right: ["too_large"] },
          { what: "bytes", ask: () => restBody(op, new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])) },
          ...types.map((type) => ({
            what: type,
            ask: () => restBody(op, valid, { "content-type": type }),
            right: ["unsupported"],
          })),
        ]);
      });
    }

    const named = fields.filter(({ name }) =>
      ["room", "message", "user", "session", "invite", "report", "scheduled"].includes(name),
    );
    for (const field of named.filter(({ type }) => type === "integer")) {
      test(`ACCESS-1 ${op}: an id of nothing in ${field.name} is not found`, async () => {
        const valid = Object.entries(validFor(op)).filter(([name]) => !isAlternative(op, name));
        const input = { ...Object.fromEntries(valid), [field.name]: 2 ** 40 };
        const { body, ...call } = restCall(op, input);
        const sent = body ? { body: JSON.stringify(body) } : {};
        await expectRefused([
          { what: "socket", ask: () => live(op, JSON.stringify(input)), right: ["not_found"] },
          { what: "rest", ask: () => rest(op, call, sent), right: ["not_found"] },
        ]);
      });
    }
  });
}
