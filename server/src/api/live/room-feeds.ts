import type { RoomEvent } from "@parley/protocol/events";
import type { Connection } from "./connection.ts";

/** Events read at once from the store. */
const fillPage = 200;

/** One room on this node: how far its log was told here, and who listens. */
export interface RoomFeed {
  readonly room: number;
  /** The last event told. */
  cursor: number;
  /** Connections that hear every event. */
  readonly full: Set<Connection>;
  /** Connections that hear only of heads and counts. */
  readonly short: Set<Connection>;
  /** The highest event known to exist. */
  known: number;
  /** People in the room, as far as this node has told its log. */
  members: number;
  /** Where the log stood when counts were last told to those who hear it in short. */
  bumped: number;
  filling: boolean;
}

export interface RoomFeedsOptions {
  /** Reads a run of a room's events from the store. */
  read: (
    room: number,
    range: { after: number; limit: number },
  ) => Promise<{ to: number; events: RoomEvent[] }>;
  /** Called for each event in order, after it was queued for those who hear it. */
  onEvent: (feed: RoomFeed, seq: number, event: RoomEvent) => void;
  /** A connection did not get an event because it is behind. */
  onBehind: (connection: Connection) => void;
  failed: (error: unknown) => void;
}

/** An event that is about to be told, encoded once. */
interface Encoded {
  seq: number;
  text: string;
}

/**
 * Tells rooms' events in order to those who hear them: event s after s-1, never with a hole. An event that is ahead
 * of the feed makes it read what is missing from the store.
 */
export class RoomFeeds {
  private readonly feeds = new Map<number, RoomFeed>();
  /** Heads seen lately of rooms that nobody here listened to, in two generations. */
  private recent = new Map<number, number>();
  private older = new Map<number, number>();

  constructor(private readonly options: RoomFeedsOptions) {}

  get(room: number): RoomFeed | undefined {
    return this.feeds.get(room);
  }

  all(): IterableIterator<RoomFeed> {
    return this.feeds.values();
  }

  /** The feed of a room whose head was read from the store as `head`; it continues from there if it is new. */
  open(room: number, head: number, members: number): RoomFeed {
    let feed = this.feeds.get(room);
    if (!feed) {
      feed = {
        room,
        cursor: head,
        full: new Set(),
        short: new Set(),
        known: head,
        members,
        bumped: head,
        filling: false,
      };
      this.feeds.set(room, feed);
    }
    const seen = Math.max(head, this.recent.get(room) ?? 0, this.older.get(room) ?? 0);
    if (seen > feed.known) feed.known = seen;
    if (feed.known > feed.cursor) this.fill(feed);
    return feed;
  }

  leave(feed: RoomFeed, connection: Connection): void {
    feed.full.delete(connection);
    feed.short.delete(connection);
    connection.rooms.delete(feed.room);
    connection.positions?.delete(feed.room);
    connection.opened?.delete(feed.room);
    if (feed.full.size === 0 && feed.short.size === 0) this.feeds.delete(feed.room);
  }

  /** Something committed elsewhere: the room has events up to `head`. */
  hint(room: number, head: number): void {
    const feed = this.feeds.get(room);
    if (!feed) {
      this.recent.set(room, Math.max(head, this.recent.get(room) ?? 0));
      return;
    }
    if (head > feed.known) feed.known = head;
    if (feed.known > feed.cursor) this.fill(feed);
  }

  /** Forgets heads that were seen two turns ago: by then whoever read the store has seen them there. */
  turn(): void {
    this.older = this.recent;
    this.recent = new Map();
  }

  /** Tells a run of events of one commit. */
  tell(room: number, run: readonly { seq: number; event: RoomEvent }[]): void {
    const feed = this.feeds.get(room);
    const last = run.at(-1)?.seq ?? 0;
    if (!feed) return this.hint(room, last);
    if (last > feed.known) feed.known = last;
    let encoded: Encoded[] = [];
    for (const { seq, event } of run) {
      if (seq <= feed.cursor) continue;
      if (seq !== feed.cursor + 1) break;
      feed.cursor = seq;
      if (feed.full.size > 0) encoded.push({ seq, text: JSON.stringify(event) });
      if (endsHearing(event)) {
        // Whoever this event removes hears it and nothing after it.
        this.queue(feed, encoded);
        encoded = [];
      }
      if (event.kind === "member.joined") feed.members++;
      if (event.kind === "member.left") feed.members--;
      this.options.onEvent(feed, seq, event);
    }
    this.queue(feed, encoded);
    if (feed.known > feed.cursor) this.fill(feed);
  }

  private queue(feed: RoomFeed, run: readonly Encoded[]): void {
    const first = run[0];
    if (!first) return;
    const frame = encodeRun(feed.room, run);
    for (const connection of feed.full) {
      if (connection.positions === null && !connection.blocked) connection.push(frame);
      else this.queueOutOfStep(feed, connection, run);
    }
  }

  private queueOutOfStep(feed: RoomFeed, connection: Connection, run: readonly Encoded[]): void {
    const from = run[0]?.seq ?? 0;
    const to = run.at(-1)?.seq ?? 0;
    connection.positions ??= new Map();
    const position = connection.positions.get(feed.room);
    if (position === undefined) {
      if (!connection.blocked) return connection.push(encodeRun(feed.room, run));
      connection.positions.set(feed.room, from - 1);
    } else if (position >= from - 1 && !connection.blocked) {
      // It holds more than the feed had told: it goes on where both are in step.
      const rest = run.filter((each) => each.seq > position);
      if (rest.length > 0) connection.push(encodeRun(feed.room, rest));
      if (to >= position) settle(connection, feed.room);
      return;
    }
    this.options.onBehind(connection);
  }

  private fill(feed: RoomFeed): void {
    if (feed.filling) return;
    feed.filling = true;
    this.fillAll(feed)
      .catch(this.options.failed)
      .finally(() => {
        feed.filling = false;
        if (this.feeds.get(feed.room) === feed && feed.known > feed.cursor) {
          setTimeout(() => this.hint(feed.room, feed.known), 50);
        }
      });
  }

  private async fillAll(feed: RoomFeed): Promise<void> {
    while (feed.cursor < feed.known && this.feeds.get(feed.room) === feed) {
      const after = feed.cursor;
      const { to, events } = await this.options.read(feed.room, { after, limit: fillPage });
      if (to <= after) return;
      this.tell(
        feed.room,
        events.map((event, index) => ({ seq: after + 1 + index, event })),
      );
    }
  }
}

/** The connection is in step with the room's feed again. */
export function settle(connection: Connection, room: number): void {
  connection.positions?.delete(room);
  if (connection.positions?.size === 0) connection.positions = null;
}

function endsHearing(event: RoomEvent): boolean {
  return event.kind === "member.left" || event.kind === "room.deleted";
}

function encodeRun(room: number, run: readonly Encoded[]): string {
  const first = run[0] as Encoded;
  if (run.length === 1) return `{"type":"event","room":${room},"seq":${first.seq},"event":${first.text}}`;
  const events = run.map((each) => each.text).join(",");
  const to = run.at(-1)?.seq;
  return `{"type":"events","room":${room},"from":${first.seq},"to":${to},"events":[${events}]}`;
}

/** A run read from the store, as the frame that carries it. */
export function runFrame(room: number, from: number, events: readonly RoomEvent[]): string {
  return encodeRun(
    room,
    events.map((event, index) => ({ seq: from + index, text: JSON.stringify(event) })),
  );
}
