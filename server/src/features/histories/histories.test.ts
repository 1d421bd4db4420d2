import { afterAll, beforeAll, expect, test } from "bun:test";
import type { RoomEvent } from "@parley/protocol/events";
import { limits } from "@parley/protocol/limits";
import type { Sql } from "../../schema/tables.ts";
import { refusalOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { eventsAfter, roomEvents } from "./histories.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    ({ ids, does } = fixture);
  });
  afterAll(() => fixture.close());

  /** A channel of alice's in which everything has happened, with the events as they were told at the time. */
  async function lively(): Promise<{ room: number; told: RoomEvent[] }> {
    const from = fixture.store.changes.length;
    const { id: room } = await does(ids.alice, "room.create", { kind: "channel", name: "lively" });
    await does(ids.alice, "member.add", { room, user: ids.bob });
    const { id: message } = await does(ids.bob, "message.send", { room, text: "One" });
    await does(ids.bob, "message.edit", { message, text: "Two" });
    await does(ids.alice, "reaction.set", { message, emoji: "👍", on: true });
    await does(ids.alice, "reaction.set", { message, emoji: "👍", on: false });
    await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "admin" });
    await does(ids.bob, "room.update", { room, topic: "Everything" });
    const gone = await does(ids.bob, "message.send", { room, text: "Gone" });
    await does(ids.alice, "message.delete", { message: gone.id });
    await does(ids.bob, "room.leave", { room });
    const told = fixture.store.changes
      .slice(from)
      .flatMap((change) => (change.log === "room" && change.id === room ? [change.event] : []));
    return { room, told };
  }

  test("LIVE-4 events are read without a hole, as many at once as are asked for", async () => {
    const { room, told } = await lively();
    const all = await does(ids.alice, "room.events", { room, after: 0 });
    expect(all.events.map(({ kind }) => kind)).toEqual(told.map(({ kind }) => kind));
    for (let limit = 1; limit <= told.length + 1; limit++) {
      const found: RoomEvent[] = [];
      for (let after = 0; ; ) {
        const run = await does(ids.alice, "room.events", { room, after, limit });
        expect([run.from, run.to]).toEqual([after + 1, after + run.events.length]);
        if (run.events.length === 0) break;
        found.push(...run.events);
        after = run.to;
      }
      expect(found).toEqual(all.events);
    }
    expect(limits.pageMax).toBeGreaterThan(told.length);
  });

  test("MSG-8 an event about a message shows it as it is now; any other as it was told", async () => {
    const { room, told } = await lively();
    const { events } = await does(ids.alice, "room.events", { room, after: 0 });
    const texts = events.flatMap((event) =>
      "message" in event && typeof event.message === "object" ? [event.message.text] : [],
    );
    expect(texts).toEqual(["Two", "Two", "", ""]);
    expect(events.filter(({ kind }) => !kind.startsWith("message."))).toEqual(
      told.filter(({ kind }) => !kind.startsWith("message.")),
    );
    expect(events.map(({ at, by }) => [at, by])).toEqual(told.map(({ at, by }) => [at, by]));
  });

  test("ACCESS-1 a room deleted while its events are read is not there", async () => {
    const { room } = await lively();
    const { database } = fixture.context;
    let queries = 0;
    const racing: Sql = {
      ...database,
      async rows(query) {
        if (++queries === 2) await does(ids.alice, "room.delete", { room });
        return database.rows(query);
      },
    };
    const reading = roomEvents(racing, { user: ids.alice }, { room, after: 0, limit: 50 });
    expect((await refusalOf(reading)).code).toBe("not_found");
    expect((await eventsAfter(database, room, { after: 0, limit: 50 })).events).toMatchObject([
      { kind: "room.deleted" },
    ]);
  });
});
