import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { outcomeOf } from "../../testing/failures.ts";
import { addPerson } from "../../testing/people.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];
  const create = (person: number, input: Partial<Input<"room.create">> = {}) =>
    does(person, "room.create", { kind: "channel", name: "room", ...input });

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  describe("making", () => {
    test("ROOM-1 whoever makes a room owns it, and its log begins with that", async () => {
      const room = await create(ids.carol, { kind: "group", name: "trip", members: [ids.bob, ids.bob] });
      expect(room).toMatchObject({ role: "owner", created_by: ids.carol, member_count: 2, unread: 0 });
      const { events } = await does(ids.carol, "room.events", { room: room.id, after: 0 });
      expect(events.map(({ kind }) => kind)).toEqual(["room.created", "member.joined", "member.joined"]);
      expect((await does(ids.bob, "room.get", { room: room.id })).role).toBe("member");
      expect(await outcomeOf(does(ids.alice, "room.get", { room: room.id }))).toBe("not_found");
    });

    test("ROOM-1 a group is never public, whichever the way", async () => {
      expect(await outcomeOf(create(ids.alice, { kind: "group", public: true }))).toBe("invalid");
      const { id: room } = await create(ids.alice, { kind: "group" });
      expect(await outcomeOf(does(ids.alice, "room.update", { room, public: true }))).toBe("invalid");
      const channel = await create(ids.alice);
      const opened = await does(ids.alice, "room.update", { room: channel.id, public: true });
      expect(opened.public).toBe(true);
    });

    test("ROOM-1 whoever is put into a new room exists and is active", async () => {
      const gone = await addPerson(fixture.context, "gone");
      await does(ids.admin, "user.set_active", { user: gone, active: false });
      for (const stranger of [gone, 999_999]) {
        expect(await outcomeOf(create(ids.alice, { members: [ids.bob, stranger] }))).toBe("not_found");
      }
    });

    test("ROOM-3 a group is made with at most 100 people", async () => {
      const people: number[] = [];
      for (let number = 0; number < limits.groupMembers; number++) {
        people.push(await addPerson(fixture.context, `crowd-${number}`));
      }
      expect(await outcomeOf(create(ids.alice, { kind: "group", members: people }))).toBe("conflict");
      const full = await create(ids.alice, { kind: "group", members: people.slice(1) });
      expect(full.member_count).toBe(limits.groupMembers);
      const { id: channel } = await create(ids.alice, { members: people });
      expect((await does(ids.alice, "room.get", { room: channel })).member_count).toBe(101);
      // Full for one more, whoever adds; both at once neither.
      const adds = [people[0], ids.bob, ids.carol].map((user = 0) =>
        outcomeOf(does(ids.alice, "member.add", { room: full.id, user })),
      );
      expect(await Promise.all(adds)).toEqual(["conflict", "conflict", "conflict"]);
      await does(ids.alice, "member.remove", { room: full.id, user: people[1] ?? 0 });
      const again = [people[0], ids.bob, ids.carol].map((user = 0) =>
        outcomeOf(does(ids.alice, "member.add", { room: full.id, user })),
      );
      expect((await Promise.all(again)).sort()).toEqual(["conflict", "conflict", "done"]);
    });
  });

  describe("direct rooms", () => {
    test("ROOM-8 a pair has one room, whoever asks first, both at once and however often", async () => {
      const [one, other] = [
        await addPerson(fixture.context, "one"),
        await addPerson(fixture.context, "other"),
      ];
      const asked = Array.from({ length: 10 }, (_, turn) =>
        turn % 2 === 0
          ? does(one, "room.direct", { user: other })
          : does(other, "room.direct", { user: one }),
      );
      const answered = await Promise.all(asked);
      expect(new Set(answered.map(({ id }) => id)).size).toBe(1);
      expect(answered[0]).toMatchObject({ kind: "direct", people: [one, other], member_count: 2, name: "" });
      expect((await does(one, "room.list", {})).rooms).toHaveLength(1);
    });

    test("ROOM-13 looking for the room of a pair makes none, and finds the one that there is", async () => {
      const { alice, bob, carol } = ids;
      const pal = await addPerson(fixture.context, "pal");
      expect(await does(alice, "room.find_direct", { user: pal })).toEqual({ room: null });
      expect(await does(alice, "room.find_direct", { user: pal })).toEqual({ room: null });
      expect((await does(pal, "room.list", {})).rooms).toEqual([]);
      const made = await does(pal, "room.direct", { user: alice });
      expect((await does(alice, "room.find_direct", { user: pal })).room?.id).toBe(made.id);
      expect((await does(pal, "room.find_direct", { user: alice })).room?.id).toBe(made.id);
      expect((await does(bob, "room.find_direct", { user: pal })).room).toBeNull();
      expect((await does(carol, "room.find_direct", { user: bob })).room).toBeNull();
      expect(await outcomeOf(does(carol, "room.find_direct", { user: 999_999 }))).toBe("not_found");
    });

    test("ROOM-8 notes to self are one room of one person", async () => {
      const first = await does(ids.carol, "room.direct", { user: ids.carol });
      expect(first).toMatchObject({ people: [ids.carol], member_count: 1, role: "member" });
      expect((await does(ids.carol, "room.direct", { user: ids.carol })).id).toBe(first.id);
      expect(await outcomeOf(does(ids.alice, "room.get", { room: first.id }))).toBe("not_found");
    });

    test("ROOM-3 a direct room stays as it is", async () => {
      const room = rooms.aliceBob.id;
      const tries = [
        does(ids.alice, "room.update", { room, name: "ours" }),
        does(ids.alice, "room.archive", { room, archived: true }),
        does(ids.alice, "room.delete", { room }),
        does(ids.alice, "room.leave", { room }),
        does(ids.alice, "member.add", { room, user: ids.carol }),
        does(ids.alice, "member.remove", { room, user: ids.bob }),
        does(ids.alice, "member.set_role", { room, user: ids.alice, role: "owner" }),
      ];
      expect(new Set(await Promise.all(tries.map(outcomeOf)))).toEqual(new Set(["forbidden"]));
      expect((await does(ids.alice, "room.get", { room })).head).toBe(rooms.aliceBob.head);
    });

    test("ROOM-8 with somebody unknown or deactivated no room is made", async () => {
      const left = await addPerson(fixture.context, "left");
      const before = await does(ids.bob, "room.direct", { user: left });
      await does(ids.admin, "user.set_active", { user: left, active: false });
      expect(await outcomeOf(does(ids.alice, "room.direct", { user: left }))).toBe("not_found");
      expect(await outcomeOf(does(ids.alice, "room.direct", { user: 999_999 }))).toBe("not_found");
      expect((await does(ids.bob, "room.direct", { user: left })).id).toBe(before.id);
    });
  });

  describe("changing", () => {
    test("ROOM-9 name and topic change with the permission, the rest by an owner", async () => {
      const { id: room } = await create(ids.alice, { members: [ids.bob, ids.carol] });
      await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "admin" });
      const change = (person: number, input: Omit<Input<"room.update">, "room">) =>
        outcomeOf(does(person, "room.update", { room, ...input }));
      expect(await change(ids.carol, { name: "other" })).toBe("forbidden");
      expect(await change(ids.bob, { name: "other", topic: "all else" })).toBe("done");
      expect(await change(ids.bob, { public: true })).toBe("forbidden");
      expect(await change(ids.bob, { name: "x", permissions: { change_info: "member" } })).toBe("forbidden");
      expect(await change(ids.alice, { permissions: { change_info: "member" } })).toBe("done");
      expect(await change(ids.carol, { topic: "ours" })).toBe("done");
      expect(await does(ids.carol, "room.get", { room })).toMatchObject({
        name: "other",
        topic: "ours",
        public: false,
        permissions: { change_info: "member", send_messages: "member", mention_all: "admin" },
      });
    });

    test("ROOM-9 a change that changes nothing is no event, whoever asks for it", async () => {
      const { id: room, head } = await create(ids.alice, { name: "calm", members: [ids.bob] });
      const same = { room, name: "calm", public: false, permissions: { send_messages: "member" } } as const;
      await does(ids.alice, "room.update", same);
      await does(ids.bob, "room.update", { room });
      await does(ids.bob, "room.update", { room, permissions: undefined } as Input<"room.update">);
      expect((await does(ids.alice, "room.get", { room })).head).toBe(head);
      await does(ids.alice, "room.update", { ...same, topic: "storm" });
      expect((await does(ids.alice, "room.get", { room })).head).toBe(head + 1);
    });

    test("ROOM-7 only an owner archives a room and opens it again; twice is as once", async () => {
      const { id: room, head } = await create(ids.alice, { members: [ids.bob] });
      await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "admin" });
      const archive = (person: number, archived: boolean) =>
        outcomeOf(does(person, "room.archive", { room, archived }));
      expect(await archive(ids.bob, true)).toBe("forbidden");
      for (let time = 0; time < 2; time++) expect(await archive(ids.alice, true)).toBe("done");
      expect(await archive(ids.bob, false)).toBe("forbidden");
      for (let time = 0; time < 2; time++) expect(await archive(ids.alice, false)).toBe("done");
      expect((await does(ids.alice, "room.get", { room })).head).toBe(head + 3);
    });

    test("ROOM-7 an archived room is read, not written, until it is opened again", async () => {
      const { id: room } = await create(ids.alice, { public: true, members: [ids.bob] });
      const { id: message, seq } = await does(ids.bob, "message.send", { room, text: "Last words" });
      await does(ids.alice, "room.archive", { room, archived: true });
      const written = () => [
        does(ids.bob, "message.send", { room, text: "More" }),
        does(ids.bob, "message.edit", { message, text: `Other words ${Math.random()}` }),
        does(ids.bob, "reaction.set", { message, emoji: "👍", on: true }),
        does(ids.alice, "room.update", { room, name: "renamed" }),
        does(ids.alice, "member.add", { room, user: ids.admin }),
        does(ids.carol, "room.join", { room }),
      ];
      expect(new Set(await Promise.all(written().map(outcomeOf)))).toEqual(new Set(["forbidden"]));
      const stillDone: (() => Promise<unknown>)[] = [
        () => does(ids.bob, "message.list", { room }),
        () => does(ids.bob, "message.history", { message }),
        () => does(ids.bob, "room.events", { room, after: 0 }),
        () => does(ids.alice, "receipt.read", { room, seq }),
        () => does(ids.alice, "member.set_role", { room, user: ids.bob, role: "admin" }),
        () => does(ids.bob, "message.delete", { message }),
        () => does(ids.bob, "room.leave", { room }),
      ];
      for (const done of stillDone) expect(await outcomeOf(done())).toBe("done");
      await does(ids.alice, "room.archive", { room, archived: false });
      expect(await outcomeOf(does(ids.carol, "room.join", { room }))).toBe("done");
    });
  });
});
