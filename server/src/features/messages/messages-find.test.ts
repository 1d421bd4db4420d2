import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Message } from "@parley/protocol/messages";
import fc from "fast-check";
import type { Sql } from "../../schema/tables.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { findMessage } from "./messages.ts";
import { messageFrom } from "./messages-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  const all: Message[] = [];
  const timeOf = ({ created_at }: Message) => Date.parse(created_at);
  const find = async (at: number) => {
    const moment = new Date(at).toISOString();
    return (await does(ids.bob, "message.find", { room, at: moment })).message;
  };

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
    expect(await find(0)).toBeNull();
    for (let number = 1; number <= 60; number++) {
      // Several at one moment, long pauses, and a clock that is put back.
      if (number % 3 === 0) fixture.store.clock.advance(number * 100);
      if (number % 20 === 0) fixture.store.clock.advance(-3_000);
      const sent = await does(ids.alice, "message.send", { room, text: `Message ${number}` });
      all.push(sent);
      // Other events stand between messages, so that numbers of messages have holes.
      if (number % 4 === 0) await does(ids.bob, "reaction.set", { message: sent.id, emoji: "👍", on: true });
      if (number % 7 === 0) await does(ids.alice, "message.delete", { message: sent.id });
    }
  });
  afterAll(() => fixture.close());

  test("MSG-10 the first message at a moment or later is found, whatever the moment", async () => {
    const [first, last] = [all[0], all.at(-1)] as [Message, Message];
    const moments = [...new Set(all.map(timeOf))].flatMap((time) => [time - 1, time, time + 1]);
    for (const at of moments) {
      expect(await find(at)).toBe(all.find((message) => timeOf(message) >= at)?.id ?? null);
    }
    const between = fc.integer({ min: timeOf(first) - 5_000, max: timeOf(last) + 5_000 });
    const finds = fc.asyncProperty(between, async (at) => {
      expect(await find(at)).toBe(all.find((message) => timeOf(message) >= at)?.id ?? null);
    });
    await fc.assert(finds, { numRuns: 50 });
    expect(await find(timeOf(last) + 1)).toBeNull();
  });

  test("MSG-10 after the clock was put back, messages bear the time of the last one before", () => {
    const times = all.map(timeOf);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    // Message 20 came 3 seconds before its predecessor by the clock.
    expect(times[19]).toBe(times[18] as number);
    expect(new Set(times).size).toBeGreaterThan(10);
  });

  test("MSG-10 it is found for people of the room, by a moment of the calendar", async () => {
    const ask = (person: number, at: string, where = room) =>
      outcomeOf(does(person, "message.find", { room: where, at }));
    const at = "2020-01-01T00:00:00.000Z";
    expect(await ask(ids.bob, at)).toBe("done");
    expect(await ask(ids.carol, at)).toBe("not_found");
    expect(await ask(ids.carol, at, fixture.rooms.lobby.id)).toBe("forbidden");
    for (const wrong of ["2020-01-01", "2020-02-30T00:00:00.000Z", "yesterday"]) {
      expect(await ask(ids.bob, wrong)).toBe("invalid");
    }
  });

  test("MSG-10 it takes as many looks by index as the length of the log can be halved", async () => {
    const { database } = fixture.context;
    let queries = 0;
    const counting: Sql = { ...database, first: (query) => database.first(query).finally(() => queries++) };
    const { head } = await does(ids.bob, "room.get", { room });
    for (const at of all.map(({ created_at }) => created_at)) {
      queries = 0;
      await findMessage(counting, { user: ids.bob, session: 1 }, { room, at });
      // One more for the right to it.
      expect(queries).toBeLessThanOrEqual(Math.ceil(Math.log2(head + 1)) + 2);
    }
    const plan = await planOf(database, messageFrom({ room, seq: 5 }));
    expect(plan).toContain("messages_place");
    expect(plan).not.toMatch(/SCAN |TEMP B-TREE|Seq Scan|Sort/);
  });
});
