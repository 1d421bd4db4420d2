import type { RoomEvent, UserEvent } from "@parley/protocol/events";
import type { Connection } from "./connection.ts";
import { type RoomFeeds, runFrame, settle } from "./room-feeds.ts";

/** Events read at once. */
const page = 200;
/** A reader further behind than this in one room is told so instead of being sent everything. */
export const gapAfter = 500;

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
    this.run(connection)
      .catch(this.options.failed)
      .finally(() => {
        connection.catchingUp = false;
      });
  }

  private async run(connection: Connection): Promise<void> {
    while (connection.phase === "live" && !connection.blocked) {
      if (connection.userKnown > connection.userSeq) await this.sendUserEvents(connection);
      else {
        const room = this.firstBehind(connection);
        if (room === undefined) return;
        await this.sendRoomEvents(connection, room);
      }
      connection.write(this.options.now());
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
    const after = connection.positions?.get(room) ?? 0;
    const feed = this.options.feeds.get(room);
    if (!feed) return settle(connection, room);
    if (feed.cursor - after > gapAfter) {
      connection.push(JSON.stringify({ type: "gap", room, head: feed.cursor, reason: "slow" }));
      return settle(connection, room);
    }
    const { events } = await this.options.readRoom(room, { after, limit: page });
    // The room may have been left, or the feed opened anew, while the store was read.
    if (connection.positions?.get(room) !== after || this.options.feeds.get(room) !== feed) return;
    const told = events.slice(0, Math.max(0, feed.cursor - after));
    if (told.length > 0) connection.push(runFrame(room, after + 1, told));
    const position = after + told.length;
    if (position >= feed.cursor || told.length === 0) settle(connection, room);
    else connection.positions?.set(room, position);
  }

  private async sendUserEvents(connection: Connection): Promise<void> {
    const after = connection.userSeq;
    const { to, head, events } = await this.options.readUser(connection.user, { after, limit: page });
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

export function userEventFrame(seq: number, event: UserEvent): string {
  return `{"type":"user_event","seq":${seq},"event":${JSON.stringify(event)}}`;
}
