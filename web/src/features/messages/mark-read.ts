import type { RoomState } from "@parley/protocol/state";
import { create } from "zustand";
import type { Client } from "../../client/client.ts";
import { readTo, unreadIn } from "../../client/unread.ts";
import { notify } from "../../ui/announcer.tsx";
import { translate } from "../../ui/text.ts";

/** Up to which event rooms were called read by hand: nothing before it is offered as new any more. */
export const useCalledRead = create<{ rooms: ReadonlyMap<number, number> }>(() => ({ rooms: new Map() }));

/** Milliseconds in which it can be taken back. */
const undoFor = 5_000;

/** READ-5. Marks rooms read to their ends, and for a while offers to take it back. */
export function markRoomsRead(client: Client, rooms: Iterable<RoomState>): void {
  const { count, undo } = callRead(client, rooms);
  if (count === 0) return notify(translate("reading.none"));
  const act = { label: translate("reading.undo"), run: undo };
  notify(translate("reading.marked", { count }), act, undoFor);
}

/** Those of the rooms with something unread are read. To undo it brings back what was unread then, and no more. */
export function callRead(client: Client, rooms: Iterable<RoomState>): { count: number; undo: () => void } {
  const view = client.view.getState();
  const unread = [...rooms]
    .filter((held) => unreadIn(held, view).unread > 0)
    .map((held) => ({ id: held.room.id, head: held.room.head, read: readTo(held, view) }));
  const before = useCalledRead.getState().rooms;
  const called = unread.map(({ id, head }) => [id, head] as const);
  useCalledRead.setState({ rooms: new Map([...before, ...called]) });
  for (const { id, head } of unread) client.markRead(id, head);
  const undo = () => {
    const rooms = new Map(useCalledRead.getState().rooms);
    for (const { id } of unread) rooms.set(id, before.get(id) ?? -1);
    useCalledRead.setState({ rooms });
    for (const { id, read } of unread) client.markUnread(id, read + 1);
  };
  return { count: unread.length, undo };
}
