import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { contract } from "@parley/protocol/contract";
import type { Account } from "@parley/protocol/users";
import type { Context } from "../../context.ts";
import { type TestContext, testContext } from "../../testing/context.ts";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { addCast, addPerson, callBy, deviceOf, passwordOf } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { createUser } from "../server/server.ts";
import { authenticate, listSessions } from "../sessions/sessions.ts";
import {
  addUser,
  getMe,
  getUser,
  listUsers,
  mustChangePassword,
  namesOf,
  requireUsers,
  setActive,
  setRole,
  updateMe,
} from "./users.ts";

onEveryEngine((engine) => {
  let fixture: TestContext;
  let context: Context;
  let ids: Awaited<ReturnType<typeof addCast>>;
  const by = (user: number) => ({ user, session: 1 });
  const update = (user: number, input: Parameters<typeof updateMe>[2]) =>
    context.writer.write((tx) => updateMe(tx, by(user), input));
  const activate = (actor: number, user: number, active: boolean) =>
    context.writer.write((tx) => setActive(tx, by(actor), { user, active }));
  const promote = (actor: number, user: number, role: "user" | "admin") =>
    context.writer.write((tx) => setRole(tx, by(actor), { user, role }));
  const lastChangesOf = (user: number) =>
    fixture.store.changes.flatMap((change) =>
      change.log === "user" && change.id === user ? [change.event.kind] : [],
    );

  beforeAll(async () => {
    fixture = await testContext({ engine, spread: true });
    context = fixture.context;
    ids = await addCast(context);
  });
  afterAll(() => fixture.close());

  describe("names", () => {
    test("ACC-1 a name is taken whatever its case, an address too", async () => {
      const taken = { role: "user", username: "ALICE" } as const;
      expect(
        (await refusalOf(createUser(context, callBy(by(ids.admin)), taken))).details.fields?.[0]?.path,
      ).toEqual(["username"]);
      const address = { role: "user", username: "alice2", email: "Alice@EXAMPLE.org" } as const;
      const refusal = await refusalOf(createUser(context, callBy(by(ids.admin)), address));
      expect(refusal.code).toBe("conflict");
      expect(refusal.details.fields?.[0]?.path).toEqual(["email"]);
    });

    test("ACC-1 nobody takes another's name by changing theirs, and may change the case of their own", async () => {
      expect(await outcomeOf(update(ids.bob, { username: "Alice" }))).toBe("conflict");
      expect(await outcomeOf(update(ids.bob, { email: "ALICE@example.org" }))).toBe("conflict");
      expect((await update(ids.bob, { username: "Bob" })).username).toBe("Bob");
      expect((await update(ids.bob, { username: "bob" })).username).toBe("bob");
    });

    test("ACC-1 of many who take one name at once, one gets it", async () => {
      const names = namesOf({ username: "dune" });
      const account = { ...names, role: "user", password_hash: "none", must_change_password: false } as const;
      const tries = Array.from({ length: 20 }, () =>
        outcomeOf(context.writer.write((tx) => addUser(tx, account))),
      );
      const outcomes = await Promise.all(tries);
      expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "conflict")).toHaveLength(19);
    });

    test("ACC-1 nobody is called everyone", async () => {
      for (const username of ["everyone", "All", "here", "SYSTEM"]) {
        expect(await outcomeOf(update(ids.alice, { username }))).toBe("invalid");
        expect(await outcomeOf(createUser(context, callBy(by(ids.admin)), { role: "user", username }))).toBe(
          "invalid",
        );
      }
    });

    test("ACC-1 names with which one imitates another do not pass the contract", () => {
      const input = contract["user.update"].input;
      const bad = [
        "ali\u200bce",
        "alice\u202egnp",
        " alice",
        "alice ",
        "\u2066alice",
        "a\u0000",
        "a\nb",
        "\ud800",
        "",
        "\ue000",
      ];
      for (const display_name of bad) expect(input.safeParse({ display_name }).success).toBe(false);
      expect(input.safeParse({ display_name: "Алиса im Garten" }).success).toBe(true);
      for (const username of ["a", "al ice", "alicе", "@alice", "-alice", "a".repeat(33)]) {
        expect(input.safeParse({ username }).success).toBe(false);
      }
      expect(input.safeParse({ role: "admin" }).success).toBe(false);
    });
  });

  describe("a profile", () => {
    test("ACC-9 a change is told to the person's own devices, and only what was given changes", async () => {
      const before = await getMe(context.database, by(ids.alice));
      const told = lastChangesOf(ids.alice).length;
      const after = await update(ids.alice, { display_name: "Alice A.", status_message: "at the lake" });
      const changed = { display_name: "Alice A.", status_message: "at the lake" };
      expect(after).toEqual({ ...before, ...changed });
      expect(await getMe(context.database, by(ids.alice))).toEqual(after);
      expect(lastChangesOf(ids.alice).slice(told)).toEqual(["user.updated"]);
    });

    test("ACC-9 others see neither the address nor whether a password is due", async () => {
      const seen = await getUser(context.database, by(ids.bob), { user: ids.alice });
      expect(Object.keys(seen).sort()).toEqual([
        "active",
        "avatar",
        "display_name",
        "family_name",
        "given_name",
        "id",
        "role",
        "status_message",
        "username",
      ]);
      expect(await outcomeOf(getUser(context.database, by(ids.bob), { user: 999_999 }))).toBe("not_found");
    });
  });

  describe("people found", () => {
    test("ACC-10 by name, page after page, each once", async () => {
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listUsers(context.database, by(ids.bob), { limit: 2, ...(cursor && { cursor }) });
        expect(page.users.length).toBeLessThanOrEqual(2);
        names.push(...page.users.map((user) => user.username));
        cursor = page.next ?? undefined;
      } while (cursor);
      expect(names).toEqual(["admin", "alice", "bob", "carol", "dune"]);
    });

    test("ACC-10 by a part of either name, without case; signs stand for themselves", async () => {
      await update(ids.carol, { display_name: "Königin 100%_\\" });
      const found = async (search: string) =>
        (await listUsers(context.database, by(ids.bob), { search, limit: 50 })).users.map(
          (user) => user.username,
        );
      expect(await found("ARO")).toEqual(["carol"]);
      expect(await found("KÖNIGIN")).toEqual(["carol"]);
      expect(await found("0%_")).toEqual(["carol"]);
      expect(await found("\\")).toEqual(["carol"]);
      expect(await found("%")).toEqual(["carol"]);
      expect(await found("c_rol")).toEqual([]);
    });

    test("ACC-10 by ids, those that exist", async () => {
      const page = await listUsers(context.database, by(ids.bob), {
        ids: [ids.carol, ids.alice, ids.carol, 999_999],
        limit: 1,
      });
      expect(page.users.map((user) => user.username)).toEqual(["alice", "carol"]);
      expect(page.next).toBeNull();
      expect((await listUsers(context.database, by(ids.bob), { ids: [], limit: 50 })).users).toEqual([]);
    });

    test("ACC-10 a cursor from elsewhere is refused", async () => {
      for (const cursor of ["\u0000", "Alice", "' or 1=1"]) {
        expect(await outcomeOf(listUsers(context.database, by(ids.bob), { cursor, limit: 50 }))).toBe(
          "invalid",
        );
      }
    });

    test("ACC-10 whom rooms and messages name must exist and be active, every one", async () => {
      const missing = await addPerson(context, "ember");
      expect(await outcomeOf(requireUsers(context.database, [ids.alice, ids.bob, ids.alice, missing]))).toBe(
        "done",
      );
      await activate(ids.admin, missing, false);
      expect(await outcomeOf(requireUsers(context.database, [ids.alice, missing]))).toBe("not_found");
      expect(await outcomeOf(requireUsers(context.database, [ids.alice, 999_999]))).toBe("not_found");
      expect(await outcomeOf(requireUsers(context.database, []))).toBe("done");
    });
  });

  describe("accounts made by an admin", () => {
    test("ACC-4 a password made by the server is good once: then it must be changed", async () => {
      const made = await createUser(context, callBy(by(ids.admin)), { username: "frost", role: "user" });
      expect(made.password).toMatch(/^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
      expect(made.user).toMatchObject({
        username: "frost",
        display_name: "frost",
        role: "user",
        email: null,
      });
      expect(made.user.must_change_password).toBe(true);
      expect(await mustChangePassword(context.database, made.user.id)).toBe(true);
      expect(context.passwords.verify(made.password ?? "", await storedHash(made.user))).resolves.toBe(true);
    });

    test("ACC-4 a password chosen by the admin is not shown again and stays", async () => {
      const input = { username: "grove", role: "user", password: passwordOf("grove") } as const;
      const made = await createUser(context, callBy(by(ids.admin)), input);
      expect(made.password).toBeUndefined();
      expect(made.user.must_change_password).toBe(false);
      const weak = { username: "heath", role: "user", password: "admin123" } as const;
      expect(await outcomeOf(createUser(context, callBy(by(ids.admin)), weak))).toBe("invalid");
    });

    async function storedHash(user: Account): Promise<string> {
      const { password_hash } = (await context.database.first(
        context.database.build.selectFrom("users").select("password_hash").where("id", "=", user.id),
      )) ?? { password_hash: "" };
      return password_hash;
    }

    test("ACC-8 only who is an admin now makes accounts, roles and deactivations", async () => {
      const call = callBy(by(ids.bob));
      expect(await outcomeOf(createUser(context, call, { username: "iris", role: "admin" }))).toBe(
        "forbidden",
      );
      expect(await outcomeOf(promote(ids.bob, ids.bob, "admin"))).toBe("forbidden");
      expect(await outcomeOf(activate(ids.bob, ids.alice, false))).toBe("forbidden");
      await promote(ids.admin, ids.bob, "admin");
      expect(await outcomeOf(createUser(context, call, { username: "iris", role: "user" }))).toBe("done");
      await promote(ids.admin, ids.bob, "user");
      expect(await outcomeOf(createUser(context, call, { username: "jade", role: "user" }))).toBe(
        "forbidden",
      );
    });
  });

  describe("the last admin", () => {
    test("ACC-7 stays an admin, and active", async () => {
      expect(await outcomeOf(promote(ids.admin, ids.admin, "user"))).toBe("conflict");
      expect(await outcomeOf(activate(ids.admin, ids.admin, false))).toBe("conflict");
      expect((await getMe(context.database, by(ids.admin))).role).toBe("admin");
    });

    test("ACC-7 a deactivated admin does not count", async () => {
      await promote(ids.admin, ids.carol, "admin");
      await activate(ids.admin, ids.carol, false);
      expect(await outcomeOf(promote(ids.admin, ids.admin, "user"))).toBe("conflict");
      await activate(ids.admin, ids.carol, true);
      await promote(ids.admin, ids.carol, "user");
    });

    test("ACC-7 of two admins who demote each other at once, one stays", async () => {
      for (let round = 0; round < 10; round++) {
        await promote(ids.admin, ids.carol, "admin");
        const outcomes = await Promise.all([
          outcomeOf(promote(ids.admin, ids.carol, "user")),
          outcomeOf(promote(ids.carol, ids.admin, "user")),
        ]);
        expect(outcomes.toSorted()).toEqual(["done", "forbidden"]);
        const admins = (await listUsers(context.database, by(ids.bob), { limit: 200 })).users.filter(
          (user) => user.role === "admin",
        );
        expect(admins).toHaveLength(1);
        if (admins[0]?.id === ids.carol) {
          await promote(ids.carol, ids.admin, "admin");
          await promote(ids.admin, ids.carol, "user");
        }
      }
    });

    test("ACC-7 of two admins who step down at once, one stays", async () => {
      for (let round = 0; round < 10; round++) {
        await promote(ids.admin, ids.carol, "admin");
        const outcomes = await Promise.all([
          outcomeOf(promote(ids.admin, ids.admin, "user")),
          outcomeOf(activate(ids.carol, ids.carol, false)),
        ]);
        expect(outcomes.toSorted()).toEqual(["conflict", "done"]);
        if (outcomes[0] === "done") await promote(ids.carol, ids.admin, "admin");
        await activate(ids.admin, ids.carol, true);
        await promote(ids.admin, ids.carol, "user");
      }
    });
  });

  describe("deactivation", () => {
    test("ACC-6 ends every session in the same commit, and tells each device", async () => {
      const devices = [await deviceOf(context, "alice"), await deviceOf(context, "alice")];
      const other = await deviceOf(context, "bob");
      const told = fixture.store.changes.length;
      await activate(ids.admin, ids.alice, false);
      const ended = fixture.store.changes
        .slice(told)
        .flatMap((change) =>
          change.log === "user" && change.event.kind === "session.ended" ? [change.event.session] : [],
        );
      expect(ended).toEqual(expect.arrayContaining(devices.map((each) => each.session)));
      for (const { access_token } of devices) {
        expect(await outcomeOf(authenticate(context, access_token, ""))).toBe("unauthenticated");
      }
      expect(await outcomeOf(authenticate(context, other.access_token, ""))).toBe("done");
      expect(await outcomeOf(deviceOf(context, "alice"))).toBe("unauthenticated");
    });

    test("ACC-6 reactivation revives no session, but lets the person sign in again", async () => {
      const before = await deviceOf(context, "bob");
      await activate(ids.admin, ids.bob, false);
      await activate(ids.admin, ids.bob, true);
      expect(await outcomeOf(authenticate(context, before.access_token, ""))).toBe("unauthenticated");
      const after = await deviceOf(context, "bob");
      expect((await listSessions(context, callBy(after.actor))).sessions).toHaveLength(1);
    });

    test("ACC-6 a sign-in and a deactivation at once leave no session behind", async () => {
      for (let round = 0; round < 10; round++) {
        const [signedIn] = await Promise.allSettled([
          deviceOf(context, "carol"),
          activate(ids.admin, ids.carol, false),
        ]);
        await activate(ids.admin, ids.carol, true);
        if (signedIn.status === "rejected") continue;
        expect(await outcomeOf(authenticate(context, signedIn.value.access_token, ""))).toBe(
          "unauthenticated",
        );
      }
    });
  });
});
