import type { RoomState } from "@parley/protocol/state";
import { create } from "zustand";
import type { Client } from "../../client/client.ts";
import { notify } from "../../ui/announcer.tsx";
import { translate } from "../../ui/text.ts";

/** Up to which event rooms were called read by hand: nothing before it is offered as new any more. */
export const useCalledRead = create<{ rooms: ReadonlyMap<number, number> }>(() => ({ rooms: new Map() }));

/** Milliseconds in which it can be taken back. */
const undoFor = 5_000;

/** READ-5. Marks rooms read to their ends, and for a while offers to take it back. */
export function markRoomsRead(client: Client, rooms: Iterable<RoomState>): void {
  const unread = [...rooms].map(({ room }) => room).filter((room) => room.unread > 0);
  if (unread.length === 0) return notify(translate("reading.none"));
  const before = useCalledRead.getState().rooms;
  useCalledRead.setState({
    rooms: new Map([...before, ...unread.map(({ id, head }) => [id, head] as const)]),
  });
  for (const { id, head } of unread) client.markRead(id, head);
  const undo = () => {
    useCalledRead.setState({ rooms: before });
    for (const { id, read } of unread) client.markUnread(id, read + 1);
  };
  const act = { label: translate("reading.undo"), run: undo };
  notify(translate("reading.marked", { count: unread.length }), act, undoFor);
}
