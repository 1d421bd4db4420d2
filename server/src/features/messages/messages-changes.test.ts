import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { tablesHolding } from "../../testing/tables.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];
  const messagesIn = async (room: number) =>
    (await does(ids.alice, "message.list", { room, limit: limits.pageMax })).messages;
  const headOf = async (room: number) => (await does(ids.alice, "room.get", { room })).head;

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  describe("editing", () => {
    test("MSG-5 every earlier text is kept with its time", async () => {
      const { id, created_at } = await does(ids.alice, "message.send", {
        room: rooms.design.id,
        text: "One",
      });
      fixture.store.clock.advance(1_000);
      const second = await does(ids.alice, "message.edit", { message: id, text: "Two" });
      fixture.store.clock.advance(1_000);
      const third = await does(ids.alice, "message.edit", { message: id, text: "Three" });
      expect([second.version, third.version]).toEqual([2, 3]);
      expect((await does(ids.bob, "message.history", { message: id })).versions).toEqual([
        { version: 1, text: "One", at: created_at },
        { version: 2, text: "Two", at: second.edited_at ?? "" },
        { version: 3, text: "Three", at: third.edited_at ?? "" },
      ]);
    });

    test("MSG-5 only its author edits a message", async () => {
      const { id } = await does(ids.bob, "message.send", { room: rooms.design.id, text: "Mine" });
      const edit = (person: number) =>
        outcomeOf(does(person, "message.edit", { message: id, text: "Yours" }));
      expect(await edit(ids.alice)).toBe("forbidden");
      expect(await edit(ids.carol)).toBe("not_found");
      expect(await edit(ids.bob)).toBe("done");
    });

    test("MSG-5 an edit that changes nothing is no event", async () => {
      const room = rooms.design.id;
      const { id } = await does(ids.alice, "message.send", { room, text: "Same", mentions: [ids.bob] });
      const head = await headOf(room);
      expect((await does(ids.alice, "message.edit", { message: id, text: "Same" })).version).toBe(1);
      expect(await headOf(room)).toBe(head);
      await does(ids.alice, "message.edit", { message: id, text: "Same", mentions: [] });
      expect(await headOf(room)).toBe(head + 1);
    });

    test("MSG-5 a deleted message is not edited, one in a room one left neither", async () => {
      const room = rooms.design.id;
      const { id } = await does(ids.alice, "message.send", { room, text: "Gone" });
      await does(ids.alice, "message.delete", { message: id });
      expect(await outcomeOf(does(ids.alice, "message.edit", { message: id, text: "Back" }))).toBe(
        "not_found",
      );
      const group = await does(ids.alice, "room.create", { kind: "group", name: "g", members: [ids.bob] });
      const left = await does(ids.bob, "message.send", { room: group.id, text: "Left" });
      await does(ids.bob, "room.leave", { room: group.id });
      expect(await outcomeOf(does(ids.bob, "message.edit", { message: left.id, text: "Back" }))).toBe(
        "not_found",
      );
    });

    test("MSG-7 an edit mentions people of the room; one who has left since does not stand in its way", async () => {
      const { id: room } = await does(ids.alice, "room.create", {
        kind: "group",
        name: "typo",
        members: [ids.bob],
      });
      const { id } = await does(ids.alice, "message.send", { room, text: "Helo", mentions: [ids.bob] });
      await does(ids.bob, "room.leave", { room });
      const edited = await does(ids.alice, "message.edit", { message: id, text: "Hello" });
      expect(edited).toMatchObject({ text: "Hello", mentions: [ids.bob] });
      const stranger = { message: id, text: "Hello", mentions: [ids.bob, ids.carol] };
      expect(await outcomeOf(does(ids.alice, "message.edit", stranger))).toBe("invalid");
    });
  });

  describe("deleting", () => {
    test("MSG-6 nothing of a deleted message is in any table, nor read again", async () => {
      const room = rooms.design.id;
      const before = await headOf(room);
      const words = ["heron-first", "heron-second", "heron-third"];
      const { id } = await does(ids.bob, "message.send", {
        room,
        text: words[0] ?? "",
        mentions: [ids.alice],
        reply_to: (await messagesIn(room)).find(({ deleted_at }) => !deleted_at)?.id,
      });
      for (const text of words.slice(1)) await does(ids.bob, "message.edit", { message: id, text });
      await does(ids.alice, "reaction.set", { message: id, emoji: "🦩", on: true });
      const { database } = fixture.context;
      expect(await tablesHolding(database, words[0] ?? "")).toEqual(["message_versions"]);
      expect(await tablesHolding(database, words[2] ?? "")).toEqual(["messages"]);
      await does(ids.bob, "message.delete", { message: id });
      expect(await tablesHolding(database, "heron-")).toEqual([]);
      const { events } = await does(ids.alice, "room.events", { room, after: before, limit: 200 });
      const kinds: string[] = events.map(({ kind }) => kind);
      expect(kinds).toEqual([
        "message.sent",
        "message.edited",
        "message.edited",
        "reaction.set",
        "message.deleted",
      ]);
      expect(JSON.stringify(events)).not.toContain("heron-");
      const got = await does(ids.alice, "message.get", { message: id });
      expect(got).toMatchObject({ text: "", version: 4 });
      for (const gone of ["mentions", "reactions"] as const) expect(got[gone]).toBeUndefined();
      const { versions } = await does(ids.alice, "message.history", { message: id });
      expect(versions.map(({ text }) => text)).toEqual([""]);
    });

    test("MSG-6 the message's place stays and unread counts with it", async () => {
      const room = rooms.design.id;
      const sent = await does(ids.alice, "message.send", { room, text: "Soon gone", mentions: [ids.bob] });
      const before = await does(ids.bob, "room.get", { room });
      await does(ids.alice, "message.delete", { message: sent.id });
      const after = await does(ids.bob, "room.get", { room });
      expect([after.unread, after.mentions]).toEqual([before.unread, before.mentions - 1]);
      expect((await messagesIn(room)).find(({ id }) => id === sent.id)).toMatchObject({
        seq: sent.seq,
        ordinal: sent.ordinal,
        text: "",
      });
    });

    test("MSG-6 the author deletes, or an owner or admin of the room", async () => {
      const { id: room } = await does(ids.alice, "room.create", {
        kind: "channel",
        name: "moderated",
        members: [ids.bob, ids.admin],
      });
      const say = async () => (await does(ids.bob, "message.send", { room, text: "Words" })).id;
      const remove = (person: number, message: number) =>
        outcomeOf(does(person, "message.delete", { message }));
      expect(await remove(ids.bob, await say())).toBe("done");
      expect(await remove(ids.alice, await say())).toBe("done");
      const message = await say();
      expect(await remove(ids.carol, message)).toBe("not_found");
      // An admin of the server is nobody special in a room.
      expect(await remove(ids.admin, message)).toBe("forbidden");
      await does(ids.alice, "member.set_role", { room, user: ids.admin, role: "admin" });
      expect(await remove(ids.admin, message)).toBe("done");
    });

    test("MSG-6 deleting twice is as deleting once", async () => {
      const room = rooms.design.id;
      const { id } = await does(ids.alice, "message.send", { room, text: "Twice" });
      await does(ids.alice, "message.delete", { message: id });
      const head = await headOf(room);
      await does(ids.alice, "message.delete", { message: id });
      expect(await headOf(room)).toBe(head);
    });
  });
});
