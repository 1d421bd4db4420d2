import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Applied,
  applyBump,
  applyListing,
  applyMembership,
  applyPage,
  applyReady,
  applyRoomEvents,
  applySnapshot,
  applyUserEvents,
  type Ready,
} from "./apply.ts";
import { holding } from "./apply-room.ts";
import type { RoomEvent } from "./events.ts";
import { comparable, ReferenceRoom, roomOf, type Step, timeAt } from "./reference-room.ts";
import type { Membership } from "./rooms.ts";
import { type ClientState, emptyState, timeline } from "./state.ts";

const roomId = 7;
const someone = fc.constantFrom(1, 2, 3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("send"), by: someone, mentioning: fc.boolean() }) },
  fc.record({ do: fc.constant("edit"), pick: fc.nat(30), mentioning: fc.boolean() }),
  fc.record({ do: fc.constant("delete"), pick: fc.nat(30) }),
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant("react"), pick: fc.nat(30), by: someone },
      ...{ emoji: fc.constantFrom("👍", "🎉"), on: fc.boolean() },
    }),
  },
  fc.record({ do: fc.constant("pin"), pick: fc.nat(30), on: fc.boolean() }),
  fc.record({ do: fc.constant("rename"), by: someone }),
  fc.record({ do: fc.constantFrom("join", "leave"), user: fc.constantFrom(4, 5) }),
  fc.record({ do: fc.constant("role"), user: someone }),
) as fc.Arbitrary<Step>;

function readyAt(room: Membership, given: Partial<Ready> = {}): Ready {
  return {
    ...{ type: "ready", session: 1, epoch: "first", now: timeAt(0), user: 1, user_seq: 0 },
    ...{ mode: "resume", rooms: [room], ...given },
  } as Ready;
}

/** A client on whose connection events, pages and answers arrive in whatever order the network lets them. */
class Reader {
  state: ClientState;
  privateLog: Parameters<typeof applyUserEvents>[2][number][] = [];
  pages: { page: ReturnType<ReferenceRoom["page"]>; asked: number | null }[] = [];
  outcomes = new Set<Applied["outcome"]>();
  doubted = false;
  blocked = new Set<number>();

  constructor(readonly room: ReferenceRoom) {
    this.state = applyReady(emptyState(), readyAt(room.at(room.head).membership, { mode: "fresh" }));
  }

  get held() {
    const held = this.state.rooms.get(roomId);
    if (!held) throw new Error("the room is not held");
    return held;
  }

  take(applied: Applied) {
    this.outcomes.add(applied.outcome);
    if (applied.outcome !== "applied") expect(applied.state).toBe(this.state);
    this.state = applied.state;
  }

  /** Events as read at any moment from their own to now: what was read late shows later states. */
  hear(from: number, count: number, delay: number) {
    const to = Math.min(from + count - 1, this.room.head);
    const events: RoomEvent[] = [];
    for (let seq = from; seq <= to; seq++) {
      events.push(this.room.event(seq, Math.min(seq + delay, this.room.head)));
    }
    if (events.length > 0) this.take(applyRoomEvents(this.state, roomId, from, events));
  }

  ask(limit: number) {
    const asked = this.held.loaded ? this.held.before : null;
    if (this.held.loaded && asked === null) return;
    this.pages.push({ page: this.room.page(this.room.head, asked, limit), asked });
  }

  receive() {
    const answer = this.pages.shift();
    if (answer) this.take(applyPage(this.state, roomId, answer.page, answer.asked));
  }

  read(back: number) {
    this.tellMarked(this.room.mark(Math.max(this.room.head - back, 0)));
  }

  unread(back: number) {
    this.tellMarked(this.room.unmark(Math.max(this.room.head - back, 1)));
  }

  tellMarked(marked: ReturnType<ReferenceRoom["mark"]>) {
    this.privateLog.push({ kind: "room.marked", at: timeAt(0), room: roomId, delivered: 0, ...marked });
  }

