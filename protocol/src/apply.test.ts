import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Applied, applyReady, applyRoomEvents, applySnapshot } from "./apply.ts";
import { holding } from "./apply-room.ts";
import { Reader, readyAt, roomId } from "./reference-reader.ts";
import { comparable, ReferenceRoom, roomOf, type Step } from "./reference-room.ts";
import { emptyState, timeline } from "./state.ts";

const someone = fc.constantFrom(1, 2, 3);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ do: fc.constant("send"), by: someone, mentioning: fc.boolean() },
      answers: fc.option(fc.nat(30), { nil: undefined }),
      alone: fc.boolean(),
    }),
  },
  fc.record({ do: fc.constant("edit"), pick: fc.nat(30), mentioning: fc.boolean() }),
  fc.record({ do: fc.constant("delete"), pick: fc.nat(30) }),
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant("react"), pick: fc.nat(30), by: someone },
      ...{ emoji: fc.constantFrom("👍", "🎉"), on: fc.boolean() },
    }),
  },
  fc.record({ do: fc.constant("preview"), pick: fc.nat(30) }),
  fc.record({ do: fc.constant("pin"), pick: fc.nat(30), on: fc.boolean() }),
  fc.record({ do: fc.constant("rename"), by: someone }),
  fc.record({ do: fc.constantFrom("join", "leave"), user: fc.constantFrom(4, 5) }),
  fc.record({ do: fc.constant("role"), user: someone }),
) as fc.Arbitrary<Step>;

type Action =
  | { act: "step"; step: Step }
  | { act: "hear"; count: number; delay: number }
  | { act: "astray"; offset: number; count: number }
  | { act: "ask"; limit: number }
  | { act: "read" | "unread"; back: number }
  | { act: "block"; user: number; on: boolean }
  | { act: "receive" | "hearPrivate" | "resume" };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant("step"), step }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("hear"), count: fc.nat(5), delay: fc.nat(9) }) },
  fc.record({ act: fc.constant("astray"), offset: fc.integer({ min: -5, max: 5 }), count: fc.nat(4) }),
  { weight: 2, arbitrary: fc.record({ act: fc.constant("ask"), limit: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom("receive", "hearPrivate") }) },
  fc.record({ act: fc.constant("resume") }),
  fc.record({ act: fc.constantFrom("read", "unread"), back: fc.nat(8) }),
  fc.record({ act: fc.constant("block"), user: fc.constantFrom(2, 3), on: fc.boolean() }),
) as fc.Arbitrary<Action>;

function perform(reader: Reader, one: Action): void {
  const next = reader.held.position + 1;
  if (one.act === "step") reader.room.take(one.step);
  else if (one.act === "hear") reader.hear(next, one.count, one.delay);
  else if (one.act === "astray") reader.hear(Math.max(2, next + one.offset), one.count, 0);
  else if (one.act === "ask") reader.ask(one.limit);
  else if (one.act === "block") reader.block(one.user, one.on);
  else if (one.act === "read" || one.act === "unread") reader[one.act](one.back);
  else reader[one.act]();
}

function expectSame(reader: Reader) {
  const { membership, messages } = reader.room.at(reader.room.head);
  const { held } = reader;
  expect(held.position).toBe(reader.room.head);
  expect(held.room).toEqual(membership);
  const expected = messages.filter(({ seq }) => held.before === null || seq >= held.before);
  expect(timeline(held).map(comparable)).toEqual(expected.map(comparable));
}

