import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { contract } from "@parley/protocol/contract";
import type { Context } from "../../context.ts";
import { type TestContext, testContext } from "../../testing/context.ts";
import { refusalOf } from "../../testing/failures.ts";
import { addCast, callBy, passwordOf } from "../../testing/people.ts";
import { picture } from "../../testing/pictures.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { setAvatar } from "../avatars/avatars.ts";
import { changePassword } from "../passwords/passwords.ts";
import { createUser, register } from "../server/server.ts";
import { getMe, getUser, listUsers, setActive, setRole, updateMe } from "./users.ts";

onEveryEngine((engine) => {
  let fixture: TestContext;
  let context: Context;
  let ids: Awaited<ReturnType<typeof addCast>>;
  const by = (user: number) => ({ user, session: 1 });
  const update = (user: number, input: Parameters<typeof updateMe>[2]) =>
    context.writer.write((tx) => updateMe(tx, by(user), input));

  beforeAll(async () => {
    fixture = await testContext({ engine, spread: true, environment: { REGISTRATION: "open" } });
    context = fixture.context;
    ids = await addCast(context);
  });
  afterAll(() => fixture.close());

  describe("given and family names", () => {
    test("ACC-30 either makes the display name, with the other where there is one", async () => {
      expect(await update(ids.alice, { given_name: "Alice" })).toMatchObject({
        ...{ given_name: "Alice", family_name: null, display_name: "Alice" },
      });
      expect(await update(ids.alice, { family_name: "Example" })).toMatchObject({
        ...{ given_name: "Alice", family_name: "Example", display_name: "Alice Example" },
      });
      expect(await update(ids.alice, { given_name: null })).toMatchObject({
        ...{ given_name: null, family_name: "Example", display_name: "Example" },
      });
      expect(await update(ids.alice, { family_name: null })).toMatchObject({
        ...{ given_name: null, family_name: null, display_name: "alice" },
      });
    });

    test("ACC-30 a display name given with them stands, and another one alone clears them", async () => {
      const both = { given_name: "Bob", family_name: "Example" };
      expect(await update(ids.bob, { ...both, display_name: "Bobby" })).toMatchObject({
        ...{ ...both, display_name: "Bobby" },
      });
      expect(await update(ids.bob, { display_name: "Bobby", status_message: "here" })).toMatchObject(both);
      expect(await update(ids.bob, { display_name: "Robert" })).toMatchObject({
        ...{ given_name: null, family_name: null, display_name: "Robert" },
      });
    });

    test("ACC-30 an account is made with them, by an admin or by oneself", async () => {
      const names = { given_name: "Ember", family_name: "Example" };
      const made = await createUser(context, callBy(by(ids.admin)), {
        ...{ username: "ember", role: "user", ...names },
      });
      expect(made.user).toMatchObject({ ...names, display_name: "Ember Example" });
      const input = { username: "frost", email: "frost@example.org", password: passwordOf("frost") };
      const registered = await register(context, callBy(null), {
        ...{ ...input, device: "", cookie: false, family_name: "Example" },
      });
      expect(registered.user).toMatchObject({
        ...{ given_name: null, family_name: "Example", display_name: "Example" },
      });
    });

    test("ACC-30 others see them, and find people by them", async () => {
      await update(ids.carol, { given_name: "Caroline", family_name: "Example", display_name: "Carol" });
      const seen = await getUser(context.database, by(ids.bob), { user: ids.carol });
      expect(seen).toMatchObject({ given_name: "Caroline", family_name: "Example", display_name: "Carol" });
      const found = await listUsers(context.database, by(ids.bob), { search: "CAROLINE", limit: 50 });
      expect(found.users.map(({ id }) => id)).toEqual([ids.carol]);
    });

    test("ACC-30 two that are too long together need a display name beside them", async () => {
      const long = { given_name: "a".repeat(60), family_name: "b".repeat(60) };
      const refusal = await refusalOf(update(ids.alice, long));
      expect([refusal.code, refusal.details.fields?.[0]?.path]).toEqual(["invalid", ["family_name"]]);
      expect((await update(ids.alice, { ...long, display_name: "Alice" })).display_name).toBe("Alice");
    });

    test("ACC-30 what imitates another name passes the contract in none of the three", () => {
      for (const field of ["display_name", "given_name", "family_name"]) {
        for (const value of ["ali\u200bce", " alice", "alice\u202egnp", "", "a".repeat(81)]) {
          expect(contract["user.update"].input.safeParse({ [field]: value }).success).toBe(false);
        }
      }
    });
  });

  describe("the last change of an account", () => {
    const changedAt = async (user: number) => (await getMe(context.database, by(user))).updated_at;

    /** Whether the moment of the last change is that of this one. */
    async function moves(user: number, change: () => Promise<unknown>): Promise<boolean> {
      fixture.store.clock.advance(1_000);
      const before = await changedAt(user);
      await change();
      const after = await changedAt(user);
      if (after === before) return false;
      expect(after).toBe(new Date(fixture.store.clock.now()).toISOString());
      return true;
    }

    test("ACC-31 begins with the account", async () => {
      const made = await createUser(context, callBy(by(ids.admin)), { username: "grove", role: "user" });
      expect(made.user.updated_at).toBe(made.user.created_at);
    });

    test("ACC-31 names, address, role, standing, picture and password move it", async () => {
      const { carol, admin } = ids;
      const write = context.writer.write.bind(context.writer);
      const call = callBy(by(carol));
      const newer = `${passwordOf("carol")} again`;
      const changes = {
        username: () => update(carol, { username: "carol2" }),
        email: () => update(carol, { email: "carol2@example.org" }),
        display: () => update(carol, { display_name: "Carol the Second" }),
        given: () => update(carol, { given_name: "Carol", display_name: "Carol the Second" }),
        role: () => write((tx) => setRole(tx, by(admin), { user: carol, role: "admin" })),
        inactive: () => write((tx) => setActive(tx, by(admin), { user: carol, active: false })),
        active: () => write((tx) => setActive(tx, by(admin), { user: carol, active: true })),
        picture: async () => setAvatar(context, { ...call, body: await picture(64, 64) }),
        password: () =>
          changePassword(context, call, { current_password: passwordOf("carol"), new_password: newer }),
      };
      for (const [name, change] of Object.entries(changes)) {
        expect([name, await moves(carol, change)]).toEqual([name, true]);
      }
    });

    test("ACC-31 a status message, and what changes nothing, leave it", async () => {
      const { username, email } = await getMe(context.database, by(ids.bob));
      expect(await moves(ids.bob, () => update(ids.bob, { status_message: "away" }))).toBe(false);
      const same = { username, ...(email && { email }) };
      expect(await moves(ids.bob, () => update(ids.bob, same))).toBe(false);
    });
  });
});
