import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { previewOf } from "@parley/protocol/previews";
import type { Sql } from "../../schema/tables.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf, tablesHolding } from "../../testing/tables.ts";
import { membershipForUser, membershipsOf, roomsOfUser } from "../access/access.ts";
import { publicChannels } from "./rooms-rows.ts";

test("ROOM-11 a text is cut short without cutting a character in two", () => {
  const most = limits.previewText;
  expect(previewOf("x".repeat(most))).toBe("x".repeat(most));
  expect(previewOf("x".repeat(most + 1))).toBe("x".repeat(most));
  const even = "🦩".repeat(most);
  expect(previewOf(even)).toBe("🦩".repeat(most / 2));
  expect(previewOf(`x${even}`)).toBe(`x${"🦩".repeat(most / 2 - 1)}`);
});

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  /** As it is shown in each place that shows it to somebody in the room. */
  async function shownTo(person: number, room: number) {
    const { rooms: listed } = await does(person, "room.list", { limit: limits.pageMax });
    const { events } = await does(person, "user.events", { after: 0, limit: limits.pageMax });
    const appeared = events.flatMap((event) =>
      event.kind === "room.appeared" && event.room.id === room ? [event.room.last_message] : [],
    );
    const inList = listed.find(({ id }) => id === room)?.last_message;
    const { last_message } = await does(person, "room.get", { room });
    for (const each of [inList, ...appeared]) expect(each as unknown).toEqual(last_message);
    expect(appeared.length).toBeGreaterThan(0);
    return last_message;
  }

  test("ROOM-11 a room shows its newest message, cut short", async () => {
    const { id: room } = await does(ids.alice, "room.create", {
      ...{ kind: "group", name: "previews", members: [ids.bob] },
    });
    expect(await shownTo(ids.bob, room)).toBeNull();
    await does(ids.alice, "message.send", { room, text: "First" });
    const sent = await does(ids.alice, "message.send", { room, text: "y".repeat(1_000) });
    const { id, seq, sender, created_at } = sent;
    const shown = { id, seq, sender, type: "text", text: "y".repeat(limits.previewText), created_at };
    expect(await shownTo(ids.bob, room)).toEqual({ ...shown, type: "text", version: 1 });
    await does(ids.bob, "reaction.set", { message: id, emoji: "👍", on: true });
    await does(ids.alice, "message.edit", { message: id, text: "Shorter" });
    expect(await shownTo(ids.bob, room)).toEqual({ ...shown, type: "text", text: "Shorter", version: 2 });
  });

  test("ROOM-11 a newest message that is deleted stays the newest, without its text", async () => {
    const room = rooms.design.id;
    await does(ids.alice, "message.send", { room, text: "Before" });
    const { id, seq } = await does(ids.alice, "message.send", { room, text: "preview-heron" });
    await does(ids.alice, "message.delete", { message: id });
    const shown = await shownTo(ids.bob, room);
    expect(shown).toMatchObject({ id, seq, text: "", version: 2 });
    expect(shown?.deleted_at).toBe((await does(ids.bob, "message.get", { message: id })).deleted_at ?? "");
    expect(await tablesHolding(fixture.context.database, "preview-heron")).toEqual([]);
  });

  test("ROOM-11 what was said is shown to nobody outside", async () => {
    const { id: room } = await does(ids.alice, "room.create", {
      ...{ kind: "channel", name: "previewed", public: true, members: [ids.bob] },
    });
    await does(ids.alice, "message.send", { room, text: "Among us" });
    const browsed = async (person: number) =>
      (await does(person, "room.browse", { search: "previewed" })).rooms[0]?.last_message;
    expect((await browsed(ids.bob))?.text).toBe("Among us");
    for (const outsider of [ids.carol, ids.admin]) {
      expect(await browsed(outsider)).toBeNull();
      expect((await does(outsider, "room.get", { room })).last_message).toBeNull();
    }
    expect((await does(ids.carol, "room.join", { room })).last_message?.text).toBe("Among us");
    await does(ids.carol, "room.leave", { room });
    const { events } = await does(ids.carol, "user.events", { after: 0, limit: limits.pageMax });
    expect(JSON.stringify(events)).toContain(`"id":${room}`);
    expect(JSON.stringify(events)).not.toContain("Among us");
  });

  describe("queries", () => {
    test("ROOM-11 a page of rooms is one query, whatever was said in them", async () => {
      const { database } = fixture.context;
      let queries = 0;
      const counting: Sql = {
        ...database,
        rows: (query) => database.rows(query).finally(() => queries++),
        first: (query) => database.first(query).finally(() => queries++),
      };
      const found = await membershipsOf(counting, ids.alice, { after: 0, limit: 50 });
      expect(found.filter(({ last_message }) => last_message !== null).length).toBeGreaterThan(1);
      expect(queries).toBe(1);
    });

    test("ROOM-11 the newest message is found by the index of places", async () => {
      const { database } = fixture.context;
      const channels = { user: ids.alice, name: "", id: 0, pattern: "%", limit: 51 };
      const queries = [
        membershipForUser({ room: rooms.design.id, user: ids.alice }),
        roomsOfUser({ user: ids.alice, after: 0, limit: 51 }),
        publicChannels(channels),
      ];
      for (const query of queries) {
        const plan = await planOf(database, query);
        if (engine === "sqlite") {
          expect(plan).toMatch(/SEARCH last USING INTEGER PRIMARY KEY/);
          expect(plan).toMatch(/SEARCH messages USING COVERING INDEX messages_place \(room_id=\?\)/);
        } else {
          expect(plan).toMatch(/Index Scan using messages_pkey on messages last/);
          expect(plan).toMatch(/Index Scan Backward using messages_place/);
        }
        expect(plan).not.toMatch(/SCAN (?!rooms USING INDEX rooms_public)|Seq Scan/);
      }
    });
  });
});
