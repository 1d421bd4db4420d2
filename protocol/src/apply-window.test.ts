import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  applyPage,
  applyReady,
  applyRoomEvents,
  applyWindowPage,
  type Outcome,
  type Ready,
  type WindowPlace,
  withoutWindow,
} from "./apply.ts";
import { holding } from "./apply-room.ts";
import type { WindowPage } from "./apply-window.ts";
import type { RoomEvent } from "./events.ts";
import { comparable, type ReferenceRoom, roomOf, type Step, timeAt } from "./reference-room.ts";
import { emptyState, timeline } from "./state.ts";

const roomId = 7;
const someone = fc.constantFrom(1, 2, 3);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
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
  fc.record({ do: fc.constant("rename"), by: someone }),
  fc.record({ do: fc.constantFrom("join", "leave"), user: fc.constantFrom(4, 5) }),
  fc.record({ do: fc.constant("role"), user: someone }),
) as fc.Arbitrary<Step>;

/** A client that looks things up in the past of a room, over a network that answers late. */
class Visitor {
  state;
  answers: { page: WindowPage; place: WindowPlace | null; asked: number | null }[] = [];
  outcomes = new Set<Outcome>();

  constructor(readonly room: ReferenceRoom) {
    const { membership } = room.at(room.head);
    const ready = {
      ...{ type: "ready", session: 1, epoch: "first", now: timeAt(0), user: 1, user_seq: 0 },
      ...{ mode: "fresh", rooms: [membership] },
    } as Ready;
    this.state = applyReady(emptyState(), ready);
  }

  get held() {
    const held = this.state.rooms.get(roomId);
    if (!held) throw new Error("the room is not held");
    return held;
  }

  hear(count: number, delay = 0) {
    const from = this.held.position + 1;
    const events: RoomEvent[] = [];
    for (let seq = from; seq < Math.min(from + count, this.room.head + 1); seq++) {
      events.push(this.room.event(seq, Math.min(seq + delay, this.room.head)));
    }
    if (events.length > 0) this.state = applyRoomEvents(this.state, roomId, from, events).state;
  }

  askNewest(limit: number) {
    if (this.held.loaded && this.held.before === null) return;
    const asked = this.held.loaded ? this.held.before : null;
    const page = { ...this.room.page(this.room.head, asked, limit), after: null };
    this.answers.push({ page, place: null, asked });
  }

  look(pick: number, limit: number) {
    const { messages } = this.room.at(this.room.head);
    const target = messages[pick % Math.max(messages.length, 1)]?.id;
    if (target === undefined) return;
    const page = this.room.pageAround(this.room.head, target, limit);
    this.answers.push({ page, place: { target }, asked: null });
  }

  askOlder(limit: number) {
    const before = this.held.window?.before ?? null;
    if (before === null) return;
    const page = { ...this.room.page(this.room.head, before, limit), after: null };
    this.answers.push({ page, place: { before }, asked: null });
  }

  askNewer(limit: number) {
    const after = this.held.window?.after;
    if (after === undefined) return;
    this.answers.push({
      page: this.room.pageAfter(this.room.head, after, limit),
      place: { after },
      asked: null,
    });
  }

  receive() {
    const answer = this.answers.shift();
    if (!answer) return;
    const { page, place, asked } = answer;
    const { state, outcome } = place
      ? applyWindowPage(this.state, roomId, page, place)
      : applyPage(this.state, roomId, page, asked);
    this.outcomes.add(outcome);
    this.state = state;
  }
}

/** Both runs hold what the room holds between their ends. */
function expectSame({ held, room }: Visitor) {
  const all = room.at(room.head).messages.map(comparable);
  expect(timeline(held).map(comparable)).toEqual(all.filter(({ seq }) => seq >= (held.before ?? 0)));
  const { window } = held;
  if (!window) return;
  const within = all.filter(({ seq }) => seq >= (window.before ?? 0) && seq <= window.after);
  expect(window.messages.map(comparable)).toEqual(within);
  expect(window.after + 1).toBeLessThan(held.before ?? 0);
}

type Action =
  | { act: "step"; step: Step }
  | { act: "hear"; count: number; delay: number }
  | { act: "look"; pick: number; limit: number }
  | { act: "askOlder" | "askNewer" | "askNewest"; limit: number }
  | { act: "receive" };

const limit = fc.integer({ min: 1, max: 5 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant("step"), step: anyStep }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("hear"), count: fc.nat(5), delay: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("look"), pick: fc.nat(30), limit }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom("askOlder", "askNewer", "askNewest"), limit }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant("receive") }) },
) as fc.Arbitrary<Action>;

