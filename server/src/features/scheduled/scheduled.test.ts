import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { createJobs } from "../../jobs.ts";
import { isoTime } from "../../platform/clock.ts";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf, tablesHolding } from "../../testing/tables.ts";
import { scheduledOf } from "./scheduled-rows.ts";

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
  const plan = (by: number, room: number, text: string, more: Partial<Input<"scheduled.create">> = {}) =>
    does(by, "scheduled.create", { room, text, send_at: later(minute), ...more });
  const list = async (by: number) => (await does(by, "scheduled.list", {})).scheduled;
  const said = async (room: number, by = ids.bob) =>
    (await does(by, "message.list", { room })).messages.map(({ text }) => text);
  /** So much time passes, and what is due is done. */
  async function pass(milliseconds: number, node = fixture.context) {
    fixture.store.clock.advance(milliseconds);
    await createJobs(node).settled();
  }
  const told = (user: number) =>
    fixture.store.changes.flatMap((change) =>
      change.log === "user" && change.id === user && change.event.kind === "scheduled.set"
        ? [change.event.scheduled?.state ?? "gone"]
        : [],
    );

  test("SCHED-1 what is put by is its author's alone, and checked as if it were sent", async () => {
    const { design, lobby, aliceBob } = rooms;
    const { id: elsewhere } = await does(ids.bob, "message.send", { room: aliceBob.id, text: "Well?" });
    const made = await plan(ids.alice, design.id, "Good morning", { mentions: [ids.bob], client_id: "one" });
    expect(made).toMatchObject({ room: design.id, text: "Good morning", mentions: [ids.bob] });
    expect(made).toMatchObject({ client_id: "one", state: "waiting", send_at: later(minute) });
    expect(await list(ids.alice)).toEqual([made]);
    expect(await list(ids.bob)).toEqual([]);
    const { id: scheduled } = made;
    expect(await outcomeOf(does(ids.bob, "scheduled.update", { scheduled, text: "x" }))).toBe("not_found");
    expect(await outcomeOf(does(ids.bob, "scheduled.send_now", { scheduled }))).toBe("not_found");
    expect(await outcomeOf(does(ids.bob, "scheduled.cancel", { scheduled }))).toBe("not_found");
    expect(await outcomeOf(plan(ids.carol, design.id, "x"))).toBe("not_found");
    expect(await outcomeOf(plan(ids.carol, lobby.id, "x"))).toBe("forbidden");
    expect(await outcomeOf(plan(ids.alice, lobby.id, "x", { mention_all: true }))).toBe("forbidden");
    expect(await outcomeOf(plan(ids.alice, design.id, "x", { mentions: [ids.carol] }))).toBe("invalid");
    expect(await outcomeOf(plan(ids.alice, design.id, "x", { reply_to: elsewhere }))).toBe("invalid");
    expect(await outcomeOf(plan(ids.alice, design.id, ""))).toBe("invalid");
    await does(ids.bob, "block.set", { user: ids.alice, on: true });
    expect(await outcomeOf(plan(ids.alice, aliceBob.id, "x"))).toBe("forbidden");
    expect(await said(design.id)).toEqual([]);
  });

  test("SCHED-1 its time is to come, and within a year", async () => {
    const at = (milliseconds: number) =>
      plan(ids.alice, rooms.design.id, "x", { send_at: later(milliseconds) });
    const longest = limits.scheduleDays * day;
    const outcomes = await Promise.all([0, -1, longest + 1, 1, longest].map((each) => outcomeOf(at(each))));
    expect(outcomes).toEqual(["invalid", "invalid", "invalid", "done", "done"]);
    const files = { files: [] } as object;
    expect(await outcomeOf(plan(ids.alice, rooms.design.id, "x", files))).toBe("invalid");
  });

  test("SCHED-1 at most 100, also of many at once; what is taken back makes room", async () => {
    const room = rooms.design.id;
    for (let index = 0; index < limits.scheduled - 1; index++) await plan(ids.alice, room, `${index}`);
    const last = await Promise.all(
      ["one", "two", "three"].map((text) => outcomeOf(plan(ids.alice, room, text))),
    );
    expect(last.toSorted()).toEqual(["conflict", "conflict", "done"]);
    const [first] = await list(ids.alice);
    expect((await list(ids.alice)).length).toBe(limits.scheduled);
    await does(ids.alice, "scheduled.cancel", { scheduled: first?.id ?? 0 });
    expect(await outcomeOf(plan(ids.alice, room, "once more"))).toBe("done");
    expect(await outcomeOf(plan(ids.bob, room, "his own"))).toBe("done");
  });

  test("SCHED-1 a repeat under the same client id makes one, at once or later", async () => {
    const { id: room } = rooms.design;
    const send_at = later(minute);
    const again = (text = "Once") => plan(ids.alice, room, text, { client_id: "c1", send_at });
    const made = await Promise.all([again(), again(), again()]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await outcomeOf(again("Other"))).toBe("conflict");
    const { id: scheduled = 0 } = made[0] ?? {};
    await does(ids.alice, "scheduled.update", { scheduled, text: "Changed" });
    expect(await again()).toMatchObject({ id: scheduled, text: "Changed" });
    await pass(minute);
    expect(await said(room)).toEqual(["Changed"]);
    expect(await outcomeOf(plan(ids.alice, room, "Once", { client_id: "c1" }))).toBe("conflict");
    await pass(minute);
    expect(await said(room)).toEqual(["Changed"]);
  });

  test("SCHED-2 the list goes by time, and every change is told to all devices of its author alone", async () => {
    const one = await plan(ids.alice, rooms.design.id, "second", { send_at: later(2 * minute) });
    const other = await plan(ids.alice, rooms.lobby.id, "first");
    expect((await list(ids.alice)).map(({ text }) => text)).toEqual(["first", "second"]);
    await does(ids.alice, "scheduled.update", { scheduled: one.id, send_at: later(1) });
    expect((await list(ids.alice)).map(({ text }) => text)).toEqual(["second", "first"]);
    await does(ids.alice, "scheduled.cancel", { scheduled: one.id });
    await does(ids.alice, "scheduled.send_now", { scheduled: other.id });
    expect(told(ids.alice)).toEqual(["waiting", "waiting", "waiting", "gone", "gone"]);
    for (const person of [ids.bob, ids.carol, ids.admin]) expect(told(person)).toEqual([]);
  });

  test("SCHED-2 the log shows it as it is now; what was written before stands in no table", async () => {
    const { id: scheduled } = await plan(ids.alice, rooms.design.id, "first thought");
    await does(ids.alice, "scheduled.update", { scheduled, text: "second thought" });
    const seen = async () => {
      const { events } = await does(ids.alice, "user.events", { after: 0, limit: 200 });
      return events.flatMap((event) =>
        event.kind === "scheduled.set" ? [event.scheduled?.text ?? null] : [],
      );
    };
    expect(await seen()).toEqual(["second thought", "second thought"]);
    expect(await tablesHolding(fixture.context.database, "first thought")).toEqual([]);
    expect(await tablesHolding(fixture.context.database, "second thought")).toEqual(["scheduled"]);
    await does(ids.alice, "scheduled.cancel", { scheduled });
    expect(await seen()).toEqual([null, null, null]);
    expect(await tablesHolding(fixture.context.database, "second thought")).toEqual([]);
  });

  test("SCHED-3 at its time it becomes a message of that moment, once, on however many nodes", async () => {
    const { id: room } = rooms.design;
    const { id: answered } = await does(ids.bob, "message.send", { room, text: "Well?" });
    const more = { client_id: "c1", mentions: [ids.bob], reply_to: answered };
    await plan(ids.alice, room, "Good morning", more);
    await pass(minute - 1);
    expect(await said(room)).toEqual(["Well?"]);
    fixture.store.clock.advance(1);
    const nodes = [fixture.context, fixture.restarted(), fixture.restarted()].map(createJobs);
    await Promise.all(nodes.map((node) => node.settled()));
    const { messages } = await does(ids.bob, "message.list", { room });
    expect(messages.length).toBe(2);
    expect(messages[1]).toMatchObject({ sender: ids.alice, text: "Good morning", ...more });
    expect(messages[1]?.created_at).toBe(later(0));
    expect(await list(ids.alice)).toEqual([]);
    expect((await does(ids.bob, "room.get", { room })).mentions).toBe(1);
    await pass(day);
    expect((await said(room)).length).toBe(2);
  });

  test("SCHED-3 after a stop what was due meanwhile is sent at once, in its order", async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `number ${index}`);
    for (const [index, text] of texts.entries()) {
      await plan(ids.alice, rooms.design.id, text, { send_at: later((40 - index) * minute) });
    }
    // A node keeps what it does in a room in order.
    await pass(day, { ...fixture.restarted(), writer: fixture.store.writer });
    expect(await said(rooms.design.id)).toEqual(texts.toReversed());
  });

  test("SCHED-3 whoever was mentioned and has left since is left out", async () => {
    const { id: room } = rooms.lobby;
    await plan(ids.alice, room, "To both", { mentions: [ids.bob, ids.admin] });
    await does(ids.bob, "room.leave", { room });
    await pass(minute);
    const { messages } = await does(ids.admin, "message.list", { room });
    expect(messages.at(-1)).toMatchObject({ text: "To both", mentions: [ids.admin] });
  });

  const obstacles: [string, string, (room: number) => Promise<unknown>][] = [
    ["was removed", "no_room", (room) => does(ids.alice, "member.remove", { room, user: ids.bob })],
    ["whose room is gone", "no_room", (room) => does(ids.alice, "room.delete", { room })],
    [
      "whose room is archived",
      "archived",
      (room) => does(ids.alice, "room.archive", { room, archived: true }),
    ],
    [
      "may no longer write",
      "not_allowed",
      (room) => does(ids.alice, "room.update", { room, permissions: { send_messages: "admin" } }),
    ],
    [
      "was deactivated",
      "inactive",
      () => does(ids.admin, "user.set_active", { user: ids.bob, active: false }),
    ],
  ];
  for (const [who, reason, happen] of obstacles) {
    test(`SCHED-4 for somebody who ${who} it is not sent, and they are told why`, async () => {
      const { id: room } = rooms.design;
      await plan(ids.bob, room, "Too late");
      await happen(room);
      await pass(minute);
      expect(await list(ids.bob)).toMatchObject([{ text: "Too late", state: "failed", reason }]);
      expect(told(ids.bob)).toEqual(["waiting", "failed"]);
      expect(await tablesHolding(fixture.context.database, "Too late")).toEqual(["scheduled"]);
      await pass(day);
      expect(told(ids.bob).length).toBe(2);
    });
  }

  test("SCHED-4 for those apart by a block, and where all can no longer be mentioned", async () => {
    const { aliceBob, design } = rooms;
    await plan(ids.bob, aliceBob.id, "Blocked");
    await does(ids.alice, "member.set_role", { room: design.id, user: ids.bob, role: "admin" });
    await plan(ids.bob, design.id, "To all", { mention_all: true });
    await does(ids.alice, "member.set_role", { room: design.id, user: ids.bob, role: "member" });
    await does(ids.alice, "block.set", { user: ids.bob, on: true });
    await pass(minute);
    const reasons = (await list(ids.bob)).map(({ reason }) => reason);
    expect(reasons.toSorted()).toEqual(["blocked", "not_allowed"]);
    expect(await said(aliceBob.id)).toEqual([]);
  });

  test("SCHED-4 a refusal leaves no hole in the room, and others after it are sent", async () => {
    const { id: room } = rooms.design;
    await plan(ids.bob, room, "Refused");
    await plan(ids.alice, room, "Sent");
    await does(ids.alice, "member.remove", { room, user: ids.bob });
    await pass(minute);
    expect(await said(room, ids.alice)).toEqual(["Sent"]);
    const { events, head } = await does(ids.alice, "room.events", { room, after: 0, limit: 200 });
    expect(events.length).toBe(head);
  });

  test("SCHED-5 with another text and time it waits again, a failed one too", async () => {
    const { id: room } = rooms.design;
    const { id: scheduled } = await plan(ids.bob, room, "First");
    await does(ids.bob, "scheduled.update", { scheduled, text: "Other words", mentions: [ids.alice] });
    await does(ids.alice, "room.archive", { room, archived: true });
    await pass(minute);
    await does(ids.bob, "scheduled.update", { scheduled, text: "Third" });
    expect(await list(ids.bob)).toMatchObject([{ text: "Third", state: "failed", mentions: [ids.alice] }]);
    expect((await refusalOf(does(ids.bob, "scheduled.send_now", { scheduled }))).code).toBe("forbidden");
    expect(await list(ids.bob)).toMatchObject([{ state: "failed" }]);
    await does(ids.alice, "room.archive", { room, archived: false });
    const past = does(ids.bob, "scheduled.update", { scheduled, send_at: later(0) });
    expect(await outcomeOf(past)).toBe("invalid");
    await does(ids.bob, "scheduled.update", { scheduled, send_at: later(minute) });
    expect((await list(ids.bob))[0]).not.toHaveProperty("reason");
    await pass(minute);
    expect(await said(room)).toEqual(["Third"]);
  });

  test("SCHED-5 who is mentioned anew is in the room, as seen by somebody who is", async () => {
    const { id: room } = rooms.design;
    const { id: scheduled } = await plan(ids.bob, room, "First");
    const mention = (user: number) => does(ids.bob, "scheduled.update", { scheduled, mentions: [user] });
    expect(await outcomeOf(mention(ids.carol))).toBe("invalid");
    await does(ids.alice, "member.remove", { room, user: ids.bob });
    expect(await outcomeOf(mention(ids.alice))).toBe("not_found");
  });

  test("SCHED-5 sent at once or taken back, it is not sent at its time", async () => {
    const { id: room } = rooms.design;
    const [one, other] = [await plan(ids.alice, room, "Now"), await plan(ids.alice, room, "Never")];
    const sent = await does(ids.alice, "scheduled.send_now", { scheduled: one.id });
    expect(sent).toMatchObject({ text: "Now", client_id: one.client_id });
    await does(ids.alice, "scheduled.cancel", { scheduled: other.id });
    expect(await outcomeOf(does(ids.alice, "scheduled.cancel", { scheduled: other.id }))).toBe("not_found");
    await pass(day);
    expect(await said(room)).toEqual(["Now"]);
  });

  test("SCHED-5 of a change and the sending at once one is first, and what is told is what is so", async () => {
    const { id: room } = rooms.design;
    for (let round = 0; round < 12; round++) {
      const { id: scheduled } = await plan(ids.alice, room, `old ${round}`);
      fixture.store.clock.advance(minute);
      const changes = [
        () => does(ids.alice, "scheduled.update", { scheduled, text: `new ${round}` }),
        () => does(ids.alice, "scheduled.cancel", { scheduled }),
        () => does(ids.alice, "scheduled.send_now", { scheduled }),
      ];
      const change = changes[round % changes.length] ?? changes[0];
      const [outcome] = await Promise.all([
        outcomeOf(change?.() as Promise<unknown>),
        createJobs(fixture.context).settled(),
      ]);
      await createJobs(fixture.context).settled();
      const found = (await said(room)).filter((text) => text.endsWith(` ${round}`));
      const isDone = outcome === "done";
      const right = [
        [isDone ? `new ${round}` : `old ${round}`],
        isDone ? [] : [`old ${round}`],
        [`old ${round}`],
      ];
      expect(found).toEqual(right[round % changes.length] ?? []);
      expect(["done", "not_found"]).toContain(outcome);
    }
  });

  test("SCHED-6 what was new to its author is new after it was sent", async () => {
    const { id: room } = rooms.design;
    await does(ids.alice, "message.send", { room, text: "Read" });
    const { head } = await does(ids.bob, "room.get", { room });
    await does(ids.bob, "receipt.read", { room, seq: head });
    await plan(ids.bob, room, "Read all, said by itself");
    await pass(minute);
    expect(await does(ids.bob, "room.get", { room })).toMatchObject({ unread: 0 });
    await does(ids.alice, "message.send", { room, text: "New", mentions: [ids.bob] });
    await plan(ids.bob, room, "Said while away");
    const { read } = await does(ids.bob, "room.get", { room });
    await pass(minute);
    expect(await does(ids.bob, "room.get", { room })).toMatchObject({ unread: 2, mentions: 1, read });
  });

  test("SCHED-2 a person's list is found by key", async () => {
    const found = await planOf(fixture.context.database, scheduledOf({ user: ids.alice }));
    expect(found).not.toMatch(/SCAN scheduled|Seq Scan/);
  });
});
