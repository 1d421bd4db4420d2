import { afterEach, beforeEach, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { createJobs } from "../../jobs.ts";
import { isoTime } from "../../platform/clock.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf, tablesHolding } from "../../testing/tables.ts";
import { remindersOf } from "./reminders-rows.ts";

const minute = 60_000;
const day = 86_400_000;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  beforeEach(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterEach(() => fixture.close());

  const later = (milliseconds: number) => isoTime(fixture.store.clock.now() + milliseconds);
  const say = async (by: number, room: number, text = "Come back to this") =>
    (await does(by, "message.send", { room, text })).id;
  const set = (by: number, message: number, milliseconds = minute) =>
    does(by, "reminder.set", { message, remind_at: later(milliseconds) });
  const remove = (by: number, message: number) => does(by, "reminder.remove", { message });
  const list = async (by: number) => (await does(by, "reminder.list", {})).reminders;
  async function pass(milliseconds: number, node = fixture.context) {
    fixture.store.clock.advance(milliseconds);
    await createJobs(node).settled();
  }
  /** What the devices of a person were told, in order. */
  const told = (user: number) =>
    fixture.store.changes.flatMap((change) =>
      change.log === "user" && change.id === user && change.event.kind === "reminder.set"
        ? [change.event.reminder?.state ?? "gone"]
        : [],
    );

  test("REMIND-1 whoever can read a message is reminded of it, and nobody else learns of that", async () => {
    const message = await say(ids.bob, rooms.design.id);
    const made = await set(ids.alice, message);
    expect(made).toEqual({
      ...{ message, room: rooms.design.id, remind_at: later(minute), state: "waiting" },
      created_at: later(0),
    });
    const [entry] = await list(ids.alice);
    expect(entry).toMatchObject({ ...made, about: { id: message, text: "Come back to this" } });
    expect(await list(ids.bob)).toEqual([]);
    expect(await outcomeOf(set(ids.carol, message))).toBe("not_found");
    expect(await outcomeOf(set(ids.alice, message + 1_000))).toBe("not_found");
    await does(ids.bob, "message.delete", { message });
    expect(await outcomeOf(set(ids.bob, message))).toBe("not_found");
    expect([told(ids.alice), told(ids.bob), told(ids.carol)]).toEqual([["waiting"], [], []]);
  });

  test("REMIND-1 its time is to come, and within a year; there are at most 100", async () => {
    const { id: room } = rooms.design;
    const message = await say(ids.bob, room);
    const longest = limits.reminderDays * day;
    const times = [0, -1, longest + 1, 1, longest];
    const outcomes = [];
    for (const each of times) outcomes.push(await outcomeOf(set(ids.alice, message, each)));
    expect(outcomes).toEqual(["invalid", "invalid", "invalid", "done", "done"]);
    const messages = [];
    for (let count = 0; count < limits.reminders + 1; count++) messages.push(await say(ids.bob, room));
    for (const each of messages.slice(0, limits.reminders - 2)) await set(ids.alice, each);
    const last = await Promise.all(messages.slice(-3).map((each) => outcomeOf(set(ids.alice, each))));
    expect(last.toSorted()).toEqual(["conflict", "conflict", "done"]);
    expect(await outcomeOf(set(ids.alice, message, 2 * minute))).toBe("done");
    await remove(ids.alice, message);
    const refused = messages.slice(-3).find((_, place) => last[place] === "conflict") ?? 0;
    expect(await outcomeOf(set(ids.alice, refused))).toBe("done");
    expect((await list(ids.alice)).length).toBe(limits.reminders);
  });

  test("REMIND-2 there is one of a message: a repeat gives it another time, and it is taken away", async () => {
    const message = await say(ids.bob, rooms.design.id);
    await Promise.all([set(ids.alice, message), set(ids.alice, message), set(ids.alice, message)]);
    expect((await list(ids.alice)).length).toBe(1);
    await set(ids.alice, message, 2 * minute);
    await pass(minute);
    expect((await list(ids.alice))[0]?.state).toBe("waiting");
    await pass(minute);
    expect((await list(ids.alice))[0]?.state).toBe("due");
    expect((await set(ids.alice, message, minute)).state).toBe("waiting");
    await pass(minute);
    expect((await list(ids.alice))[0]?.state).toBe("due");
    await remove(ids.alice, message);
    await remove(ids.alice, message);
    expect(await list(ids.alice)).toEqual([]);
    await set(ids.alice, message);
    await remove(ids.alice, message);
    await pass(day);
    expect(told(ids.alice).slice(-6)).toEqual(["due", "waiting", "due", "gone", "waiting", "gone"]);
  });

  test("REMIND-2 what is due and what is yet to come goes by time", async () => {
    const messages = [];
    for (let count = 0; count < 3; count++) messages.push(await say(ids.bob, rooms.design.id));
    const [one = 0, two = 0, three = 0] = messages;
    await set(ids.alice, one, 3 * minute);
    await set(ids.alice, two, minute);
    await set(ids.alice, three, 2 * minute);
    expect((await list(ids.alice)).map(({ message }) => message)).toEqual([two, three, one]);
    if (engine === "postgres") return;
    const plan = await planOf(fixture.context.database, remindersOf({ user: ids.alice }));
    expect(plan).toContain("USING INDEX reminders_of");
    expect(plan).not.toMatch(/SCAN (?:messages|members|reminders)/);
  });

  test("REMIND-3 it is told once, on however many nodes, and after a stop at once", async () => {
    const message = await say(ids.bob, rooms.design.id);
    await set(ids.alice, message);
    await pass(minute - 1);
    expect(told(ids.alice)).toEqual(["waiting"]);
    fixture.store.clock.advance(1);
    const nodes = [fixture.context, fixture.restarted(), fixture.restarted()].map(createJobs);
    await Promise.all(nodes.map((node) => node.settled()));
    const states = async () => {
      const { events } = await does(ids.alice, "user.events", { after: 0, limit: 200 });
      return events.filter(({ kind }) => kind === "reminder.set").length;
    };
    expect(await states()).toBe(2);
    const other = await say(ids.bob, rooms.design.id);
    await set(ids.alice, other);
    fixture.store.clock.advance(day);
    await pass(0, fixture.restarted());
    expect((await list(ids.alice)).map(({ state }) => state)).toEqual(["due", "due"]);
    expect(await states()).toBe(4);
  });

  test("REMIND-3 the log shows it as it is now", async () => {
    const message = await say(ids.bob, rooms.design.id);
    await set(ids.alice, message);
    const seen = async () => {
      const { events } = await does(ids.alice, "user.events", { after: 0, limit: 200 });
      return events.flatMap((event) =>
        event.kind === "reminder.set" ? [event.reminder?.state ?? null] : [],
      );
    };
    expect(await seen()).toEqual(["waiting"]);
    await pass(minute);
    expect(await seen()).toEqual(["due", "due"]);
    await remove(ids.alice, message);
    expect(await seen()).toEqual([null, null, null]);
  });

  const losses: [string, (message: number, room: number) => Promise<unknown>][] = [
    ["was deleted", (message) => does(ids.bob, "message.delete", { message })],
    [
      "is in a room that they were taken out of",
      (_, room) => does(ids.alice, "member.remove", { room, user: ids.bob }),
    ],
    ["is in a room that is gone", (_, room) => does(ids.alice, "room.delete", { room })],
  ];
  for (const [what, happen] of losses) {
    test(`REMIND-4 of a message that ${what} it says only that, and is taken away as any`, async () => {
      const { id: room } = rooms.design;
      const message = await say(ids.bob, room, "Unrepeatable");
      await set(ids.bob, message);
      await happen(message, room);
      expect(await list(ids.bob)).toMatchObject([{ message, state: "waiting", about: null }]);
      await pass(minute);
      expect(told(ids.bob)).toEqual(["waiting", "due"]);
      const found = await list(ids.bob);
      expect(found).toMatchObject([{ message, state: "due", about: null }]);
      expect(JSON.stringify(found)).not.toContain("Unrepeatable");
      expect(await outcomeOf(set(ids.bob, message))).toBe("not_found");
      await remove(ids.bob, message);
      expect(await list(ids.bob)).toEqual([]);
      if (what !== "was deleted") expect(await outcomeOf(remove(ids.bob, message))).toBe("not_found");
      expect(await tablesHolding(fixture.context.database, `"message_id":${message},`)).not.toContain(
        "reminders",
      );
    });
  }

  test("REMIND-4 whoever comes back to the room sees the message again", async () => {
    const { id: room } = rooms.design;
    const message = await say(ids.alice, room);
    await set(ids.bob, message);
    await does(ids.alice, "member.remove", { room, user: ids.bob });
    expect((await list(ids.bob))[0]?.about).toBeNull();
    await does(ids.alice, "member.add", { room, user: ids.bob });
    expect((await list(ids.bob))[0]?.about?.id).toBe(message);
  });

  test("REMIND-3 of a deleted account nobody is reminded, and nothing stops", async () => {
    const message = await say(ids.alice, rooms.design.id);
    await set(ids.bob, message);
    await set(ids.alice, message);
    await does(ids.admin, "account.delete", { user: ids.bob });
    await pass(minute);
    expect(told(ids.alice)).toEqual(["waiting", "due"]);
    expect(told(ids.bob)).toEqual(["waiting"]);
  });
});
