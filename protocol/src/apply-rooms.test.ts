import { describe, expect, test } from "bun:test";
import {
  applyBump,
  applyListing,
  applyMembership,
  applyReady,
  applyRoomEvents,
  applySnapshot,
  applyUserEvents,
} from "./apply.ts";
import { Reader, readyAt, roomId } from "./reference-reader.ts";
import { ReferenceRoom, roomOf, timeAt } from "./reference-room.ts";
import { emptyState } from "./state.ts";

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
