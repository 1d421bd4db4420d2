import { afterAll, beforeAll, expect, test } from "bun:test";
import { outcomeOf } from "../../testing/failures.ts";
import { addPerson } from "../../testing/people.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { roomEventAt, roomEventRows, userEventRows } from "./logs-rows.ts";

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

  test("WRITE-1 numbers are dense, whatever fails in between and however many write at once", async () => {
    const room = rooms.design.id;
    const { head } = await does(ids.alice, "room.get", { room });
    const before = fixture.store.changes.length;
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, turn) => {
        const person = [ids.alice, ids.bob, ids.carol][turn % 3] ?? 0;
        const mentions = turn % 5 === 0 ? [999_999] : [];
        return outcomeOf(does(person, "message.send", { room, text: `Words ${turn}`, mentions }));
      }),
    );
    const done = outcomes.filter((outcome) => outcome === "done").length;
    expect(new Set(outcomes)).toEqual(new Set(["done", "invalid", "not_found"]));
    expect((await does(ids.alice, "room.get", { room })).head).toBe(head + done);
    const expected = Array.from({ length: done }, (_, index) => head + 1 + index);
    const run = await does(ids.alice, "room.events", { room, after: head });
    expect(run).toMatchObject({ from: head + 1, to: head + done, head: head + done });
    expect(run.events.map((event) => (event.kind === "message.sent" ? event.message.seq : 0))).toEqual(
      expected,
    );
    const told = fixture.store.changes
      .slice(before)
      .flatMap((change) => ("seq" in change ? [change.seq] : []));
    expect(told.sort((one, other) => one - other)).toEqual(expected);
  });

  test("WRITE-1 an event is never dated before the one it follows", async () => {
    const room = rooms.lobby.id;
    const { clock } = fixture.store;
    const now = clock.now();
    for (const [turn, at] of [now, now - 5_000, now + 5_000, now - 60_000].entries()) {
      clock.set(at);
      await does(ids.alice, "message.send", { room, text: "At" });
      await does(ids.admin, "room.update", { room, topic: `Topic ${turn}` });
    }
    clock.set(now);
    const { events } = await does(ids.alice, "room.events", { room, after: 0 });
    const times = events.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  test("WRITE-1 what a person is told alone is in their private log, densely, for them alone", async () => {
    const person = await addPerson(fixture.context, "private");
    const { id: room } = await does(ids.alice, "room.create", {
      kind: "group",
      name: "told",
      members: [person],
    });
    const { seq } = await does(ids.alice, "message.send", { room, text: "Hi", mentions: [person] });
    await does(person, "receipt.read", { room, seq });
    await does(person, "user.update", { status_message: "here" });
    await does(person, "room.leave", { room });
    const all = await does(person, "user.events", { after: 0 });
    expect(all.events.map(({ kind }) => kind)).toEqual([
      "room.appeared",
      "room.marked",
      "user.updated",
      "room.disappeared",
    ]);
    expect(all).toMatchObject({ from: 1, to: 4, head: 4 });
    expect(await does(person, "user.events", { after: 1, limit: 2 })).toEqual({
      ...{ from: 2, to: 3, head: 4 },
      events: all.events.slice(1, 3),
    });
    const others = JSON.stringify(await does(ids.bob, "user.events", { after: 0, limit: 200 }));
    expect(others).not.toContain('"told"');
  });

  test("MSG-8 a room that appeared is told as it is now; one that was left without its name", async () => {
    const person = await addPerson(fixture.context, "latecomer");
    const made = { kind: "group", name: "old name", members: [person] } as const;
    const { id: room } = await does(ids.alice, "room.create", { ...made, members: [person] });
    await does(ids.alice, "room.update", { room, name: "new name" });
    const appeared = async () =>
      (await does(person, "user.events", { after: 0 })).events.find(({ kind }) => kind === "room.appeared");
    const now = await does(person, "room.get", { room });
    expect(await appeared()).toMatchObject({ room: now });
    expect(now.name).toBe("new name");
    await does(ids.alice, "member.remove", { room, user: person });
    expect(await appeared()).toMatchObject({ room: { id: room, name: "", role: null, head: 0 } });
  });

  test("LIVE-7 a position ahead of a log is told where the log stands", async () => {
    const room = rooms.design.id;
    const { head } = await does(ids.alice, "room.get", { room });
    const run = await does(ids.alice, "room.events", { room, after: head + 100 });
    expect(run).toMatchObject({ from: head + 101, to: head + 100, head, events: [] });
    expect((await does(ids.alice, "room.events", { room, after: head })).head).toBe(head);
    const own = await does(ids.alice, "user.events", { after: 0, limit: 1 });
    const ahead = await does(ids.alice, "user.events", { after: own.head + 100 });
    expect(ahead).toMatchObject({ head: own.head, events: [] });
  });

  test("LIVE-9 a run of a log is read by its key", async () => {
    const { database } = fixture.context;
    const range = { after: 5, limit: 50 };
    const queries = [
      roomEventRows({ room: 1, ...range }),
      roomEventAt({ room: 1, seq: 5 }),
      userEventRows({ user: 1, ...range }),
    ];
    for (const query of queries) {
      const plan = await planOf(database, query);
      expect(plan).toMatch(engine === "sqlite" ? /SEARCH \w+ USING PRIMARY KEY/ : /events_pkey/);
      expect(plan).not.toMatch(/SCAN |TEMP B-TREE|Sort|Seq Scan/);
    }
  });
});
