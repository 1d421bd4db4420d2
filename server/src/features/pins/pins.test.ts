import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { Sql } from "../../schema/tables.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { listPins } from "./pins.ts";
import { pinCount, pinEvents, pinsOf } from "./pins-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  const say = async (text = "Look") => (await does(ids.alice, "message.send", { room, text })).id;
  const pin = (person: number, message: number, on = true) => does(person, "pin.set", { message, on });
  const headOf = async () => (await does(ids.alice, "room.get", { room })).head;
  const pinned = async () => (await does(ids.bob, "pin.list", { room })).pins;
  const newRoom = async (members: number[] = [ids.bob]) =>
    (await does(ids.alice, "room.create", { kind: "channel", name: "pins", members })).id;

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
    room = await newRoom();
  });
  afterAll(() => fixture.close());

  test("PIN-1 a message is pinned and taken off; asked again it changes nothing", async () => {
    const message = await say();
    fixture.store.clock.advance(1_000);
    const set = await pin(ids.alice, message);
    const { events } = await does(ids.bob, "room.events", { room, after: (await headOf()) - 1 });
    const told = { kind: "pin.set", by: ids.alice, message, on: true, at: set.pinned_at ?? "" } as const;
    expect(events).toEqual([told]);
    expect(set.version).toBe(1);
    const head = await headOf();
    expect(await pin(ids.alice, message)).toEqual(set);
    expect(await headOf()).toBe(head);
    expect((await pin(ids.alice, message, false)).pinned_at).toBeUndefined();
    expect((await pin(ids.alice, message, false)).pinned_at).toBeUndefined();
    expect(await headOf()).toBe(head + 1);
  });

  test("PIN-1 whoever has the permission pins what anybody said", async () => {
    const { id: message } = await does(ids.bob, "message.send", { room, text: "Mine" });
    expect(await outcomeOf(pin(ids.bob, message))).toBe("forbidden");
    expect(await outcomeOf(pin(ids.carol, message))).toBe("not_found");
    expect(await outcomeOf(pin(ids.alice, message))).toBe("done");
    expect(await outcomeOf(pin(ids.bob, message, false))).toBe("forbidden");
    await does(ids.alice, "room.update", { room, permissions: { pin_messages: "member" } });
    expect(await outcomeOf(pin(ids.bob, message, false))).toBe("done");
    await does(ids.alice, "room.update", { room, permissions: { pin_messages: "admin" } });
  });

  test("PIN-1 in an archived room nothing is pinned and nothing taken off", async () => {
    const elsewhere = await newRoom();
    const send = (text: string) => does(ids.alice, "message.send", { room: elsewhere, text });
    const [one, other] = [await send("One"), await send("Other")];
    await pin(ids.alice, one.id);
    await does(ids.alice, "room.archive", { room: elsewhere, archived: true });
    expect(await outcomeOf(pin(ids.alice, other.id))).toBe("forbidden");
    expect(await outcomeOf(pin(ids.alice, one.id, false))).toBe("forbidden");
    expect((await does(ids.bob, "pin.list", { room: elsewhere })).pins).toHaveLength(1);
  });

  test("PIN-2 at most 100 messages are pinned, however many ask at once", async () => {
    room = await newRoom();
    const messages: number[] = [];
    for (let count = 0; count < limits.roomPins + 3; count++) messages.push(await say(`${count}`));
    const outcomes = await Promise.all(messages.map((message) => outcomeOf(pin(ids.alice, message))));
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(limits.roomPins);
    expect(outcomes.filter((outcome) => outcome === "conflict")).toHaveLength(3);
    const [first, left] = [await pinned(), messages[outcomes.indexOf("conflict")] ?? 0];
    expect(first).toHaveLength(limits.roomPins);
    await pin(ids.alice, first[0]?.message.id ?? 0, false);
    expect(await outcomeOf(pin(ids.alice, left))).toBe("done");
    expect((await pinned())[0]?.message.id).toBe(left);
  });

  test("PIN-3 deleting takes a message off, by one event", async () => {
    room = await newRoom();
    const message = await say();
    await pin(ids.alice, message);
    const head = await headOf();
    await does(ids.alice, "message.delete", { message });
    expect(await headOf()).toBe(head + 1);
    expect(await pinned()).toEqual([]);
    expect((await does(ids.bob, "message.get", { message })).pinned_at).toBeUndefined();
    // Nor does it take the place of another one.
    expect(await fixture.context.database.first(pinCount({ room }))).toEqual({ count: 0 });
    expect(await outcomeOf(pin(ids.alice, message))).toBe("not_found");
    expect(await outcomeOf(pin(ids.alice, message, false))).toBe("not_found");
  });

  test("PIN-3 a message deleted while pins are read is not among them", async () => {
    room = await newRoom();
    const [gone, stays] = [await say("Gone"), await say("Stays")];
    for (const message of [gone, stays]) await pin(ids.alice, message);
    const { database } = fixture.context;
    let reads = 0;
    const racing: Sql = {
      ...database,
      async rows(query) {
        if (++reads === 2) await does(ids.alice, "message.delete", { message: gone });
        return database.rows(query);
      },
    };
    const { pins } = await listPins(racing, { user: ids.bob, session: 1 }, { room });
    expect(pins.map(({ message }) => message.id)).toEqual([stays]);
  });

  test("PIN-4 pins are listed with who and when, the last pinned first, and shown with the message", async () => {
    room = await newRoom();
    const [one, other] = [await say("One"), await say("Other")];
    await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "admin" });
    const later = await pin(ids.alice, other);
    const latest = await pin(ids.bob, one);
    expect(await pinned()).toEqual([
      { message: latest, pinned_by: ids.bob, pinned_at: latest.pinned_at ?? "" },
      { message: later, pinned_by: ids.alice, pinned_at: later.pinned_at ?? "" },
    ]);
    const edited = await does(ids.alice, "message.edit", { message: one, text: "Changed" });
    expect(edited.pinned_at).toBe(latest.pinned_at ?? "");
    const { messages } = await does(ids.bob, "message.list", { room });
    expect(messages.map(({ pinned_at }) => pinned_at)).toEqual([latest.pinned_at, later.pinned_at]);
    expect(await outcomeOf(does(ids.carol, "pin.list", { room }))).toBe("not_found");
  });

  test("PIN-5 whoever may pin puts the pinned messages in another order; what is pinned later stands before them", async () => {
    room = await newRoom();
    const [one, two, three, four] = [await say("1"), await say("2"), await say("3"), await say("4")];
    for (const message of [one, two, three]) await pin(ids.alice, message);
    const order = (as: number, messages: number[]) => outcomeOf(does(as, "pin.order", { room, messages }));
    const idsPinned = async () => (await pinned()).map(({ message }) => message.id);
    expect(await idsPinned()).toEqual([three, two, one]);
    const before = await pinned();
    const head = await headOf();
    expect(await order(ids.bob, [one, two, three])).toBe("forbidden");
    expect(await order(ids.carol, [one, two, three])).toBe("not_found");
    for (const wrong of [
      [one, two],
      [one, two, three, four],
      [one, two, two],
      [one, two, four],
    ])
      expect(await order(ids.alice, wrong)).toBe("conflict");
    expect(await order(ids.alice, [three, two, one])).toBe("done");
    expect([await idsPinned(), await headOf()]).toEqual([[three, two, one], head]);
    expect(await order(ids.alice, [two, one, three])).toBe("done");
    const { events } = await does(ids.bob, "room.events", { room, after: head });
    expect(events).toMatchObject([{ kind: "pin.ordered", by: ids.alice, messages: [two, one, three] }]);
    const after = await pinned();
    expect(after.map(({ message }) => message.id)).toEqual([two, one, three]);
    expect(after.map(({ pinned_at, pinned_by }) => [pinned_at, pinned_by])).toEqual(
      [before[1], before[2], before[0]].map((each) => [each?.pinned_at, each?.pinned_by] as never),
    );
    await pin(ids.alice, four);
    await pin(ids.alice, one, false);
    expect(await idsPinned()).toEqual([four, two, three]);
  });

  test("PIN-6 what was pinned and taken off is told, by whom and when, page by page", async () => {
    room = await newRoom();
    await does(ids.alice, "room.update", { room, permissions: { pin_messages: "member" } });
    const [one, two] = [await say("One"), await say("Two")];
    await pin(ids.alice, one);
    fixture.store.clock.advance(5_000);
    await pin(ids.bob, two);
    await pin(ids.bob, one, false);
    await does(ids.alice, "message.delete", { message: one });
    const read = (as: number, before?: number) =>
      does(as, "pin.history", { room, limit: 2, ...(before !== undefined && { before }) });
    const first = await read(ids.bob);
    expect(first.changes).toMatchObject([
      { by: ids.bob, on: false, message: { id: one, text: "" } },
      { by: ids.bob, on: true, message: { id: two, text: "Two" } },
    ]);
    const rest = await read(ids.alice, first.before ?? 0);
    expect(rest).toMatchObject({
      changes: [{ by: ids.alice, on: true, message: { id: one } }],
      before: null,
    });
    expect(Date.parse(first.changes[1]?.at ?? "") - Date.parse(rest.changes[0]?.at ?? "")).toBe(5_000);
    expect(await outcomeOf(read(ids.carol))).toBe("not_found");
  });

  test("PIN-4 pins are found and counted by their index", async () => {
    for (const query of [pinsOf({ room, limit: limits.roomPins }), pinCount({ room })]) {
      const plan = await planOf(fixture.context.database, query);
      expect(plan).toContain("messages_pinned");
      expect(plan).not.toMatch(/SCAN |TEMP B-TREE|Seq Scan|Sort/);
    }
  });

  test("PIN-6 the changes of pins are found by their index", async () => {
    const plan = await planOf(
      fixture.context.database,
      pinEvents[engine]({ room, before: 2 ** 40, limit: 3 }),
    );
    expect(plan).toContain("room_events_pins");
    expect(plan).not.toMatch(/SCAN |TEMP B-TREE|Seq Scan|Sort/);
  });
});
