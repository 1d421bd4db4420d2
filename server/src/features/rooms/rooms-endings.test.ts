import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { tablesHolding } from "../../testing/tables.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  const create = (person: number, input: Partial<Input<"room.create">> = {}) =>
    does(person, "room.create", { kind: "channel", name: "room", ...input });

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
  });
  afterAll(() => fixture.close());

  describe("deleting", () => {
    const secret = "quiet-marsh";

    async function filled(key: string) {
      const name = `${secret}-name`;
      const input = { name, topic: `${secret}-topic`, members: [ids.bob, ids.carol] };
      const created = { kind: "channel", ...input } as const;
      const { id: room } = await does(ids.alice, "room.create", created, key);
      const sent = await does(ids.bob, "message.send", { room, text: `${secret}-1`, mentions: [ids.alice] });
      await does(ids.bob, "message.edit", { message: sent.id, text: `${secret}-2` });
      await does(ids.alice, "message.send", { room, text: `${secret}-3`, reply_to: sent.id });
      await does(ids.alice, "reaction.set", { message: sent.id, emoji: "🐦", on: true });
      await does(ids.carol, "receipt.read", { room, seq: sent.seq });
      await does(ids.carol, "room.leave", { room });
      await does(ids.alice, "room.update", { room, topic: `${secret}-later` });
      return { room, message: sent.id, created };
    }

    test("ROOM-10 nothing that was said in a deleted room is in any table", async () => {
      const { database } = fixture.context;
      const { room, message, created } = await filled("made");
      expect(await tablesHolding(database, secret)).toEqual(
        expect.arrayContaining(["rooms", "messages", "message_versions", "room_events", "answers"]),
      );
      await does(ids.alice, "room.delete", { room });
      expect(await tablesHolding(database, secret)).toEqual([]);
      for (const person of [ids.alice, ids.bob, ids.carol]) {
        expect(JSON.stringify(await does(person, "user.events", { after: 0, limit: 200 }))).not.toContain(
          secret,
        );
        expect(await outcomeOf(does(person, "room.get", { room }))).toBe("not_found");
        expect(await outcomeOf(does(person, "room.events", { room, after: 0 }))).toBe("not_found");
        expect(await outcomeOf(does(person, "message.get", { message }))).toBe("not_found");
      }
      expect(await outcomeOf(does(ids.bob, "message.send", { room, text: "Still" }))).toBe("not_found");
      // The same call is the same call, even so.
      const repeated = await does(ids.alice, "room.create", created, "made");
      expect(repeated).toMatchObject({ id: room, name: "", topic: "" });
    });

    test("ROOM-10 the deletion is the room's last event, and everyone in it is told", async () => {
      const { room } = await filled("made again");
      const before = fixture.store.changes.length;
      const { head } = await does(ids.alice, "room.get", { room });
      await does(ids.alice, "room.delete", { room });
      const told = fixture.store.changes.slice(before);
      expect(told[0]).toMatchObject({
        log: "room",
        id: room,
        seq: head + 1,
        event: { kind: "room.deleted" },
      });
      const disappeared = told.flatMap((each) =>
        each.log === "user" && each.event.kind === "room.disappeared" ? [each.id] : [],
      );
      expect(disappeared.sort()).toEqual([ids.alice, ids.bob].sort());
    });

    test("ROOM-10 its owner deletes a room, or a server admin", async () => {
      const remove = (person: number, room: number) => outcomeOf(does(person, "room.delete", { room }));
      const { id: hidden } = await create(ids.alice, { members: [ids.bob] });
      await does(ids.alice, "member.set_role", { room: hidden, user: ids.bob, role: "admin" });
      expect(await remove(ids.bob, hidden)).toBe("forbidden");
      expect(await remove(ids.alice, hidden)).toBe("done");
      expect(await remove(ids.alice, hidden)).toBe("not_found");
      const { id: open } = await create(ids.alice, { public: true });
      expect(await remove(ids.carol, open)).toBe("forbidden");
      expect(await remove(ids.admin, open)).toBe("done");
      // A public channel too is gone, for everybody.
      expect(await remove(ids.admin, open)).toBe("not_found");
      expect(await outcomeOf(does(ids.carol, "room.get", { room: open }))).toBe("not_found");
      expect(await outcomeOf(does(ids.carol, "room.join", { room: open }))).toBe("not_found");
      const shown = (await does(ids.carol, "room.browse", { limit: 200 })).rooms.map(({ id }) => id);
      expect(shown).not.toContain(open);
    });
  });
});