  hearPrivate() {
    const from = this.state.user_seq + 1;
    const events = this.privateLog.slice(from - 1);
    if (events.length > 0) this.take(applyUserEvents(this.state, from, events));
  }

  block(user: number, on: boolean) {
    this.room.block(user, on);
    this.privateLog.push({ kind: "block.set", at: timeAt(0), user, on });
    if (on) this.blocked.add(user);
    else this.blocked.delete(user);
  }

  /** A new connection: answers under way are lost. */
  resume() {
    this.pages = [];
    const membership = this.room.at(this.room.head).membership;
    const [user_seq, blocks] = [this.privateLog.length, [...this.blocked]];
    this.state = applyReady(this.state, readyAt(membership, { user_seq, blocks }));
  }

  catchUp() {
    this.hear(this.held.position + 1, this.room.head, 0);
    this.hearPrivate();
    if (!this.held.doubtful) return;
    this.doubted = true;
    this.state = applyMembership(this.state, this.room.at(this.room.head).membership, this.state.user_seq);
  }
}

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

describe("a client's copy of its rooms", () => {
  const at = timeAt(0);
  const { membership } = new ReferenceRoom().at(1);

  test("SYNC-7 the private log brings rooms and takes them away, in its order only", () => {
    const state = applyReady(emptyState(), readyAt(membership, { rooms: [], user_seq: 4 }));
    const appeared = { kind: "room.appeared", at, room: membership } as const;
    const disappeared = { kind: "room.disappeared", at, room: roomId } as const;
    expect(applyUserEvents(state, 6, [appeared])).toEqual({ state, outcome: "hole" });
    expect(applyUserEvents(state, 4, [appeared])).toEqual({ state, outcome: "repeated" });
    const within = applyUserEvents(state, 5, [appeared]).state;
    expect(within.rooms.get(roomId)?.known).toBe(5);
    const without = applyUserEvents(within, 5, [appeared, disappeared]).state;
    expect([without.user_seq, without.rooms.size]).toEqual([6, 0]);
  });

  test("SYNC-7 what `ready` told of a room is not undone by the older events that led to it", () => {
    const before = { ...emptyState(), epoch: "first", user: 1, user_seq: 3 };
    const state = applyReady(before, readyAt({ ...membership, read: 9, head: 9 }, { user_seq: 7 }));
    const replayed = applyUserEvents(state, 4, [
      { kind: "room.disappeared", at, room: roomId },
      { kind: "room.appeared", at, room: membership },
      { kind: "room.marked", at, room: roomId, head: 9, read: 12, delivered: 2, unread: 5, mentions: 0 },
      { kind: "notification.changed", at, room: roomId, level: "none", muted_until: null },
    ]);
    expect(replayed.state.user_seq).toBe(7);
    expect(replayed.state.rooms).toEqual(state.rooms);
  });

  test("SYNC-6 a fresh start, another epoch or another person drops every position", () => {
    const held = applyListing(applyReady(emptyState(), readyAt(membership)), [{ ...membership, id: 8 }], 0);
    expect(held.rooms.size).toBe(2);
    expect(applyReady(held, readyAt(membership)).rooms.size).toBe(2);
    for (const given of [{ mode: "fresh" }, { epoch: "second" }, { user: 2 }] as const) {
      const next = applyReady(held, readyAt(membership, { ...given, user_seq: 3 }));
      expect([...next.rooms.keys()]).toEqual([roomId]);
      expect(next.user_seq).toBe(3);
    }
  });

  test("SYNC-3 a list of rooms adds those not held and does not put back those that moved on", () => {
    const room = roomOf([1, 2, 3].map((by) => ({ do: "send", by, mentioning: false })));
    const reader = new Reader(room);
    reader.ask(50);
    reader.receive();
    const listed = [room.at(2).membership, { ...membership, id: 8 }];
    const next = applyListing(reader.state, listed, 3);
    expect(next.rooms.get(roomId)).toBe(reader.held);
    expect(next.rooms.get(8)).toMatchObject({ position: 1, known: 3 });
    room.take({ do: "send", by: 2, mentioning: true });
    const later = applyListing(reader.state, [room.at(room.head).membership], 3).rooms.get(roomId);
    expect(later?.room).toEqual(room.at(room.head).membership);
    expect(later?.messages).toBe(reader.held.messages);
    expect(later?.position).toBe(reader.held.position);
  });

  test("SYNC-6 a room whose head went back is read anew", () => {
    const room = roomOf([1, 2, 3].map((by) => ({ do: "send", by, mentioning: false })));
    const reader = new Reader(room);
    reader.ask(50);
    reader.receive();
    expect(reader.held.loaded).toBe(true);
    const next = applyReady(reader.state, readyAt({ ...membership, head: 3 }));
    expect(next.rooms.get(roomId)).toMatchObject({ position: 3, loaded: false, before: 4 });
  });

  test("SYNC-3 a room that is only counted is counted on from there once it is heard", () => {
    const room = roomOf([2, 3, 2, 3].map((by) => ({ do: "send", by, mentioning: true })));
    const reader = new Reader(new ReferenceRoom());
    const { head, unread, mentions, last_message_at, last_message } = room.at(4).membership;
    const counted = { room: roomId, head, unread, mentions, last_message_at, last_message };
    reader.state = applyBump(reader.state, [counted, { ...counted, room: 8 }]);
    expect(reader.held.room).toMatchObject({ head: 4, unread: 3, mentions: 3 });
    expect([reader.held.position, reader.state.rooms.size]).toEqual([1, 1]);
    const events = [2, 3, 4, 5].map((seq) => room.event(seq, 5));
    reader.take(applyRoomEvents(reader.state, roomId, 2, events));
    expect(reader.held.room).toEqual(room.at(5).membership);
  });

  test("SYNC-3 a room read again before a mark moved does not take the move back", () => {
    const room = roomOf([2, 3].map((by) => ({ do: "send", by, mentioning: false })));
    const reader = new Reader(room);
    const stale = room.at(room.head).membership;
    reader.tellMarked(room.mark(3));
    reader.hearPrivate();
    expect(reader.held).toMatchObject({ known: 1, room: { read: 3, unread: 0 } });
    expect(applyMembership(reader.state, stale, 0)).toBe(reader.state);
    expect(applyListing(reader.state, [stale], 0).rooms.get(roomId)).toBe(reader.held);
    const anew = applySnapshot(reader.state, stale, null, 0).rooms.get(roomId);
    expect(anew).toMatchObject({ known: 1, doubtful: true });
    const fresh = room.at(room.head).membership;
    expect(applyMembership(reader.state, fresh, 1).rooms.get(roomId)?.room).toEqual(fresh);
    expect(applySnapshot(reader.state, fresh, null, 1).rooms.get(roomId)?.doubtful).toBe(false);
  });

  test("SYNC-3 an own message that was only counted is read once it is heard", () => {
    const room = roomOf([2, 1, 2].map((by) => ({ do: "send", by, mentioning: false })));
    const reader = new Reader(new ReferenceRoom());
    const { membership: counted } = room.at(4);
    reader.state = applyBump(reader.state, [{ ...counted, room: roomId }]);
    const events = [2, 3, 4].map((seq) => room.event(seq, 4));
    reader.take(applyRoomEvents(reader.state, roomId, 2, events));
    expect(reader.held.room).toEqual(counted);
    const { unread, mentions } = counted;
    const moved = { kind: "room.marked", at, room: roomId, delivered: 2, unread, mentions } as const;
    reader.take(applyUserEvents(reader.state, 1, [{ ...moved, head: 2, read: 0 }]));
    expect(reader.held.room).toEqual(counted);
  });

  test("SYNC-3 a deleted room is let go with its last event", () => {
    const state = applyReady(emptyState(), readyAt(membership));
    const { state: next } = applyRoomEvents(state, roomId, 2, [{ kind: "room.deleted", at, by: 2 }]);
    expect(next.rooms.size).toBe(0);
  });
});
