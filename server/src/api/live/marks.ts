import { limits } from "@parley/protocol/limits";
import type { Mark } from "@parley/protocol/messages";
import { isApart } from "./apart.ts";
import type { Connection } from "./connection.ts";
import type { RoomFeed, RoomFeeds } from "./room-feeds.ts";

/** Tellings for which a mark is remembered, so that one heard again is not told again. */
const rememberedFor = 15;

interface Moves {
  /** Where the room's log stood when they were made: nobody hears of them who was taken out before. */
  head: number;
  marks: Map<number, Mark>;
}

/** MARK-4. Marks that moved, told at most once a second: of each person only the newest. */
export class Marks {
  private moves = new Map<number, Moves>();
  /** What was told lately, in two generations. */
  private told = new Map<string, Mark>();
  private older = new Map<string, Mark>();
  private tellings = 0;

  moved(room: number, head: number, mark: Mark): void {
    const moves = this.moves.get(room) ?? { head, marks: new Map() };
    moves.head = Math.max(moves.head, head);
    moves.marks.set(mark.user, newest(mark, moves.marks.get(mark.user)));
    this.moves.set(room, moves);
  }

  tell(feeds: RoomFeeds): void {
    if (++this.tellings % rememberedFor === 0) this.turn();
    const moves = this.moves;
    if (moves.size === 0) return;
    this.moves = new Map();
    for (const [room, { head, marks }] of moves) {
      const news = [...marks.values()].filter((mark) => this.isNews(room, mark));
      if (news.length > 0) feeds.reach(room, head, (feed) => this.tellRoom(feed, news));
    }
  }

  private tellRoom(feed: RoomFeed, marks: readonly Mark[]): void {
    if (feed.members > limits.markRoomMembers) return;
    for (const mark of marks) this.told.set(`${feed.room} ${mark.user}`, mark);
    const frame = marksFrame(feed.room, marks);
    for (const connection of feed.full) {
      if (connection.blocks === null) connection.pushLossy(frame);
      else this.tellSome(feed.room, connection, marks);
    }
  }

  /** BLOCK-5. */
  private tellSome(room: number, connection: Connection, marks: readonly Mark[]): void {
    const shown = marks.filter((mark) => !isApart(connection, mark.user));
    if (shown.length > 0) connection.pushLossy(marksFrame(room, shown));
  }

  /** Marks only grow. */
  private isNews(room: number, mark: Mark): boolean {
    const key = `${room} ${mark.user}`;
    const told = this.told.get(key) ?? this.older.get(key);
    return !told || mark.read > told.read || mark.delivered > told.delivered;
  }

  private turn(): void {
    this.older = this.told;
    this.told = new Map();
  }
}

function marksFrame(room: number, marks: readonly Mark[]): string {
  return JSON.stringify({ type: "signal", signal: { kind: "marks", room, marks } });
}

function newest(mark: Mark, before: Mark | undefined): Mark {
  if (!before) return mark;
  const read = Math.max(mark.read, before.read);
  return { user: mark.user, read, delivered: Math.max(mark.delivered, before.delivered) };
}
