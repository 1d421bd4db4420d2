import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { contract, type OperationName, operationNames } from "@parley/protocol/contract";
import { carriedOut } from "../../api/call.ts";
import { type TestContext, testContext } from "../../testing/context.ts";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { addCast, addressOf, callBy, type Device, deviceOf, passwordOf } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { createUser } from "../server/server.ts";
import { authenticate } from "../sessions/sessions.ts";
import { signIn } from "../sign-ins/sign-ins.ts";
import { setActive } from "../users/users.ts";
import { changePassword, checkLogin, requirePassword } from "./passwords.ts";

/** What is left to whoever must change their password. */
const open: ReadonlySet<string> = new Set(["user.me", "password.change", "session.end"]);

onEveryEngine((engine) => {
  let fixture: TestContext;
  let ids: Awaited<ReturnType<typeof addCast>>;
  let alice: Device;

  beforeEach(async () => {
    fixture = await testContext({ engine, spread: true });
    ids = await addCast(fixture.context);
    alice = await deviceOf(fixture.context, "alice");
  });
  afterEach(() => fixture.close());

  const changed = (new_password: string, current_password = passwordOf("alice")) =>
    changePassword(fixture.context, callBy(alice.actor), { current_password, new_password });
  const login = (name: string, password: string, address: string = addressOf.elsewhere) =>
    checkLogin(fixture.context, { login: name, password, address });

  describe("a change", () => {
    test("ACC-5 ends every other session, keeps this one, and the old password is good no longer", async () => {
      const other = await deviceOf(fixture.context, "alice", { address: addressOf.office });
      const bob = await deviceOf(fixture.context, "bob");
      await changed("nine black swans");
      expect(await outcomeOf(authenticate(fixture.context, alice.access_token, ""))).toBe("done");
      expect(await outcomeOf(authenticate(fixture.context, other.access_token, ""))).toBe("unauthenticated");
      expect(await outcomeOf(authenticate(fixture.context, bob.access_token, ""))).toBe("done");
      expect(await outcomeOf(login("alice", passwordOf("alice")))).toBe("unauthenticated");
      expect(await outcomeOf(login("alice", "nine black swans"))).toBe("done");
      const told = fixture.store.changes.flatMap((change) =>
        change.log === "user" && change.id === ids.alice ? [change.event] : [],
      );
      expect(told).toContainEqual(expect.objectContaining({ kind: "session.ended", session: other.session }));
      expect(told).not.toContainEqual(
        expect.objectContaining({ kind: "session.ended", session: alice.session }),
      );
    });

    test("ACC-5 needs the current password, and a new one", async () => {
      const wrong = await refusalOf(changed("nine black swans", "not my password"));
      expect(wrong.code).toBe("forbidden");
      expect(wrong.details.fields?.[0]?.path).toEqual(["current_password"]);
      expect(await outcomeOf(changed(passwordOf("alice")))).toBe("invalid");
      expect(await outcomeOf(login("alice", passwordOf("alice")))).toBe("done");
    });

    test("ACC-2 a weak new password is refused, and told in which field", async () => {
      for (const weak of ["admin123", "alice2024", "aaaaaaaaaa"]) {
        const refusal = await refusalOf(changed(weak));
        expect(refusal.code).toBe("invalid");
        expect(refusal.details.fields?.[0]?.path).toEqual(["new_password"]);
      }
    });

    test("ACC-5 a sign-in with the old password at the same moment leaves no session behind", async () => {
      for (let round = 0; round < 10; round++) {
        const old = await deviceOf(fixture.context, "bob");
        const change = { current_password: passwordOf("bob"), new_password: `nine black swans ${round}` };
        const [signedIn] = await Promise.allSettled([
          deviceOf(fixture.context, "bob"),
          changePassword(fixture.context, callBy(old.actor), change),
        ]);
        if (signedIn.status === "fulfilled") {
          const { access_token } = signedIn.value;
          expect(await outcomeOf(authenticate(fixture.context, access_token, ""))).toBe("unauthenticated");
        }
        const back = { current_password: change.new_password, new_password: passwordOf("bob") };
        await changePassword(fixture.context, callBy(old.actor), back);
      }
    });

    test("ACC-5 of two changes at once from one password, one succeeds", async () => {
      const outcomes = await Promise.all([
        outcomeOf(changed("nine black swans")),
        outcomeOf(changed("ten white geese")),
      ]);
      expect(outcomes.toSorted()).toEqual(["done", "unauthenticated"]);
    });

    test("ACC-4 a one-time password opens nothing but its own change", async () => {
      const call = callBy({ user: ids.admin, session: 1 });
      const made = await createUser(fixture.context, call, { username: "frost", role: "user" });
      const given = { login: "frost", password: made.password ?? "", device: "", cookie: false };
      const signed = await signIn(fixture.context, callBy(null), given);
      expect(signed.user.must_change_password).toBe(true);
      const before = await authenticate(fixture.context, signed.access_token, "");
      expect(before.restricted).toBe(true);
      const caller = { actor: before.actor, restricted: before.restricted, address: "" };
      const asked = (name: OperationName, input: unknown) =>
        outcomeOf(carriedOut(fixture.context, name, input, { caller, key: null }));
      expect(await asked("user.me", {})).toBe("done");
      const shut = operationNames.filter((name) => contract[name].who !== "anyone" && !open.has(name));
      expect(shut.length).toBeGreaterThan(30);
      for (const name of shut) expect(await asked(name, {})).toBe("forbidden");
      const change = { current_password: given.password, new_password: "nine black swans" };
      await changePassword(fixture.context, callBy(before.actor), change);
      const after = await authenticate(fixture.context, signed.access_token, "");
      expect(after.restricted).toBe(false);
      expect(await outcomeOf(signIn(fixture.context, callBy(null), given))).toBe("unauthenticated");
    });
  });

  describe("a check", () => {
    test("SES-2 unknown, wrong and deactivated are told alike, after one verification each", async () => {
      const { context } = fixture;
      await context.writer.write((tx) =>
        setActive(tx, { user: ids.admin, session: 1 }, { user: ids.carol, active: false }),
      );
      const verify = Bun.password.verify;
      const costs: string[] = [];
      Bun.password.verify = (password, hash, algorithm) => {
        costs.push(String(hash).slice(0, 7));
        return verify(password, hash, algorithm);
      };
      try {
        const tries = [
          await refusalOf(login("bob", "not my password", "192.0.2.1")),
          await refusalOf(login("nobody", "not my password", "198.51.100.1")),
          await refusalOf(login("nobody@example.org", "not my password", "203.0.113.1")),
          await refusalOf(login("carol", passwordOf("carol"), "10.1.1.1")),
          await refusalOf(login("bob\u0000", "not my password", "10.1.2.1")),
          await refusalOf(login("\ud800", "not my password", "10.1.3.1")),
        ];
        const told = tries.map(({ code, message, details }) => JSON.stringify({ code, message, details }));
        expect(new Set(told).size).toBe(1);
        expect(tries[0]?.code).toBe("unauthenticated");
      } finally {
        Bun.password.verify = verify;
      }
      expect(costs).toEqual(Array.from({ length: 6 }, () => "$2b$04$"));
    });

    test("SES-3 guessing at one account from everywhere is delayed, and the wait is told", async () => {
      for (let index = 0; index < 5; index++) {
        expect(
          await outcomeOf(login(index % 2 ? "bob" : "BOB@example.org", "a guess", `10.0.${index}.1`)),
        ).toBe("unauthenticated");
      }
      const refusal = await refusalOf(login("bob", passwordOf("bob"), "10.0.9.1"));
      expect(refusal.code).toBe("rate_limited");
      expect(refusal.details.after).toBe(1);
      fixture.store.clock.advance(1_000);
      expect(await outcomeOf(login("bob", passwordOf("bob"), "10.0.9.1"))).toBe("done");
    });

    test("SES-3 unknown names are delayed like known ones", async () => {
      for (let index = 0; index < 5; index++) await refusalOf(login("nobody", "a guess", `10.0.${index}.1`));
      expect(await outcomeOf(login("Nobody", "a guess", "10.0.9.1"))).toBe("rate_limited");
    });

    test("SES-3 guessing from one network is delayed, whatever it says it forwards and whichever address it takes", async () => {
      for (let index = 0; index < 5; index++) {
        const caller = { actor: null, address: `203.0.113.${index}`, forwarded: `10.9.${index}.1` };
        const input = { login: `guess${index}`, password: "a guess", device: "", cookie: false };
        expect(await outcomeOf(signIn(fixture.context, { caller }, input))).toBe("unauthenticated");
      }
      expect(await outcomeOf(login("bob", passwordOf("bob"), "203.0.113.99"))).toBe("rate_limited");
      expect(await outcomeOf(login("bob", passwordOf("bob"), "203.0.114.1"))).toBe("done");
    });

    test("SES-3 from a network where they have a device, the owner gets in while others guess", async () => {
      for (let index = 0; index < 5; index++) await refusalOf(login("alice", "a guess", `10.0.${index}.1`));
      for (let index = 0; index < 5; index++)
        await refusalOf(login(`guess${index}`, "a guess", addressOf.home));
      expect(await outcomeOf(login("alice", passwordOf("alice"), "10.0.9.1"))).toBe("rate_limited");
      expect(await outcomeOf(login("bob", passwordOf("bob"), addressOf.home))).toBe("rate_limited");
      expect(await outcomeOf(login("alice", passwordOf("alice"), addressOf.home))).toBe("done");
    });

    test("SES-3 an open session is no free way to guess its password", async () => {
      const guess = () =>
        requirePassword(fixture.context, callBy(alice.actor), { password: "a guess", field: "password" });
      for (let index = 0; index < 5; index++) expect(await outcomeOf(guess())).toBe("forbidden");
      expect(await outcomeOf(guess())).toBe("rate_limited");
    });

    test("SES-3 a full hash queue is nobody's wrong password", async () => {
      await fixture.close();
      fixture = await testContext({ engine, passwords: { atOnce: 1, queue: 0 } });
      await addCast(fixture.context);
      const verify = Bun.password.verify;
      const held = Promise.withResolvers<boolean>();
      Bun.password.verify = () => held.promise;
      const holding = fixture.context.passwords.verify("", "");
      try {
        for (let index = 0; index < 10; index++) {
          expect((await refusalOf(login("bob", "a guess"))).message).toStartWith("too many people");
        }
      } finally {
        Bun.password.verify = verify;
        held.resolve(false);
        await holding;
      }
      for (let index = 0; index < 5; index++)
        expect(await outcomeOf(login("bob", "a guess"))).toBe("unauthenticated");
      expect(await outcomeOf(login("bob", "a guess"))).toBe("rate_limited");
    });
  });
});
