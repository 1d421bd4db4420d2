import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Line } from "../socket-route.ts";

/** Milliseconds between two lists of people to watch: a socket may send few signals. */
const watchEvery = 250;
/** Messages of a room whose places are known without asking. */
const mostPlaces = 200;

interface Place {
  seq: number;
  message: number;
}

/** A room that a socket has joined. */
export interface JoinedRoom {
  /** Settles when it is known whether the room may be heard: what happens until then waits. */
  readonly ready: Promise<void>;
  people: Set<number>;
  /** Messages heard since, in order. */
  readonly places: Place[];
  /** How far each person had read when the room was joined, or was told to have read since. */
  readonly told: Map<number, number>;
}

/** Which rooms a socket has joined, and whose presence is watched for them. */
export class JoinedRooms {
  private readonly rooms = new Map<number, JoinedRoom>();
  private timer: Timer | null = null;
  private watchedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly line: Line) {}

  get(room: number): JoinedRoom | undefined {
    return this.rooms.get(room);
  }

  has(room: number): boolean {
    return this.rooms.has(room);
  }

  /** Hears a room; `begin` is called before anything that happens in it is told. */
  async join(room: number, begin: (people: readonly number[]) => Promise<void>): Promise<void> {
    if (this.rooms.size >= limits.openRooms) {
      throw new ChatError("conflict", `a socket joins at most ${limits.openRooms} rooms`);
    }
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const joined: JoinedRoom = { ready, people: new Set(), places: [], told: new Map() };
    this.rooms.set(room, joined);
    try {
      await this.line.open(room);
      const { members } = await this.line.ask("member.list", { room, limit: limits.pageMax });
      joined.people = new Set(members.map(({ user }) => user));
      for (const { user, read } of members) if (read !== null) joined.told.set(user, read);
      this.watch();
      await begin([...joined.people]);
    } catch (error) {
      this.rooms.delete(room);
      throw error;
    } finally {
      resolve();
    }
  }

  leave(room: number): void {
    if (!this.rooms.delete(room)) return;
    this.line.shut(room);
    this.watch();
  }

  enter(room: JoinedRoom, user: number): void {
    room.people.add(user);
    this.watch();
  }

  depart(room: JoinedRoom, user: number): void {
    room.people.delete(user);
    this.watch();
  }

  hasPerson(user: number): boolean {
    for (const { people } of this.rooms.values()) if (people.has(user)) return true;
    return false;
  }

  end(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  /** At once, but not more often than the socket may say so. */
  private watch(): void {
    if (this.timer) return;
    const { clock } = this.line.context;
    const wait = this.watchedAt + watchEvery - clock.monotonic();
    const tell = () => {
      this.timer = null;
      this.watchedAt = clock.monotonic();
      const people = new Set([...this.rooms.values()].reverse().flatMap((room) => [...room.people]));
      this.line.signal({ kind: "watch", users: [...people].slice(0, limits.presenceUsers) });
    };
    if (wait <= 0) return tell();
    this.timer = setTimeout(tell, wait);
    this.timer.unref();
  }
}

/** A message was heard. */
export function notePlace({ places }: JoinedRoom, place: Place): void {
  places.push(place);
  if (places.length > mostPlaces) places.shift();
}

/** The last message up to an event, where it was heard. */
export function placeAt({ places }: JoinedRoom, seq: number): number | undefined {
  return places.findLast((place) => place.seq <= seq)?.message;
}
