import { expect, test } from "bun:test";
import { applyMembership, applyPage, applyReady, applyRoomEvents, type Ready } from "./apply.ts";
import { roomOf, timeAt } from "./reference-room.ts";
import { emptyState, timeline } from "./state.ts";

test("SYNC-8 what is held is listed in order, and as the same list until something of it changes", () => {
  const room = roomOf(Array.from({ length: 6 }, () => ({ do: "send", by: 2, mentioning: false })));
  const { membership } = room.at(room.head);
  const ready = {
    ...{ type: "ready", session: 1, epoch: "first", now: timeAt(0), user: 1, user_seq: 0 },
    ...{ mode: "fresh", rooms: [membership], blocked: [] },
  } as unknown as Ready;
  let state = applyReady(emptyState(), ready);
  const list = () => timeline(state.rooms.get(7) ?? { messages: new Map() });
  for (const before of [null, 6, 4]) {
    state = applyPage(state, 7, room.page(room.head, before, 2), before).state;
  }
  const hear = () => {
    const seq = room.head;
    state = applyRoomEvents(state, 7, seq, [room.event(seq, seq)]).state;
  };
  const first = list();
  expect(first.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
  state = applyMembership(state, { ...membership, read: room.head, unread: 0 }, state.user_seq);
  for (const step of [
    { do: "rename", by: 2 },
    { do: "join", user: 4 },
  ] as const) {
    room.take(step);
    hear();
  }
  expect(state.rooms.get(7)?.room).toMatchObject({ name: "design 8", member_count: 3 });
  expect(list()).toBe(first);
  room.take({ do: "edit", pick: 2, mentioning: false });
  hear();
  const changed = list().filter((message, place) => message !== first[place]);
  expect(changed.map(({ id, version }) => [id, version])).toEqual([[3, 2]]);
});
