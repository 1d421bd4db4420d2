import { limits } from "@parley/protocol/limits";
import { isApart } from "./apart.ts";
import type { RoomFeed } from "./room-feeds.ts";

/** SIG-1, BLOCK-5. Typing reaches those who hear the room in full, in rooms of up to 200 people, and not who types. */
export function tellTyping(feed: RoomFeed, user: number, on: boolean): void {
  if (feed.members > limits.typingRoomMembers) return;
  const frame = JSON.stringify({ type: "signal", signal: { kind: "typing", room: feed.room, user, on } });
  for (const connection of feed.full) {
    if (connection.user !== user && !isApart(connection, user)) connection.pushLossy(frame);
  }
}
