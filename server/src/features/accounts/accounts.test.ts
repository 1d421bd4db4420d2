import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { contract, type Input } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { deviceOf, passwordOf } from "../../testing/people.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { authenticate } from "../sessions/sessions.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    ({ ids, does } = fixture);
  });
  afterAll(() => fixture.close());

  const list = async (input: Input<"account.list"> = {}) => {
    const { accounts, total } = await does(ids.admin, "account.list", input);
    return { names: accounts.map(({ username }) => username), total };
  };

  describe("the list", () => {
    test("ACC-32 the newest first, with everything an admin sees, and how many there are", async () => {
      const { accounts, total } = await does(ids.admin, "account.list", {});
      expect(accounts.map(({ username }) => username)).toEqual(["carol", "bob", "alice", "admin"]);
      expect(total).toBe(4);
      expect(accounts[2]).toEqual(await does(ids.alice, "user.me", {}));
      expect(accounts[2]?.email).toBe("alice@example.org");
    });

    test("ACC-32 by pages, of which the last may be passed", async () => {
      expect(await list({ limit: 2 })).toEqual({ names: ["carol", "bob"], total: 4 });
      expect(await list({ limit: 2, offset: 1 })).toEqual({ names: ["bob", "alice"], total: 4 });
      expect(await list({ offset: 4 })).toEqual({ names: [], total: 4 });
      expect(await list({ offset: limits.listOffset })).toEqual({ names: [], total: 4 });
    });

    test("ACC-32 by a part of a name or of the address, without case; signs stand for themselves", async () => {
      await does(ids.bob, "user.update", { given_name: "Robert", display_name: "Bob 100%" });
      for (const search of ["BOB", "robert", "Bob@Example", "100%"]) {
        expect([search, await list({ search })]).toEqual([search, { names: ["bob"], total: 1 }]);
      }
      expect((await list({ search: "example.ORG" })).total).toBe(4);
      expect((await list({ search: "b_b" })).total).toBe(0);
    });

    test("ACC-32 by role and by standing, also together with a search", async () => {
      await does(ids.admin, "user.set_active", { user: ids.carol, active: false });
      expect((await list({ role: "admin" })).names).toEqual(["admin"]);
      expect((await list({ role: "user" })).names).toEqual(["carol", "bob", "alice"]);
      expect((await list({ active: false })).names).toEqual(["carol"]);
      expect((await list({ active: true, role: "user" })).names).toEqual(["bob", "alice"]);
      expect(await list({ active: false, role: "user", search: "bob" })).toEqual({ names: [], total: 0 });
      await does(ids.admin, "user.set_active", { user: ids.carol, active: true });
    });

    test("ACC-32 nothing beside the limits passes", () => {
      const passes = (input: object) => contract["account.list"].input.safeParse(input).success;
      expect(passes({ offset: limits.listOffset, limit: limits.pageMax })).toBe(true);
      expect(passes({ offset: limits.listOffset + 1 })).toBe(false);
      for (const wrong of [{ offset: -1 }, { limit: 0 }, { limit: limits.pageMax + 1 }, { search: "" }]) {
        expect(passes(wrong)).toBe(false);
      }
    });

    test("ACC-32 one account is seen by admins alone, like the list", async () => {
      expect(await does(ids.admin, "account.get", { user: ids.bob })).toEqual(
        await does(ids.bob, "user.me", {}),
      );
      expect(await outcomeOf(does(ids.bob, "account.get", { user: ids.bob }))).toBe("forbidden");
      expect(await outcomeOf(does(ids.bob, "account.list", {}))).toBe("forbidden");
      expect(await outcomeOf(does(ids.admin, "account.get", { user: 999_999 }))).toBe("not_found");
    });
  });

  describe("changed by an admin", () => {
    test("ACC-33 names and address of anybody, of which only what is given changes", async () => {
      const before = await does(ids.carol, "user.me", {});
      fixture.store.clock.advance(1_000);
      const told = fixture.store.changes.length;
      const names = { username: "caroline", given_name: "Carol", family_name: "Example" };
      const after = await does(ids.admin, "account.update", { user: ids.carol, ...names });
      const updated_at = new Date(fixture.store.clock.now()).toISOString();
      expect(after).toEqual({ ...before, ...names, display_name: "Carol Example", updated_at });
      expect(await does(ids.carol, "user.me", {})).toEqual(after);
      expect(fixture.store.changes.slice(told)).toMatchObject([
        { log: "user", id: ids.carol, event: { kind: "user.updated" } },
      ]);
      const back = { username: "carol", display_name: "carol" };
      expect(await does(ids.admin, "account.update", { user: ids.carol, ...back })).toMatchObject(back);
    });

    test("ACC-33 null takes the address away, and somebody else may have it", async () => {
      const cleared = await does(ids.admin, "account.update", { user: ids.carol, email: null });
      expect(cleared.email).toBeNull();
      expect(cleared.username).toBe("carol");
      const email = "carol@example.org";
      expect((await does(ids.admin, "account.update", { user: ids.bob, email })).email).toBe(email);
      expect(await outcomeOf(does(ids.admin, "account.update", { user: ids.carol, email }))).toBe("conflict");
      const own = "bob@example.org";
      await does(ids.admin, "account.update", { user: ids.bob, email: own });
      await does(ids.admin, "account.update", { user: ids.carol, email });
    });

    test("ACC-1 an admin gives nobody a name that is taken or kept for the server", async () => {
      const taken = await refusalOf(
        does(ids.admin, "account.update", { user: ids.bob, username: "ALICE", display_name: "Other" }),
      );
      expect([taken.code, taken.details.fields?.[0]?.path]).toEqual(["conflict", ["username"]]);
      expect(
        await outcomeOf(does(ids.admin, "account.update", { user: ids.bob, username: "Everyone" })),
      ).toBe("invalid");
      expect((await does(ids.bob, "user.me", {})).username).toBe("bob");
    });

    test("ACC-33 by admins alone, also as far as oneself goes; nobody who is not there", async () => {
      const wish = { display_name: "Somebody" };
      expect(await outcomeOf(does(ids.bob, "account.update", { user: ids.alice, ...wish }))).toBe(
        "forbidden",
      );
      expect(await outcomeOf(does(ids.bob, "account.update", { user: ids.bob, ...wish }))).toBe("forbidden");
      expect(await outcomeOf(does(ids.admin, "account.update", { user: 999_999, ...wish }))).toBe(
        "not_found",
      );
      expect(await outcomeOf(does(ids.admin, "account.update", { user: ids.admin, ...wish }))).toBe("done");
    });

    test("ACC-33 role, standing and status message are no part of it", () => {
      const { input } = contract["account.update"];
      for (const field of [
        { role: "admin" },
        { active: false },
        { status_message: "x" },
        { password: "x" },
      ]) {
        expect(input.safeParse({ user: 1, ...field }).success).toBe(false);
      }
    });
  });

  describe("a password set by an admin", () => {
    const signIn = (login: string, password: string) =>
      does(0, "session.create", { login, password, device: "" });

    test("ACC-34 made by the server: shown once, good for one sign-in, and every session is over", async () => {
      const { context } = fixture;
      const device = await deviceOf(context, "bob");
      const told = fixture.store.changes.length;
      const made = await does(ids.admin, "account.set_password", { user: ids.bob });
      expect(made.password).toMatch(/^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
      expect(made.user).toMatchObject({ id: ids.bob, must_change_password: true });
      const kinds = fixture.store.changes.slice(told).map((change) => change.log === "user" && change.event);
      expect(kinds).toMatchObject([
        { kind: "session.ended", session: device.session },
        { kind: "user.updated" },
      ]);
      expect(await outcomeOf(authenticate(context, device.access_token, ""))).toBe("unauthenticated");
      expect(await outcomeOf(does(0, "session.refresh", { refresh_token: device.refresh_token }))).toBe(
        "unauthenticated",
      );
      expect(await outcomeOf(signIn("bob", passwordOf("bob")))).toBe("unauthenticated");
      const signed = await signIn("bob", made.password ?? "");
      expect(signed.user.must_change_password).toBe(true);
      expect((await authenticate(context, signed.access_token, "")).restricted).toBe(true);
    });

    test("ACC-34 chosen by the admin: stays, and is not shown again", async () => {
      const password = passwordOf("bob");
      const set = await does(ids.admin, "account.set_password", { user: ids.bob, password });
      expect(set).toEqual({ user: await does(ids.bob, "user.me", {}) });
      expect(set.user.must_change_password).toBe(false);
      expect((await signIn("bob", password)).user.id).toBe(ids.bob);
    });

    test("ACC-2 a weak one is refused, and the old one stays", async () => {
      for (const password of ["admin123", "bob bob bob", "bob@example.org"]) {
        const refused = outcomeOf(does(ids.admin, "account.set_password", { user: ids.bob, password }));
        expect(await refused).toBe("invalid");
      }
      expect(await outcomeOf(signIn("bob", passwordOf("bob")))).toBe("done");
    });

    test("ACC-34 by admins alone, for nobody but others", async () => {
      expect(await outcomeOf(does(ids.bob, "account.set_password", { user: ids.alice }))).toBe("forbidden");
      expect(await outcomeOf(does(ids.admin, "account.set_password", { user: ids.admin }))).toBe("invalid");
      expect(await outcomeOf(does(ids.admin, "account.set_password", { user: 999_999 }))).toBe("not_found");
    });

    test("ACC-34 an admin who is demoted while it is hashed sets none", async () => {
      await does(ids.admin, "user.set_role", { user: ids.carol, role: "admin" });
      const { context } = fixture;
      const hash = context.passwords.hash.bind(context.passwords);
      context.passwords.hash = async (password) => {
        await does(ids.admin, "user.set_role", { user: ids.carol, role: "user" });
        return hash(password);
      };
      const outcome = await outcomeOf(does(ids.carol, "account.set_password", { user: ids.alice }));
      context.passwords.hash = hash;
      expect(outcome).toBe("forbidden");
      expect(await outcomeOf(signIn("alice", passwordOf("alice")))).toBe("done");
    });

    test("ACC-34 a sign-in with the old one at the same moment leaves no session behind", async () => {
      const { context } = fixture;
      const [old, other] = [passwordOf("alice"), `${passwordOf("alice")} too`];
      for (let round = 0; round < 10; round++) {
        const [before, after] = round % 2 === 0 ? [old, other] : [other, old];
        const [signed] = await Promise.allSettled([
          signIn("alice", before),
          does(ids.admin, "account.set_password", { user: ids.alice, password: after }),
        ]);
        fixture.store.clock.advance(3_600_000);
        if (signed.status === "rejected") continue;
        const { session } = signed.value;
        const token = await context.tokens.signAccess({ user: ids.alice, session });
        expect(await outcomeOf(authenticate(context, token, ""))).toBe("unauthenticated");
      }
    });
  });
});
