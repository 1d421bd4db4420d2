import { limits } from "@parley/protocol/limits";
import type { Mark } from "@parley/protocol/messages";
import type { RoomFeeds } from "./room-feeds.ts";

/** MARK-4. Marks that moved, told at most once a second: of each person only the newest. */
export class Marks {
  private moves = new Map<number, Map<number, Mark>>();

  moved(room: number, mark: Mark): void {
    const marks = this.moves.get(room);
    if (marks) marks.set(mark.user, mark);
    else this.moves.set(room, new Map([[mark.user, mark]]));
  }

  tell(feeds: RoomFeeds): void {
    const moves = this.moves;
    if (moves.size === 0) return;
    this.moves = new Map();
    for (const [room, byUser] of moves) {
      const feed = feeds.get(room);
      if (!feed || feed.members > limits.markRoomMembers) continue;
      const signal = { kind: "marks", room, marks: [...byUser.values()] };
      const frame = JSON.stringify({ type: "signal", signal });
      for (const connection of feed.full) connection.pushLossy(frame);
    }
  }
}
