import { setImmediate as nextTick } from "node:timers/promises";
import { isoTime } from "../../platform/clock.ts";
import type { Live } from "../live/live.ts";
import { usernamesOf } from "./people.ts";

/** People of a room who are listed by name; the rest are counted. */
export const mostListed = 200;

export interface Named {
  user_id: number;
  username: string;
}

/** Who came and who went in one turn, in that order, and who is there after it. */
export interface Turn {
  at: string;
  changes: readonly (Named & { on: boolean })[];
  /** The first of them by id. */
  listed: readonly Named[];
  present: ReadonlySet<number>;
}

export interface RosterListener {
  turned(turn: Turn): void;
  /** What follows cannot be told. */
  lost(error: unknown): void;
}

/** Who has one room open: worked out once a turn for everybody who is told of it, however many came at once. */
export class Roster {
  readonly listeners = new Set<RosterListener>();
  /** Those who have not been told anything yet. */
  private readonly newcomers = new Map<RosterListener, () => void>();
  private changes: { user: number; on: boolean }[] = [];
  private turning = false;
  private readonly unwatch: () => void;

  constructor(
    private readonly live: Live,
    private readonly room: number,
    private readonly forget: () => void,
  ) {
    this.unwatch = live.attendance.watch(room, (user, on) => {
      this.changes.push({ user, on });
      this.turnSoon();
    });
  }

  /** Resolves once this listener was told who is there. */
  welcome(listener: RosterListener): Promise<void> {
    return new Promise((resolve) => {
      this.newcomers.set(listener, resolve);
      this.listeners.add(listener);
      this.turnSoon();
    });
  }

  leave(listener: RosterListener): void {
    this.listeners.delete(listener);
    this.newcomers.get(listener)?.();
    this.newcomers.delete(listener);
    if (this.listeners.size > 0) return;
    this.unwatch();
    this.forget();
  }

  private turnSoon(): void {
    if (this.turning) return;
    this.turning = true;
    this.turn().catch((error: unknown) => {
      this.turning = false;
      for (const listener of [...this.listeners]) listener.lost(error);
    });
  }

  private async turn(): Promise<void> {
    await nextTick();
    while (this.listeners.size > 0 && (this.changes.length > 0 || this.newcomers.size > 0)) {
      const changes = this.changes.splice(0);
      const newcomers = new Map(this.newcomers);
      this.newcomers.clear();
      const turn = await this.turnOf(changes);
      const greeting = { ...turn, changes: [] };
      // Whoever came while names were looked up is told in the next turn.
      for (const listener of this.listeners) {
        if (newcomers.has(listener)) listener.turned(greeting);
        else if (changes.length > 0 && !this.newcomers.has(listener)) listener.turned(turn);
      }
      for (const resolve of newcomers.values()) resolve();
      await nextTick();
    }
    this.changes = [];
    this.turning = false;
  }

  private async turnOf(changes: readonly { user: number; on: boolean }[]): Promise<Turn> {
    const present = new Set(this.live.attendance.of(this.room));
    const first = [...present].sort((one, other) => one - other).slice(0, mostListed);
    const named = [...first, ...changes.map(({ user }) => user)];
    const names = await usernamesOf(this.live.context, named);
    const toNamed = (user: number) => ({ user_id: user, username: names.get(user) ?? "" });
    return {
      at: isoTime(this.live.context.clock.now()),
      changes: changes.map(({ user, on }) => ({ ...toNamed(user), on })),
      listed: first.map(toNamed),
      present,
    };
  }
}

const rosters = new WeakMap<Live, Map<number, Roster>>();

/** Who is in a room, for one who has just connected to it. */
export function rosterOf(live: Live, room: number): Roster {
  const rooms = rosters.get(live) ?? new Map<number, Roster>();
  rosters.set(live, rooms);
  const known = rooms.get(room);
  if (known) return known;
  const roster = new Roster(live, room, () => void (rooms.get(room) === roster && rooms.delete(room)));
  rooms.set(room, roster);
  return roster;
}
