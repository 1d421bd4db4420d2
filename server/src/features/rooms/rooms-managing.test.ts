import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf, tablesHolding } from "../../testing/tables.ts";
import { sharedRoomsAfter } from "./rooms-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];
  const create = (person: number, input: Partial<Input<"room.create">> = {}) =>
    does(person, "room.create", { kind: "channel", name: "room", ...input });
  const change = (person: number, input: Input<"room.update">) =>
    outcomeOf(does(person, "room.update", input));

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  describe("all rooms", () => {
    test("ROOM-14 an admin is told what groups and channels there are, page by page, and never of direct rooms", async () => {
      const { id: group } = await create(ids.bob, { kind: "group", members: [ids.alice] });
      const { id: gone } = await create(ids.alice, { public: true });
      await does(ids.alice, "room.delete", { room: gone });
      const found: number[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await does(ids.admin, "room.list_all", { limit: 2, ...(cursor && { cursor }) });
        expect(page.rooms.length).toBeLessThanOrEqual(2);
        found.push(...page.rooms.map(({ id }) => id));
        cursor = page.next;
      }
      expect(found).toEqual([rooms.lobby.id, rooms.design.id, group]);
      const asked = [group, gone, rooms.aliceBob.id, rooms.design.id, 999_999];
      const { rooms: named, next } = await does(ids.admin, "room.list_all", { ids: asked });
      expect([named.map(({ id }) => id), next]).toEqual([[rooms.design.id, group], null]);
      expect((await does(ids.admin, "room.list_all", { ids: [] })).rooms).toEqual([]);
    });

    test("ROOM-14 of each room it says what it is, and nothing of what is in it", async () => {
      await does(ids.alice, "message.send", { room: rooms.design.id, text: "quiet-heron" });
      const { rooms: found } = await does(ids.admin, "room.list_all", { ids: [rooms.design.id] });
      expect(Object.keys(found[0] ?? {}).sort()).toEqual([
        ...(["archived", "created_at", "created_by", "delete_after", "id", "kind", "member_count"] as const),
        ...(["name", "permissions", "public", "retention", "topic"] as const),
      ]);
      expect(found).toMatchObject([{ name: "design", public: false, member_count: 2 }]);
      expect(JSON.stringify(found)).not.toContain("quiet-heron");
    });

    test("ROOM-14 nobody but an admin is told", async () => {
      for (const person of [ids.alice, ids.carol]) {
        expect(await outcomeOf(does(person, "room.list_all", {}))).toBe("forbidden");
      }
      for (const cursor of ["x", "1.5", "99999999999999999999"]) {
        expect((await refusalOf(does(ids.admin, "room.list_all", { cursor }))).code).toBe("invalid");
      }
    });
  });

  describe("managing", () => {
    test("ROOM-15 an admin renames any group or channel, and everybody in it is told by whom", async () => {
      for (const kind of ["group", "channel"] as const) {
        const { id: room } = await create(ids.alice, { kind, members: [ids.bob] });
        const sent = await does(ids.alice, "message.send", { room, text: "quiet-marsh" });
        const answer = await does(ids.admin, "room.update", { room, name: "renamed", topic: "tidied" });
        expect(answer).toMatchObject({
          name: "renamed",
          topic: "tidied",
          role: null,
          unread: 0,
          mentions: 0,
        });
        expect(answer).toMatchObject({ head: 0, read: 0, last_message_at: null, last_message: null });
        const { events } = await does(ids.bob, "room.events", { room, after: sent.seq });
        expect(events).toMatchObject([{ kind: "room.updated", by: ids.admin, room: { name: "renamed" } }]);
      }
    });

    test("ROOM-15 an admin who manages a room reads nothing of it, and is not in it", async () => {
      const { id: room } = await create(ids.alice, { members: [ids.bob] });
      const { id: message } = await does(ids.alice, "message.send", { room, text: "quiet-marsh" });
      expect(await change(ids.admin, { room, name: "managed" })).toBe("done");
      const tries = [
        does(ids.admin, "room.get", { room }),
        does(ids.admin, "room.join", { room }),
        does(ids.admin, "room.events", { room, after: 0 }),
        does(ids.admin, "message.list", { room }),
        does(ids.admin, "message.get", { message }),
        does(ids.admin, "message.send", { room, text: "Let me in" }),
        does(ids.admin, "member.list", { room }),
        does(ids.admin, "member.add", { room, user: ids.admin }),
        does(ids.admin, "room.archive", { room, archived: true }),
      ];
      expect(new Set(await Promise.all(tries.map(outcomeOf)))).toEqual(new Set(["not_found"]));
    });

    test("ROOM-15 an admin closes a public channel, and opens none that is private", async () => {
      const { id: room } = await create(ids.alice, { public: true });
      expect(await change(ids.admin, { room, public: false })).toBe("done");
      expect(await outcomeOf(does(ids.carol, "room.get", { room }))).toBe("not_found");
      // What was said among few would be there for all to read, the admin first.
      expect(await change(ids.admin, { room, public: true })).toBe("forbidden");
      expect(await change(ids.admin, { room, name: "open", public: true })).toBe("forbidden");
      expect((await does(ids.alice, "room.get", { room })).name).toBe("room");
      expect(await change(ids.alice, { room, public: true })).toBe("done");
    });

    test("ROOM-15 permissions stay the owner's, also where the admin is a member", async () => {
      const { id: room } = await create(ids.alice, { members: [ids.admin] });
      const permissions = { send_messages: "owner" } as const;
      expect(await change(ids.admin, { room, permissions })).toBe("forbidden");
      expect(await change(ids.admin, { room, name: "mine now", permissions })).toBe("forbidden");
      expect(await change(ids.admin, { room, name: "mine now" })).toBe("done");
    });

    test("ROOM-15 an admin deletes any group or channel, and no direct room", async () => {
      const remove = (room: number) => outcomeOf(does(ids.admin, "room.delete", { room }));
      const { id: room } = await create(ids.alice, { kind: "group", members: [ids.bob] });
      await does(ids.bob, "message.send", { room, text: "quiet-fen" });
      expect(await tablesHolding(fixture.context.database, "quiet-fen")).not.toEqual([]);
      expect([await remove(room), await remove(room)]).toEqual(["done", "not_found"]);
      expect(await tablesHolding(fixture.context.database, "quiet-fen")).toEqual([]);
      const direct = rooms.aliceBob.id;
      expect([await remove(direct), await change(ids.admin, { room: direct, name: "x" })]).toEqual([
        "not_found",
        "not_found",
      ]);
      expect(await outcomeOf(does(ids.bob, "room.get", { room: direct }))).toBe("done");
    });

    test("ROOM-15 whoever is no admin any more manages nothing", async () => {
      const { id: room } = await create(ids.alice);
      await does(ids.admin, "user.set_role", { user: ids.carol, role: "admin" });
      expect(await change(ids.carol, { room, name: "carol was here" })).toBe("done");
      await does(ids.admin, "user.set_role", { user: ids.carol, role: "user" });
      expect(await change(ids.carol, { room, name: "again" })).toBe("not_found");
      expect(await outcomeOf(does(ids.carol, "room.delete", { room }))).toBe("not_found");
    });

    test("ROOM-15 an archived room is not renamed by an admin either", async () => {
      const { id: room } = await create(ids.alice);
      await does(ids.alice, "room.archive", { room, archived: true });
      expect(await change(ids.admin, { room, name: "x" })).toBe("forbidden");
    });

    test("ROOM-14 all rooms are read along their ids", async () => {
      const plan = await planOf(fixture.context.database, sharedRoomsAfter({ after: 0, limit: 50 }));
      expect(plan).not.toMatch(/TEMP B-TREE/);
      if (engine === "sqlite") expect(plan).toContain("SEARCH rooms USING INTEGER PRIMARY KEY");
    });
  });
});
