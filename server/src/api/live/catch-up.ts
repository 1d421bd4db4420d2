import type { RoomEvent, UserEvent } from "@parley/protocol/events";
import type { Connection } from "./connection.ts";
import { gapAfter, gapFrame, type RoomFeed, type RoomFeeds, runFrame, settle } from "./room-feeds.ts";

/** Events read at once. */
const page = 200;

export interface CatchUpOptions {
  feeds: RoomFeeds;
  readRoom: (
    room: number,
    range: { after: number; limit: number },
  ) => Promise<{ to: number; events: RoomEvent[] }>;
  readUser: (
    user: number,
    range: { after: number; limit: number },
  ) => Promise<{ to: number; head: number; events: UserEvent[] }>;
  now: () => number;
  failed: (error: unknown) => void;
}

/** LIVE-7, LIVE-8. Brings connections that are behind back into step, from the store, as fast as they read. */
export class CatchUp {
  constructor(private readonly options: CatchUpOptions) {}

  start(connection: Connection): void {
    if (connection.catchingUp || connection.blocked || connection.phase !== "live") return;
    connection.catchingUp = true;
    // What failed is tried again by whoever looks for those that are behind.
    this.run(connection).catch(this.options.failed);
  }

  private async run(connection: Connection): Promise<void> {
    try {
      while (connection.phase === "live" && !connection.blocked) {
        if (connection.userKnown > connection.userSeq) await this.sendUserEvents(connection);
        else {
          const room = this.firstBehind(connection);
          if (room === undefined) return;
          await this.sendRoomEvents(connection, room);
        }
        connection.write(this.options.now());
        await nextTurn();
      }
    } finally {
      connection.catchingUp = false;
    }
  }

  private firstBehind(connection: Connection): number | undefined {
    for (const [room, position] of connection.positions ?? []) {
      const feed = this.options.feeds.get(room);
      if (!feed || position === feed.cursor) settle(connection, room);
      else if (position < feed.cursor) return room;
    }
    return undefined;
  }

  private async sendRoomEvents(connection: Connection, room: number): Promise<void> {
    const { feeds, readRoom } = this.options;
    const after = connection.positions?.get(room) ?? 0;
    const feed = feeds.get(room);
    if (!feed) return settle(connection, room);
    if (feed.cursor - after > gapAfter) return this.sendGap(connection, feed, "slow");
    const { to, events } = await readRoom(room, { after, limit: page });
    // The room may have been left, or the feed opened anew, while the store was read.
    if (connection.positions?.get(room) !== after || feeds.get(room) !== feed) return;
    // LIVE-5. What the feed has not told yet may stand behind the event that takes this person out.
    const told = events.slice(0, Math.max(0, feed.cursor - after));
    if (told.length === 0 || to !== after + events.length) return this.sendGap(connection, feed, "reset");
    const { frame, count } = runFrame(room, after + 1, told);
    connection.push(frame);
    if (after + count >= feed.cursor) settle(connection, room);
    else connection.positions?.set(room, after + count);
  }

  /** The reader goes on from the feed's own position and fetches what was before it. */
  private sendGap(connection: Connection, feed: RoomFeed, reason: "slow" | "reset"): void {
    connection.push(gapFrame(feed.room, feed.cursor, reason));
    settle(connection, feed.room);
  }

  private async sendUserEvents(connection: Connection): Promise<void> {
    const after = connection.userSeq;
    const { to, head, events } = await this.options.readUser(connection.user, { after, limit: page });
    // Told live while the store was read.
    if (connection.userSeq !== after) return;
    if (head - after > gapAfter) {
      connection.push(JSON.stringify({ type: "user_gap", head }));
      connection.userSeq = head;
    } else {
      events.forEach((event, index) => {
        connection.push(userEventFrame(after + 1 + index, event));
      });
      connection.userSeq = Math.max(to, after);
    }
    // What is announced is committed and can be read; a head that cannot be reached is not waited for.
    if (connection.userSeq === after) connection.userKnown = after;
  }
}

/** Whoever is far behind in many rooms must not keep the loop from the others. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function userEventFrame(seq: number, event: UserEvent): string {
  return `{"type":"user_event","seq":${seq},"event":${JSON.stringify(event)}}`;
}
