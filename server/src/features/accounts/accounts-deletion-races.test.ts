import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { outcomeOf } from "../../testing/failures.ts";
import { addPerson, callBy, deviceOf, passwordOf } from "../../testing/people.ts";
import { picture } from "../../testing/pictures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { setAvatar } from "../avatars/avatars.ts";
import { authenticate } from "../sessions/sessions.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let rooms: TestRooms["rooms"];

  beforeEach(async () => {
    await fixture?.close();
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does, rooms } = fixture);
  });
  afterAll(() => fixture.close());

  const rounds = 6;
  const remove = (user: number, by = ids.admin) => does(by, "account.delete", { user });
  const say = (user: number, room: number, text: string) => does(user, "message.send", { room, text });
  const eventsOf = async (user: number, room: number) =>
    (await does(user, "room.events", { room, after: 0, limit: 200 })).events;

  describe("the last admin", () => {
    test("ACC-7 of two admins who delete each other at once, one stays", async () => {
      let first = ids.admin;
      for (let round = 0; round < rounds; round++) {
        const second = await addPerson(fixture.context, `other-${round}`, "admin");
        const outcomes = await Promise.all([
          outcomeOf(remove(second, first)),
          outcomeOf(remove(first, second)),
        ]);
        expect(outcomes.toSorted()).toEqual(["done", "forbidden"]);
        if (outcomes[1] === "done") first = second;
        const { total } = await does(first, "account.list", { role: "admin", active: true });
        expect(total).toBe(1);
      }
    });

    test("ACC-7 of two admins of whom one goes and one steps down at once, one stays", async () => {
      let first = ids.admin;
      for (let round = 0; round < rounds; round++) {
        const second = await addPerson(fixture.context, `other-${round}`, "admin");
        const outcomes = await Promise.all([
          outcomeOf(remove(first, first)),
          outcomeOf(does(second, "user.set_active", { user: second, active: false })),
        ]);
        expect(outcomes.toSorted()).toEqual(["conflict", "done"]);
        if (outcomes[0] === "done") first = second;
        const { total } = await does(first, "account.list", { role: "admin", active: true });
        expect(total).toBe(1);
      }
    });
  });

  describe("at the same moment", () => {
    /** Does both at once, and answers what became of the second. */
    async function beside(user: number, other: () => Promise<unknown>): Promise<string> {
      const [deleted, outcome] = await Promise.all([outcomeOf(remove(user)), outcomeOf(other())]);
      expect(deleted).toBe("done");
      return outcome;
    }

    test("ACC-37 whoever is brought into a room is in none afterwards", async () => {
      const { database } = fixture.store;
      for (let round = 0; round < rounds; round++) {
        const user = await addPerson(fixture.context, `gone-${round}`);
        const { id: room } = await does(ids.alice, "room.create", { kind: "group", name: "made" });
        const outcome = await beside(user, () => does(ids.alice, "member.add", { room, user }));
        expect(outcome).toMatch(/done|not_found/);
        const query = database.build.selectFrom("members").select("room_id").where("user_id", "=", user);
        expect(await database.rows(query)).toEqual([]);
        const { members } = await does(ids.alice, "member.list", { room });
        expect((await does(ids.alice, "room.get", { room })).member_count).toBe(members.length);
      }
    });

    test("ACC-37 a sign-in leaves no session behind", async () => {
      const { context } = fixture;
      for (let round = 0; round < rounds; round++) {
        const user = await addPerson(context, `gone-${round}`);
        const [signed] = await Promise.allSettled([deviceOf(context, `gone-${round}`), remove(user)]);
        if (signed.status === "rejected") continue;
        expect(await outcomeOf(authenticate(context, signed.value.access_token, ""))).toBe("unauthenticated");
      }
    });

    test("ACC-37 a message to the person comes before they go, or is refused", async () => {
      for (let round = 0; round < rounds; round++) {
        const user = await addPerson(fixture.context, `gone-${round}`);
        const { id: room } = await does(ids.alice, "room.direct", { user });
        const outcome = await beside(user, () => say(ids.alice, room, "Are you there?"));
        expect(outcome).toMatch(/done|forbidden/);
        expect((await eventsOf(ids.alice, room)).at(-1)).toMatchObject({ kind: "member.left", user });
      }
    });

    test("ACC-37 no name, picture, draft or wish comes back", async () => {
      const { context } = fixture;
      for (let round = 0; round < rounds; round++) {
        const user = await addPerson(context, `gone-${round}`);
        await does(user, "room.join", { room: rooms.lobby.id });
        const at = new Date(fixture.store.clock.now()).toISOString();
        const body = await picture(8, 8);
        const others = [
          () => does(user, "user.update", { given_name: "Again", username: `again-${round}` }),
          () => does(user, "draft.set", { room: rooms.lobby.id, text: "Again", at }),
          () => does(user, "block.set", { user: ids.carol, on: true }),
          () => setAvatar(context, { ...callBy({ user, session: 1 }), body }),
          () => does(user, "room.create", { kind: "group", name: "Again" }),
          () => does(user, "notification.set_default", { level: "all", muted_until: null }),
          () =>
            does(user, "password.change", {
              ...{ current_password: passwordOf(`gone-${round}`), new_password: "seven herons once again" },
            }),
        ];
        const other = others[round % others.length];
        if (other) expect(await beside(user, other)).toMatch(/done|not_found|forbidden|unauthenticated/);
        expect(await does(ids.alice, "user.get", { user })).toEqual({
          ...{ id: user, username: `deleted-${user}`, display_name: "", status_message: "", avatar: null },
          ...{ given_name: null, family_name: null, role: "user", active: false, deleted: true },
        });
        const { database } = fixture.store;
        for (const table of ["drafts", "blocks", "members"] as const) {
          const query = database.build.selectFrom(table).selectAll().where("user_id", "=", user);
          expect([table, await database.rows(query)]).toEqual([table, []]);
        }
      }
    });

    test("ACC-37 nothing that was on its way for the person is kept after them", async () => {
      await remove(ids.bob);
      const asked = [
        () => does(ids.bob, "user.update", { display_name: "Bob" }),
        () =>
          does(ids.bob, "draft.set", { room: rooms.design.id, text: "x", at: "2030-01-01T00:00:00.000Z" }),
        () => does(ids.bob, "block.set", { user: ids.alice, on: true }),
        () => does(ids.bob, "room.join", { room: rooms.lobby.id }),
        () => does(ids.bob, "room.create", { kind: "group", name: "made" }),
        () => does(ids.bob, "room.direct", { user: ids.carol }),
        () => does(ids.bob, "room.direct", { user: ids.bob }),
        () => does(ids.bob, "notification.set_default", { level: "all", muted_until: null }),
        () => does(ids.bob, "avatar.remove", {}),
        () => say(ids.bob, rooms.aliceBob.id, "Words"),
      ];
      for (const ask of asked)
        expect([String(ask), await outcomeOf(ask())]).toEqual([String(ask), "not_found"]);
    });
  });
});