function perform(visitor: Visitor, one: Action): void {
  if (one.act === "step") visitor.room.take(one.step);
  else if (one.act === "hear") visitor.hear(one.count, one.delay);
  else if (one.act === "look") visitor.look(one.pick, one.limit);
  else if (one.act === "receive") visitor.receive();
  else visitor[one.act](one.limit);
}

function sends(count: number): Step[] {
  return Array.from({ length: count }, () => ({ do: "send", by: 2, mentioning: false }));
}

describe("a window into the past of a room", () => {
  test("WINDOW-1 after any events equals a fresh read of the same range", () => {
    const seen = new Set<Outcome>();
    let [apart, met] = [0, 0];
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 40, size: "max" }),
        fc.array(action, { maxLength: 60, size: "max" }),
        (past, actions) => {
          const visitor = new Visitor(roomOf(past));
          for (const one of actions) {
            const before = visitor.held.window;
            perform(visitor, one);
            if (before && !visitor.held.window) met += 1;
          }
          visitor.hear(visitor.room.head);
          expectSame(visitor);
          if (visitor.held.window) apart += 1;
          for (const outcome of visitor.outcomes) seen.add(outcome);
        },
      ),
      { numRuns: 3_000 },
    );
    expect([...seen].sort()).toEqual(["applied", "stale"]);
    expect([apart > 100, met > 100]).toEqual([true, true]);
  }, 30_000);

  test("WINDOW-2 leads both ways, and is one with the newest messages once it meets them", () => {
    const visitor = new Visitor(roomOf(sends(30)));
    visitor.askNewest(5);
    visitor.look(9, 3);
    for (const _ of visitor.answers.slice()) visitor.receive();
    expect(visitor.held.window?.messages.map(({ id }) => id)).toEqual([9, 10, 11]);
    expect(visitor.held.window?.target).toBe(10);
    visitor.askOlder(4);
    visitor.receive();
    visitor.askNewer(13);
    visitor.receive();
    expect(visitor.held.window?.messages.map(({ id }) => id)).toEqual(
      Array.from({ length: 20 }, (_, place) => place + 5),
    );
    visitor.askNewer(4);
    visitor.receive();
    expect(visitor.held.window).toBeNull();
    expect([visitor.held.messages.size, visitor.held.before]).toEqual([26, 6]);
    expectSame(visitor);
  });

  test("WINDOW-2 is let go by the way back to the newest", () => {
    const visitor = new Visitor(roomOf(sends(30)));
    visitor.askNewest(5);
    visitor.look(9, 3);
    visitor.receive();
    visitor.receive();
    const { messages } = visitor.held;
    visitor.state = withoutWindow(visitor.state, roomId);
    expect(visitor.held.window).toBeNull();
    expect(visitor.held.messages).toBe(messages);
  });

  test("WINDOW-3 holds a bounded number of messages: its far end goes, the newest stay", () => {
    const visitor = new Visitor(roomOf(sends(holding.messages + 500)));
    const total = () => visitor.held.messages.size + (visitor.held.window?.messages.length ?? 0);
    visitor.askNewest(200);
    visitor.receive();
    while (visitor.held.window === null) {
      visitor.askNewest(200);
      visitor.receive();
    }
    expect([visitor.held.messages.size, total()]).toEqual([holding.besideWindow, holding.messages]);
    expectSame(visitor);
    visitor.askOlder(200);
    visitor.receive();
    expect([visitor.held.messages.size, total()]).toEqual([holding.besideWindow, holding.messages]);
    expect(visitor.held.window?.messages[0]?.id).toBe(101);
    expectSame(visitor);
    visitor.room.take({ do: "edit", pick: 150, mentioning: false });
    visitor.hear(1);
    expect(visitor.held.window?.messages[50]?.version).toBe(2);
    visitor.askNewer(200);
    visitor.receive();
    expect([visitor.held.window?.messages[0]?.id, total()]).toEqual([301, holding.messages]);
    while (visitor.held.window) {
      visitor.askNewer(200);
      visitor.receive();
    }
    expectSame(visitor);
    expect(visitor.held.messages.size).toBeLessThanOrEqual(holding.messages + holding.slack);
    expect(visitor.held.messages.size).toBeGreaterThan(holding.messages - 400);
  }, 20_000);

  test("WINDOW-3 beside a window the newest messages are bounded too", () => {
    const visitor = new Visitor(roomOf(sends(holding.messages)));
    visitor.askNewest(200);
    visitor.look(1_000, 1_000);
    visitor.receive();
    visitor.receive();
    for (const one of sends(holding.messages / 2 + holding.slack)) visitor.room.take(one);
    visitor.hear(visitor.room.head);
    const beside = visitor.held.window?.messages.length ?? 0;
    expect(beside).toBeGreaterThan(500);
    expect(visitor.held.messages.size).toBeLessThanOrEqual(holding.messages - beside + holding.slack);
    expectSame(visitor);
  }, 20_000);
});
