import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { methodAndPath, type OperationName, operationNames } from "@parley/protocol/contract";
import fc from "fast-check";
import { type TestApp, testApp } from "./testing/app.ts";
import { type Call, places, type Verdict, whos } from "./testing/permissions/model.ts";
import { rules } from "./testing/permissions/oracle.ts";
import { Trial, type Via } from "./testing/permissions/trial.ts";
import { makeWorld, newPassword, renewRoom } from "./testing/permissions/world.ts";
import { takesBytes } from "./testing/rest-call.ts";
import { onEveryEngine } from "./testing/store.ts";

/** How many random runs on each engine, of up to how many calls each. */
const runs = Number(process.env.PERMISSION_RUNS ?? 30);
const callsEach = 60;
/** Milliseconds after which a failure that was found is no longer made smaller. */
const longest = 30_000 + runs * 5_000;

const aboutRooms =
  /^(?:member|message|notification|pin|poll|reaction|receipt|room|draft|saved|reminder|thread)\.(?!create|direct|find_direct|list|browse|get_default|set_default)|^member\.list$|^message\.list$|^scheduled\.create$/;
const roomOperations = operationNames.filter((name) => aboutRooms.test(name));
const otherOperations = operationNames.filter((name) => !aboutRooms.test(name));
const variants = [0, 1, 2, 3] as const;
/**
 * Operations that are never done here, or never refused. Where a service or something pinned is needed, who may is shown
 * beside these.
 */
const neverDone: readonly OperationName[] = [
  ...(["server.claim", "message.translate", "file.transcribe", "pin.order"] as const),
];
const neverRefused: readonly OperationName[] = ["server.info", "session.revoke"];

interface Asked extends Call {
  via: Via;
}

const usual = { target: "member", role: "member" } as const;

function inEveryRoom(op: OperationName): Asked[] {
  const cases = places.flatMap((place) => whos.map((who, index) => ({ place, who, index })));
  return cases.flatMap(({ place, who, index }) =>
    variants.map((variant): Asked => {
      const via = (index + variant) % 2 === 0 ? "rest" : "socket";
      return { ...usual, op, who, place, variant, via, message: 1 };
    }),
  );
}

function bothWays(op: OperationName, who: Call["who"]): Asked[] {
  return (["rest", "socket"] as const).flatMap((via) =>
    ([0, 1] as const).map((variant) => {
      return { ...usual, op, who, place: "private", variant, via, message: 0 };
    }),
  );
}

test("ACCESS-1 every operation of the contract has a rule, and there is one for no other", () => {
  expect(Object.keys(rules).sort()).toEqual([...operationNames].sort());
});

onEveryEngine((engine) => {
  let app: TestApp;
  let shared: { password: string; hash: string };
  const newWorld = () => makeWorld(app, shared);

  beforeAll(async () => {
    const environment = {
      ...{ OPERATIONS_PER_SECOND: "0", TRUSTED_PROXIES: "127.0.0.1" },
      ...{ PUSH_SERVICES: "127.0.0.1", EGRESS_ALLOW: "127.0.0.1:9" },
    };
    app = await testApp({ engine, environment });
    const password = newPassword("everybody");
    shared = { password, hash: await app.context.passwords.hash(password) };
  });
  afterAll(async () => {
    await app.close();
    expect(app.log.filter((line) => /"level":"(?:error|warn)"/.test(line))).toEqual([]);
    expect(app.log.filter((line) => line.includes("secret-"))).toEqual([]);
  });

  async function check(trial: Trial, call: Asked): Promise<Verdict> {
    const via = takesBytes(call.op) ? "rest" : call.via;
    const { expected, found, leaks } = await trial.attempt(call, via);
    const asked = JSON.stringify(call);
    expect(`${asked}: ${found}`).toBe(`${asked}: ${expected}`);
    expect(leaks).toEqual([]);
    return found;
  }

  function expectBoth(op: OperationName, found: ReadonlySet<Verdict>): void {
    expect(found.has("done")).toBe(!neverDone.includes(op));
    expect([...found].some((verdict) => verdict !== "done")).toBe(!neverRefused.includes(op));
  }

  // What each may do is the same code on both engines; what is held while it is done is not.
  if (engine === "sqlite") {
    describe("everybody asks for everything", () => {
      for (const op of roomOperations) {
        test(`ACCESS-2 ${op}: everybody, in every room, over REST and the socket`, async () => {
          const trial = new Trial(app, await newWorld());
          const found = new Set<Verdict>();
          const changes = methodAndPath(op).method !== "GET";
          for (const call of inEveryRoom(op)) {
            const verdict = await check(trial, call);
            found.add(verdict);
            if (changes && verdict === "done") await renewRoom(app.context, trial.world, call.place);
          }
          trial.close();
          expectBoth(op, found);
        });
      }

      for (const op of otherOperations) {
        test(`ACCESS-4 ${op}: everybody, over REST and the socket`, async () => {
          const found = new Set<Verdict>();
          for (const who of whos) {
            const trial = new Trial(app, await newWorld());
            for (const call of bothWays(op, who)) {
              const verdict = await check(trial, call);
              // No socket is open to those without a session: that says nothing of the operation.
              if (call.via === "rest" || takesBytes(op)) found.add(verdict);
            }
            trial.close();
          }
          // The invites of these worlds are over: there may not be more than so many.
          app.clock.advance(25 * 3_600_000);
          expectBoth(op, found);
        });
      }
    });
  }

  const calls = fc.record<Asked>({
    op: fc.constantFrom(...operationNames, ...roomOperations, ...roomOperations),
    who: fc.constantFrom(...whos),
    place: fc.constantFrom(...places),
    target: fc.constantFrom(...whos),
    message: fc.nat({ max: 5 }),
    role: fc.constantFrom("member", "admin", "owner"),
    variant: fc.constantFrom(...variants),
    via: fc.constantFrom("rest", "socket"),
  });

  async function carryOut(steps: readonly Asked[]): Promise<void> {
    const trial = new Trial(app, await newWorld());
    let wrong = 0;
    try {
      for (const call of steps) {
        // SES-3: who guesses too often is told to wait, which is another test's matter.
        const guesses = call.op === "session.create" && !trial.world.model.people[call.who].active;
        if (guesses && ++wrong > 4) continue;
        await check(trial, call);
      }
    } finally {
      trial.close();
      app.clock.advance(3_600_000);
    }
  }

  test(
    "ACCESS-4 whatever has happened before, each may do what the rules say and hears nothing else",
    async () => {
      const steps = fc.array(calls, { minLength: 10, maxLength: callsEach, size: "max" });
      await fc.assert(fc.asyncProperty(steps, carryOut), { numRuns: runs, interruptAfterTimeLimit: longest });
    },
    { timeout: longest + 10_000 },
  );
});