describe("a client's copy of a room", () => {
  test("SYNC-3 a snapshot and the events after it make the later snapshot", () => {
    const seen = new Set<Applied["outcome"]>();
    let doubts = 0;
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25, size: "max" }),
        fc.array(action, { maxLength: 60, size: "max" }),
        (past, actions) => {
          const reader = new Reader(roomOf(past));
          for (const one of actions) perform(reader, one);
          reader.catchUp();
          expectSame(reader);
          for (const outcome of reader.outcomes) seen.add(outcome);
          if (reader.doubted) doubts += 1;
        },
      ),
      { numRuns: 5_000 },
    );
    expect([...seen].sort()).toEqual(["applied", "hole", "repeated", "stale"]);
    expect(doubts).toBeGreaterThan(0);
  });

  test("BLOCK-4 whom a person blocks is known from the start, and mentions them no more", () => {
    const room = roomOf([2, 3].map((by) => ({ do: "send", by, mentioning: true })));
    const heardBy = (blocks?: number[]) => {
      const ready = readyAt(room.at(1).membership, { mode: "fresh", ...(blocks && { blocks }) });
      const state = applyReady(applyReady(emptyState(), { ...ready, blocks: [3] }), ready);
      const { rooms } = applyRoomEvents(state, roomId, 2, [room.event(2, 3), room.event(3, 3)]).state;
      const { unread, mentions } = rooms.get(roomId)?.room ?? {};
      return { unread, mentions };
    };
    expect(heardBy()).toEqual({ unread: 2, mentions: 2 });
    expect(heardBy([2])).toEqual({ unread: 2, mentions: 1 });
  });

  test("SYNC-1 an event that is not the next one changes nothing", () => {
    const room = roomOf([1, 2, 3].map((by) => ({ do: "send", by, mentioning: false })));
    const state = applyReady(emptyState(), readyAt(room.at(2).membership));
    const later = applyRoomEvents(state, roomId, 4, [room.event(4, 4)]);
    expect(later).toEqual({ state, outcome: "hole" });
    const earlier = applyRoomEvents(state, roomId, 2, [room.event(2, 4)]);
    expect(earlier).toEqual({ state, outcome: "repeated" });
    const overlapping = applyRoomEvents(
      state,
      roomId,
      2,
      [2, 3].map((seq) => room.event(seq, 3)),
    );
    expect(overlapping.state.rooms.get(roomId)?.position).toBe(3);
    expect(applyRoomEvents(state, 8, 1, [room.event(2, 4)]).outcome).toBe("elsewhere");
  });

  test("SYNC-2 of two states of a message the newer one stands, whichever comes last", () => {
    const room = roomOf([
      { do: "send", by: 2, mentioning: false },
      { do: "edit", pick: 0, mentioning: false },
      { do: "edit", pick: 0, mentioning: false },
    ]);
    let state = applyReady(emptyState(), readyAt(room.at(1).membership));
    state = applyRoomEvents(state, roomId, 2, [room.event(2, 4), room.event(3, 3)]).state;
    expect(state.rooms.get(roomId)?.messages.get(1)).toMatchObject({ version: 3, text: "text 2!!" });
  });

  test("SYNC-3 what is held of a room is bounded and what was let go can be asked for again", () => {
    const room = new ReferenceRoom();
    const reader = new Reader(room);
    const total = holding.messages + holding.slack + 1;
    for (let sent = 0; sent < total; sent++) room.take({ do: "send", by: 2, mentioning: false });
    reader.catchUp();
    expect(reader.held.messages.size).toBe(holding.messages);
    expect(reader.held.recent.length).toBe(holding.recentEvents);
    expectSame(reader);
  }, 20_000);

  test("SYNC-5 a snapshot replaces what is held and events go on from its page", () => {
    const room = roomOf(Array.from({ length: 9 }, () => ({ do: "send", by: 2, mentioning: true })));
    const reader = new Reader(room);
    reader.ask(50);
    reader.receive();
    for (const by of [1, 2, 3]) room.take({ do: "send", by, mentioning: true });
    const page = room.page(room.head, null, 2);
    for (const by of [3, 2]) room.take({ do: "send", by, mentioning: true });
    reader.state = applySnapshot(reader.state, room.at(room.head).membership, page, 0);
    expect(reader.held.position).toBe(page.head);
    expect(reader.held.tail).toBeNull();
    reader.catchUp();
    expectSame(reader);
    expect(timeline(reader.held).length).toBe(4);
  });
});
