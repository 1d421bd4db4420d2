import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  applyReady,
  applyRoomEvents,
  applyThreadPage,
  type Outcome,
  type Ready,
  withoutThread,
} from "./apply.ts";
import { holding } from "./apply-room.ts";
import type { ThreadPage } from "./apply-thread.ts";
import type { RoomEvent } from "./events.ts";
import { comparable, type ReferenceRoom, roomOf, type Step, timeAt } from "./reference-room.ts";
import { emptyState } from "./state.ts";

const roomId = 7;
const parent = 1;

/** Most of it about the first message: that is the one whose thread is looked at. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ do: fc.constant("send"), by: fc.constantFrom(1, 2), mentioning: fc.constant(false) },
      answers: fc.option(fc.constantFrom(0, 0, 0, 1), { nil: undefined }),
      alone: fc.boolean(),
    }),
  },
  fc.record({ do: fc.constant("edit"), pick: fc.nat(12), mentioning: fc.constant(false) }),
  fc.record({ do: fc.constant("delete"), pick: fc.nat(12) }),
  fc.record({
    ...{ do: fc.constant("react"), pick: fc.nat(12), by: fc.constantFrom(1, 2) },
    ...{ emoji: fc.constantFrom("👍", "🎉"), on: fc.boolean() },
  }),
  fc.record({ do: fc.constant("preview"), pick: fc.nat(12) }),
  fc.record({ do: fc.constant("pin"), pick: fc.nat(12), on: fc.boolean() }),
) as fc.Arbitrary<Step>;

/** A client that looks at a thread, over a network that answers late. */
class Reader {
  state;
  answers: { page: ThreadPage; asked: number | null }[] = [];
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

  ask(limit: number, isOlder: boolean) {
    const asked = isOlder ? (this.held.thread?.before ?? null) : null;
    if (isOlder && asked === null) return;
    this.answers.push({ page: this.room.replies(this.room.head, parent, asked, limit), asked });
  }

  receive() {
    const answer = this.answers.shift();
    if (!answer) return;
    const { state, outcome } = applyThreadPage(this.state, roomId, answer.page, answer.asked);
    this.outcomes.add(outcome);
    this.state = state;
  }
}

function expectSame({ held, room }: Reader) {
  const { thread } = held;
  if (!thread) return;
  const fresh = room.replies(room.head, parent, null, Number.MAX_SAFE_INTEGER);
  const within = fresh.messages.filter(({ seq }) => seq >= (thread.before ?? 0));
  expect(comparable(thread.parent)).toEqual(comparable(fresh.parent));
  expect(thread.messages.map(comparable)).toEqual(within.map(comparable));
}

type Action =
  | { act: "step"; step: Step }
  | { act: "hear"; count: number; delay: number }
  | { act: "ask"; limit: number; isOlder: boolean }
  | { act: "receive" };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant("step"), step: anyStep }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("hear"), count: fc.nat(5), delay: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ act: fc.constant("ask"), limit: fc.integer({ min: 1, max: 4 }), isOlder: fc.boolean() },
    }),
  },
  { weight: 5, arbitrary: fc.record({ act: fc.constant("receive") }) },
) as fc.Arbitrary<Action>;

function perform(reader: Reader, one: Action): void {
  if (one.act === "step") reader.room.take(one.step);
  else if (one.act === "hear") reader.hear(one.count, one.delay);
  else if (one.act === "ask") reader.ask(one.limit, one.isOlder);
  else reader.receive();
}

const first: Step = { do: "send", by: 2, mentioning: false };

function answers(count: number): Step[] {
  return Array.from({ length: count }, () => ({ ...first, answers: 0 }));
}

describe("a thread that is looked at", () => {
  test("THREAD-3 after any events equals a fresh read of the same range", () => {
    const seen = new Set<Outcome>();
    let held = 0;
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 20, size: "max" }),
        fc.array(action, { maxLength: 50, size: "max" }),
        (past, actions) => {
          const reader = new Reader(roomOf([first, ...past]));
          for (const one of actions) perform(reader, one);
          reader.hear(reader.room.head);
          expectSame(reader);
          held += reader.held.thread?.messages.length ?? 0;
          for (const outcome of reader.outcomes) seen.add(outcome);
        },
      ),
      { numRuns: 2_000 },
    );
    expect([...seen].sort()).toEqual(["applied", "stale"]);
    expect(held).toBeGreaterThan(1_000);
  }, 30_000);

  test("THREAD-4 a bounded number of its answers is held: the oldest go, and can be read again", () => {
    const reader = new Reader(roomOf([first, ...answers(holding.thread)]));
    reader.ask(holding.thread, false);
    reader.receive();
    expect(reader.held.thread).toMatchObject({ before: null });
    for (const step of answers(5)) reader.room.take(step);
    reader.hear(5);
    expect(reader.held.thread?.messages.length).toBe(holding.thread);
    expect(reader.held.thread?.before).toBe(reader.held.thread?.messages[0]?.seq ?? null);
    expectSame(reader);
  });

  test("THREAD-3 nothing of it is held once nobody looks at it", () => {
    const reader = new Reader(roomOf([first, ...answers(2)]));
    reader.ask(5, false);
    reader.receive();
    expect(reader.held.thread?.messages.length).toBe(2);
    reader.state = withoutThread(reader.state, roomId);
    expect(reader.held.thread).toBeNull();
  });
});
