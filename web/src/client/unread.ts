import { isMentioned } from "@parley/protocol/apply-room";
import { toLastMessage } from "@parley/protocol/previews";
import type { LastMessage } from "@parley/protocol/rooms";
import { type RoomState, timeline } from "@parley/protocol/state";
import type { View } from "./view.ts";

/** Between what a person's mark of a room is, as they moved it on this device and the server has not said yet. */
export interface OwnMark {
  readonly least: number;
  readonly most: number;
}

/** What of a room is unread, and how much of that mentions the person. */
export interface Unread {
  readonly unread: number;
  readonly mentions: number;
}

const nothing: Unread = { unread: 0, mentions: 0 };

/** CLIENT-16. Up to which event a room is read: what this device knows better than the server holds. */
export function readTo({ room }: RoomState, { read }: Pick<View, "read">): number {
  const own = read.get(room.id);
  return own ? Math.min(Math.max(room.read, own.least), own.most) : room.read;
}

/**
 * CLIENT-16. What is unread in a room. Where this device knows better how far it is read, the messages held between
 * its mark and the server's make the difference.
 */
export function unreadIn(held: RoomState, view: Pick<View, "read" | "state">): Unread {
  const { room } = held;
  const to = readTo(held, view);
  if (to === room.read) return room;
  if (to >= (lastShown(held)?.seq ?? room.head)) return nothing;
  const between = heldBetween(held, Math.min(to, room.read), Math.max(to, room.read));
  const sign = to > room.read ? -1 : 1;
  const mentions = between.filter((message) => isMentioned(message, view.state)).length;
  return {
    unread: Math.max(1, room.unread + sign * between.length),
    mentions: Math.max(0, room.mentions + sign * mentions),
  };
}

/** Looked for from the newest on: this is asked at every change of what is shown. */
function heldBetween(held: RoomState, after: number, to: number) {
  const messages = timeline(held);
  const last = messages.findLastIndex(({ seq }) => seq <= to);
  const first = messages.findLastIndex(({ seq }) => seq <= after) + 1;
  return messages.slice(first, last + 1).filter(({ in_thread }) => !in_thread);
}

/** The newest message that the room shows, if it is known: one in its thread alone is not shown there. */
export function lastShown(held: RoomState): LastMessage | null {
  const { last_message } = held.room;
  if (!last_message?.in_thread) return last_message;
  const shown = timeline(held).findLast(({ in_thread }) => !in_thread);
  return shown ? toLastMessage(shown) : null;
}
