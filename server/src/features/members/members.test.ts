import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { MemberRole } from "@parley/protocol/rooms";
import { outcomeOf } from "../../testing/failures.ts";
import { addPerson } from "../../testing/people.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
  });
  afterAll(() => fixture.close());

  /** A private channel of alice's, with these people in these roles. */
  async function roomWith(people: [number, MemberRole][] = []): Promise<number> {
    const { id: room } = await does(ids.alice, "room.create", { kind: "channel", name: "room" });
    for (const [user, role] of people) {
      fixture.store.clock.advance(1_000);
      await does(ids.alice, "member.add", { room, user, role });
    }
    return room;
  }

  async function rolesIn(room: number, reader = ids.alice): Promise<Record<number, MemberRole>> {
    const { members } = await does(reader, "member.list", { room, limit: limits.pageMax });
    return Object.fromEntries(members.map(({ user, role }) => [user, role]));
  }

  const kindsIn = async (room: number, reader = ids.alice) =>
    (await does(reader, "room.events", { room, after: 0 })).events.map(({ kind }) => kind);

  describe("coming in", () => {
    test("ROOM-2 anyone joins a public channel, once; nobody a hidden room", async () => {
      const { id: room } = await does(ids.alice, "room.create", {
        kind: "channel",
        name: "open",
        public: true,
      });
      expect((await does(ids.carol, "room.get", { room })).role).toBeNull();
      for (let time = 0; time < 2; time++) {
        expect((await does(ids.carol, "room.join", { room })).role).toBe("member");
      }
      expect((await does(ids.carol, "room.get", { room })).member_count).toBe(2);
      expect(await kindsIn(room)).toEqual(["room.created", "member.joined", "member.joined"]);
      expect(await outcomeOf(does(ids.carol, "room.join", { room: await roomWith() }))).toBe("not_found");
    });

    test("ROOM-2 the first to join a channel without people owns it, of many at once one", async () => {
      const { id: room } = await does(ids.alice, "room.create", {
        kind: "channel",
        name: "left",
        public: true,
      });
      await does(ids.alice, "room.leave", { room });
      expect((await does(ids.alice, "room.get", { room })).member_count).toBe(0);
      await Promise.all([ids.bob, ids.carol, ids.admin].map((each) => does(each, "room.join", { room })));
      expect(Object.values(await rolesIn(room, ids.bob)).sort()).toEqual(["member", "member", "owner"]);
    });

    test("ROOM-3 whoever may adds a person, who then sees the room; again it changes nothing", async () => {
      const room = await roomWith([[ids.bob, "member"]]);
      const add = (person: number, user: number) => outcomeOf(does(person, "member.add", { room, user }));
      expect(await add(ids.carol, ids.carol)).toBe("not_found");
      expect(await add(ids.bob, 999_999)).toBe("not_found");
      expect(await add(ids.bob, ids.carol)).toBe("done");
      const { head } = await does(ids.carol, "room.get", { room });
      expect(await add(ids.bob, ids.carol)).toBe("done");
      await does(ids.alice, "member.add", { room, user: ids.carol, role: "admin" });
      expect(await rolesIn(room)).toMatchObject({ [ids.carol]: "member" });
      expect((await does(ids.carol, "room.get", { room })).head).toBe(head);
      await does(ids.alice, "room.update", { room, permissions: { add_members: "admin" } });
      expect(await add(ids.bob, ids.admin)).toBe("forbidden");
      expect(await add(ids.alice, ids.admin)).toBe("done");
    });

    test("ROOM-3 whoever comes in has read what was said before", async () => {
      const room = await roomWith();
      for (let number = 0; number < 3; number++) {
        await does(ids.alice, "message.send", { room, text: "Before", mention_all: true });
      }
      await does(ids.alice, "member.add", { room, user: ids.carol });
      expect(await does(ids.carol, "room.get", { room })).toMatchObject({ unread: 0, mentions: 0 });
      await does(ids.alice, "message.send", { room, text: "After", mention_all: true });
      expect(await does(ids.carol, "room.get", { room })).toMatchObject({ unread: 1, mentions: 1 });
    });

    test("ROOM-4 nobody gives a role above their own, members none at all", async () => {
      const room = await roomWith([[ids.bob, "admin"]]);
      const guest = await addPerson(fixture.context, "guest-1");
      const add = (person: number, user: number, role: MemberRole) =>
        outcomeOf(does(person, "member.add", { room, user, role }));
      expect(await add(ids.bob, guest, "owner")).toBe("forbidden");
      expect(await add(ids.bob, guest, "admin")).toBe("done");
      expect(await add(ids.alice, ids.carol, "owner")).toBe("done");
      const plain = await addPerson(fixture.context, "guest-2");
      await does(ids.alice, "member.add", { room, user: plain });
      expect(await add(plain, ids.admin, "admin")).toBe("forbidden");
      expect(await add(plain, ids.admin, "member")).toBe("done");
    });
  });

  describe("roles", () => {
    test("ROOM-4 only owners and admins give roles, never above their own", async () => {
      const room = await roomWith([
        [ids.bob, "admin"],
        [ids.carol, "member"],
      ]);
      const give = (person: number, user: number, role: MemberRole) =>
        outcomeOf(does(person, "member.set_role", { room, user, role }));
      expect(await give(ids.carol, ids.carol, "admin")).toBe("forbidden");
      expect(await give(ids.bob, ids.carol, "owner")).toBe("forbidden");
      expect(await give(ids.bob, ids.bob, "owner")).toBe("forbidden");
      expect(await give(ids.bob, ids.carol, "admin")).toBe("done");
      // Now an equal.
      expect(await give(ids.bob, ids.carol, "member")).toBe("forbidden");
      expect(await give(ids.bob, ids.alice, "member")).toBe("forbidden");
      expect(await give(ids.bob, ids.bob, "member")).toBe("done");
      expect(await give(ids.alice, ids.admin, "admin")).toBe("not_found");
      expect(await rolesIn(room)).toEqual({
        [ids.alice]: "owner",
        [ids.bob]: "member",
        [ids.carol]: "admin",
      });
    });

    test("ROOM-4 a role given again is no event", async () => {
      const room = await roomWith([[ids.bob, "admin"]]);
      const before = await kindsIn(room);
      await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "admin" });
      expect(await kindsIn(room)).toEqual(before);
      await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "member" });
      expect(await kindsIn(room)).toEqual([...before, "member.role_changed"]);
    });

    test("ROOM-6 the last owner is not demoted, not even of two at once", async () => {
      const room = await roomWith([[ids.bob, "owner"]]);
      const demote = (person: number) =>
        outcomeOf(does(person, "member.set_role", { room, user: person, role: "member" }));
      const outcomes = await Promise.all([demote(ids.alice), demote(ids.bob)]);
      expect(outcomes.sort()).toEqual(["conflict", "done"]);
      expect(Object.values(await rolesIn(room)).sort()).toEqual(["member", "owner"]);
    });
  });

  describe("going", () => {
    test("ROOM-5 owners remove anyone, admins members, members nobody", async () => {
      const room = await roomWith([
        [ids.bob, "admin"],
        [ids.carol, "member"],
        [ids.admin, "admin"],
      ]);
      const remove = (person: number, user: number) =>
        outcomeOf(does(person, "member.remove", { room, user }));
      expect(await remove(ids.carol, ids.bob)).toBe("forbidden");
      expect(await remove(ids.bob, ids.admin)).toBe("forbidden");
      expect(await remove(ids.bob, ids.alice)).toBe("forbidden");
      expect(await remove(ids.bob, ids.bob)).toBe("invalid");
      expect(await remove(ids.bob, ids.carol)).toBe("done");
      expect(await remove(ids.bob, ids.carol)).toBe("not_found");
      expect(await remove(ids.carol, ids.bob)).toBe("not_found");
      await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "owner" });
      expect(await remove(ids.alice, ids.bob)).toBe("done");
    });

    test("ROOM-5 whoever is removed reads nothing of the room any more, and is told", async () => {
      const room = await roomWith([[ids.bob, "member"]]);
      const { id: message } = await does(ids.alice, "message.send", { room, text: "Inside" });
      expect(await outcomeOf(does(ids.bob, "message.get", { message }))).toBe("done");
      const { head } = await does(ids.bob, "user.events", { after: 0, limit: 1 });
      await does(ids.alice, "member.remove", { room, user: ids.bob });
      const tries = [
        does(ids.bob, "room.get", { room }),
        does(ids.bob, "room.events", { room, after: 0 }),
        does(ids.bob, "message.list", { room }),
        does(ids.bob, "message.get", { message }),
        does(ids.bob, "member.list", { room }),
      ];
      expect(new Set(await Promise.all(tries.map(outcomeOf)))).toEqual(new Set(["not_found"]));
      const { events } = await does(ids.bob, "user.events", { after: head });
      expect(events).toMatchObject([{ kind: "room.disappeared", room }]);
    });

    test("ROOM-6 the last owner hands on to the longest-standing of the highest role", async () => {
      const later = await addPerson(fixture.context, "later");
      const room = await roomWith([
        [ids.bob, "member"],
        [later, "admin"],
        [ids.carol, "admin"],
      ]);
      await does(ids.alice, "room.leave", { room });
      expect(await rolesIn(room, ids.bob)).toEqual({
        [ids.bob]: "member",
        [later]: "owner",
        [ids.carol]: "admin",
      });
      expect((await kindsIn(room, ids.bob)).slice(-2)).toEqual(["member.role_changed", "member.left"]);
      await does(later, "room.leave", { room });
      expect(await rolesIn(room, ids.bob)).toEqual({ [ids.bob]: "member", [ids.carol]: "owner" });
      await does(ids.carol, "room.leave", { room });
      expect(await rolesIn(room, ids.bob)).toEqual({ [ids.bob]: "owner" });
    });

    test("ROOM-6 an owner who is not the last leaves without handing on", async () => {
      const room = await roomWith([
        [ids.bob, "owner"],
        [ids.carol, "admin"],
      ]);
      await does(ids.alice, "room.leave", { room });
      expect(await rolesIn(room, ids.bob)).toEqual({ [ids.bob]: "owner", [ids.carol]: "admin" });
      expect(await kindsIn(room, ids.bob)).not.toContain("member.role_changed");
    });

    test("ROOM-6 of two owners who leave at once one hands on", async () => {
      const room = await roomWith([
        [ids.bob, "owner"],
        [ids.carol, "member"],
      ]);
      await Promise.all([ids.alice, ids.bob].map((each) => does(each, "room.leave", { room })));
      expect(await rolesIn(room, ids.carol)).toEqual({ [ids.carol]: "owner" });
    });

    test("ROOM-6 a room is not handed to somebody who cannot sign in, while there is anybody else", async () => {
      const asleep = await addPerson(fixture.context, "asleep");
      const room = await roomWith([
        [asleep, "admin"],
        [ids.bob, "member"],
      ]);
      await does(ids.admin, "user.set_active", { user: asleep, active: false });
      await does(ids.alice, "room.leave", { room });
      expect(await rolesIn(room, ids.bob)).toEqual({ [asleep]: "admin", [ids.bob]: "owner" });
    });

    test("ROOM-6 whoever has left comes back as a member", async () => {
      const room = await roomWith([[ids.bob, "admin"]]);
      await does(ids.bob, "room.leave", { room });
      expect(await outcomeOf(does(ids.bob, "room.leave", { room }))).toBe("not_found");
      await does(ids.alice, "member.add", { room, user: ids.bob });
      expect((await rolesIn(room))[ids.bob]).toBe("member");
    });
  });

  describe("the list", () => {
    test("ROOM-12 people of a room are found by a part of their names, and nobody else is", async () => {
      const room = await roomWith([[ids.bob, "member"]]);
      const found = async (search: string) =>
        (await does(ids.alice, "member.list", { room, search })).members.map(({ user }) => user);
      expect(await found("LIC")).toEqual([ids.alice]);
      expect(await found("b")).toEqual([ids.bob]);
      expect(await found("carol")).toEqual([]);
      for (const literal of ["%", "_", "!", "\\"]) expect(await found(literal)).toEqual([]);
    });

    test("ACCESS-2 people of a room are listed for the people in it, page by page", async () => {
      const room = await roomWith([
        [ids.bob, "member"],
        [ids.carol, "admin"],
      ]);
      const found: number[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await does(ids.bob, "member.list", { room, limit: 2, ...(cursor && { cursor }) });
        found.push(...page.members.map(({ user }) => user));
        cursor = page.next;
      }
      expect(found).toEqual([ids.alice, ids.bob, ids.carol]);
      expect(await outcomeOf(does(ids.admin, "member.list", { room }))).toBe("not_found");
      expect(await outcomeOf(does(ids.bob, "member.list", { room, cursor: "x" }))).toBe("invalid");
      const lobby = fixture.rooms.lobby.id;
      expect(await outcomeOf(does(ids.carol, "member.list", { room: lobby }))).toBe("forbidden");
    });

    test("ROOM-3 when a person came in is the time of the event that tells it, whatever the clock", async () => {
      const room = await roomWith();
      const { clock } = fixture.store;
      const now = clock.now();
      await does(ids.alice, "message.send", { room, text: "Now" });
      clock.set(now - 60_000);
      const { joined_at } = await does(ids.alice, "member.add", { room, user: ids.bob });
      clock.set(now);
      const { events } = await does(ids.alice, "room.events", { room, after: 0 });
      expect(joined_at).toBe(events.at(-1)?.at ?? "");
      const { members } = await does(ids.alice, "member.list", { room });
      expect(members.find(({ user }) => user === ids.bob)?.joined_at).toBe(joined_at);
    });
  });
});
