import type { Membership } from "@parley/protocol/rooms";
import { type RoomState, timeline } from "@parley/protocol/state";
import { readTo, unreadIn } from "./unread.ts";
import type { View } from "./view.ts";

/** How a room was found when it was opened; it stays while the room stays open. */
export interface Reading {
  /** Everything up to this event was read. */
  readonly from: number;
  /** The newest event of the room at that time. */
  readonly head: number;
  /** Messages between the two, and those of them that mention the person. */
  readonly unread: number;
  readonly mentions: number;
}

type Known = Pick<View, "state" | "read"> & { isCurrent: boolean };

export interface ReadingsOptions {
  /** What is held, and whether the server has told all of it since the connection began. */
  view: () => Known;
  changed: (readings: ReadonlyMap<number, Reading>) => void;
}

/** CLIENT-15. Where the person had read to in each open room, from which the line above what is new follows. */
export class Readings {
  readonly #readings = new Map<number, Reading>();
  /**
   * Open rooms of which the server has not told yet how far they are read, perhaps elsewhere meanwhile; with what was
   * read here when they were opened: what is read since does not count.
   */
  readonly #provisional = new Map<number, View["read"]>();

  constructor(private readonly options: ReadingsOptions) {}

  get(room: number): Reading | undefined {
    return this.#readings.get(room);
  }

  open(room: number): void {
    if (this.#readings.has(room)) return;
    this.#provisional.set(room, this.options.view().read);
    this.follow();
  }

  close(room: number): void {
    this.#provisional.delete(room);
    if (this.#readings.delete(room)) this.#tell();
  }

  clear(): void {
    this.#provisional.clear();
    this.#readings.clear();
    this.#tell();
  }

  /** A connection began: what it tells of rooms is true. In another history nothing stays of what was read. */
  greeted(rooms: readonly Membership[], isAnother: boolean): void {
    if (isAnother) for (const room of this.#readings.keys()) this.#provisional.set(room, new Map());
    const { state } = this.options.view();
    for (const { id } of rooms) {
      const [held, read] = [state.rooms.get(id), this.#provisional.get(id)];
      if (!held || !read) continue;
      this.#provisional.delete(id);
      this.#readings.set(id, toReading(held, { state, read }));
      this.#tell();
    }
  }

  /** More is known of the rooms. */
  follow(): void {
    if (this.#provisional.size === 0) return;
    const { state, isCurrent } = this.options.view();
    for (const [id, read] of [...this.#provisional]) {
      const held = state.rooms.get(id);
      if (!held) continue;
      if (isCurrent) this.#provisional.delete(id);
      const reading = toReading(held, { state, read });
      if (this.#readings.get(id)?.head === reading.head && this.#readings.get(id)?.from === reading.from)
        continue;
      this.#readings.set(id, reading);
      this.#tell();
    }
  }

  #tell(): void {
    this.options.changed(new Map(this.#readings));
  }
}

function toReading(held: RoomState, known: Pick<View, "state" | "read">): Reading {
  const { unread, mentions } = unreadIn(held, known);
  return { from: readTo(held, known), head: held.room.head, unread, mentions };
}

/**
 * What is new in an open room: how much, and the first of it, above which the line stands; undefined when there is
 * nothing new or it is not held yet.
 */
export function newSince(
  held: RoomState,
  reading: Reading,
  me: number,
): { first: number | undefined; count: number } {
  const { from, head, unread } = reading;
  const isHeld = held.before === null || held.before <= from + 1;
  let first: number | undefined;
  let count = unread;
  for (const message of timeline(held)) {
    if (message.sender === me || message.seq <= from) continue;
    first ??= message.id;
    if (message.seq > head) count += 1;
  }
  return { first: isHeld ? first : undefined, count };
}
