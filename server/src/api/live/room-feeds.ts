import type { RoomEvent } from "@parley/protocol/events";
import type { ServerFrame } from "@parley/protocol/frames";
import type { Connection } from "./connection.ts";

/** Events read at once from the store. */
const fillPage = 200;
/**
 * UTF-16 units of events in one frame, but for one event that is longer by itself: what a socket keeps for a reader
 * is bounded by the longest frame.
 */
const frameUnits = 128 * 1024;
/** A reader further behind than this in one room is told so instead of being sent everything. */
export const gapAfter = 500;
/** Milliseconds before what could not be read is read again. */
const fillAgainAfter = 250;
/** What may wait for a room's log to be told, at most. */
const laterLimit = 32;

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
  /** What waits for the log to be told up to a head; null where nothing does. */
  later: { head: number; work: (feed: RoomFeed) => void }[] | null;
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

type GapReason = Extract<ServerFrame, { type: "gap" }>["reason"];

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
        later: null,
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
    connection.rooms = connection.rooms.filter((room) => room !== feed.room);
    connection.opened = connection.opened.filter((room) => room !== feed.room);
    settle(connection, feed.room);
    if (feed.full.size > 0 || feed.short.size > 0) return;
    this.feeds.delete(feed.room);
    // Somebody may have read the room before its newest event and be about to listen.
    this.remember(feed.room, feed.known);
  }

  /** Something committed elsewhere: the room has events up to `head`. */
  hint(room: number, head: number): void {
    const feed = this.feeds.get(room);
    if (!feed) return this.remember(room, head);
    if (head > feed.known) feed.known = head;
    if (feed.known > feed.cursor) this.fill(feed);
  }

  /**
   * LIVE-5. Carries work out once the room's log was told here up to `head`: at once, or when what is missing was read.
   * For what may be lost: where nobody listens, too much waits or the store cannot be read, it is dropped.
   */
  reach(room: number, head: number, work: (feed: RoomFeed) => void): void {
    const feed = this.feeds.get(room);
    if (!feed) return;
    if (feed.cursor >= head) return work(feed);
    feed.later ??= [];
    if (feed.later.length < laterLimit) feed.later.push({ head, work });
    this.hint(room, head);
  }

  /** Forgets heads seen before the last turn. Whoever began to read the store before that turn must have ended. */
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
    if (feed.later) this.goOn(feed, feed.later);
    if (feed.known > feed.cursor) this.fill(feed);
  }

  /** Nobody knows which of a room's events its listeners got: all are told to read it anew. */
  reset(room: number): void {
    const feed = this.feeds.get(room);
    if (!feed) return;
    const frame = gapFrame(room, feed.cursor, "reset");
    for (const connection of feed.full) {
      settle(connection, room);
      connection.push(frame);
    }
  }

  private goOn(feed: RoomFeed, later: NonNullable<RoomFeed["later"]>): void {
    const waiting = later.filter(({ head }) => head > feed.cursor);
    feed.later = waiting.length > 0 ? waiting : null;
    for (const { head, work } of later) if (head <= feed.cursor) work(feed);
  }

  private remember(room: number, head: number): void {
    this.recent.set(room, Math.max(head, this.recent.get(room) ?? 0));
  }

  private queue(feed: RoomFeed, run: readonly Encoded[]): void {
    for (let from = 0; from < run.length; ) {
      const fits = fitting(run, from);
      this.queueFrame(feed, from === 0 && fits === run.length ? run : run.slice(from, from + fits));
      from += fits;
    }
  }

  private queueFrame(feed: RoomFeed, run: readonly Encoded[]): void {
    const frame = encodeRun(feed.room, run);
    for (const connection of feed.full) {
      if (connection.positions === null && connection.keepsUp) connection.push(frame);
      else this.queueOutOfStep(feed, connection, run);
    }
  }

  private queueOutOfStep(feed: RoomFeed, connection: Connection, run: readonly Encoded[]): void {
    const from = run[0]?.seq ?? 0;
    const to = run.at(-1)?.seq ?? 0;
    connection.positions ??= new Map();
    const position = connection.positions.get(feed.room);
    if (position === undefined) {
      if (connection.keepsUp) return connection.push(encodeRun(feed.room, run));
      connection.positions.set(feed.room, from - 1);
    } else if (position >= from - 1 && connection.keepsUp) {
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
    this.fillAll(feed).catch((error) => {
      this.options.failed(error);
      feed.later = null;
      setTimeout(() => this.hint(feed.room, feed.known), fillAgainAfter).unref();
    });
  }

  private async fillAll(feed: RoomFeed): Promise<void> {
    try {
      while (feed.cursor < feed.known && this.feeds.get(feed.room) === feed) await this.fillPage(feed);
    } finally {
      feed.filling = false;
    }
  }

  private async fillPage(feed: RoomFeed): Promise<void> {
    const { cursor: after, known } = feed;
    const { to, events } = await this.options.read(feed.room, { after, limit: fillPage });
    const before = to - events.length;
    if (before > feed.cursor) this.skip(feed, before);
    this.tell(
      feed.room,
      events.map((event, index) => ({ seq: before + 1 + index, event })),
    );
    // What is announced is committed and can be read; a head that cannot be reached is not waited for.
    if (feed.cursor !== after || feed.known !== known) return;
    feed.known = after;
    feed.later = null;
  }

  /** The log was emptied up to here: what stood there is told to nobody any more. */
  private skip(feed: RoomFeed, to: number): void {
    feed.cursor = to;
    this.reset(feed.room);
  }
}

/** How many events from `from` on go into one frame: at least one. */
function fitting(run: readonly Encoded[], from: number): number {
  let units = 0;
  let count = 0;
  for (let index = from; index < run.length; index++) {
    units += run[index]?.text.length ?? 0;
    if (count > 0 && units > frameUnits) break;
    count++;
  }
  return count;
}

/** The connection is in step with the room's feed again, or hears it no more. */
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

/** As much of a run read from the store as one frame carries, and how many events that is. */
export function runFrame(
  room: number,
  from: number,
  events: readonly RoomEvent[],
): { frame: string; count: number } {
  const run = events.map((event, index) => ({ seq: from + index, text: JSON.stringify(event) }));
  const count = fitting(run, 0);
  return { frame: encodeRun(room, run.slice(0, count)), count };
}

export function gapFrame(room: number, head: number, reason: GapReason): string {
  return JSON.stringify({ type: "gap", room, head, reason });
}

/** Where a connection continues in a room: where the client stands, or the head when that cannot be joined. */
export function resumeAt(
  connection: Connection,
  room: { id: number; head: number },
  position: number | undefined,
): number {
  if (position === undefined) return room.head;
  if (position <= room.head && room.head - position <= gapAfter) return position;
  connection.push(gapFrame(room.id, room.head, position > room.head ? "reset" : "behind"));
  return room.head;
}
