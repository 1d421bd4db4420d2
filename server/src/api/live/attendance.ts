import type { Connection } from "./connection.ts";

/** People whose attendance of one room a node tells the others. */
const mostTold = 500;
/** Milliseconds for which what another node said holds if it is not said again. */
const heldFor = 30_000;

/** Somebody opened a room, on whichever node, or has it open no more. */
export type Watcher = (user: number, on: boolean) => void;

interface Told {
  users: readonly number[];
  at: number;
}

const nobody: readonly number[] = [];

/**
 * SIG-5. Who has which room open before them. As other signals, what other nodes tell may be lost, and is told again:
 * it heals by itself.
 */
export class Attendance {
  /** Connections by room and person. */
  private readonly here = new Map<number, Map<number, Connection[]>>();
  private readonly elsewhere = new Map<string, Map<number, Told>>();
  private readonly watchers = new Map<number, Set<Watcher>>();

  constructor(private readonly announce: (room: number, users: readonly number[]) => void) {}

  /** Everyone who has this room open. */
  of(room: number): number[] {
    const users = new Set(this.here.get(room)?.keys());
    for (const rooms of this.elsewhere.values()) {
      for (const user of rooms.get(room)?.users ?? nobody) users.add(user);
    }
    return [...users];
  }

  /** Rooms that somebody has open on this node, with those people. */
  *own(): Iterable<[number, number[]]> {
    for (const [room, users] of this.here) yield [room, [...users.keys()].slice(0, mostTold)];
  }

  /** Is told of each change in a room until the function it gives is called. */
  watch(room: number, watcher: Watcher): () => void {
    const watchers = this.watchers.get(room) ?? new Set();
    this.watchers.set(room, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.watchers.get(room) === watchers) this.watchers.delete(room);
    };
  }

  enter(connection: Connection, room: number): void {
    const { user } = connection;
    const users = this.here.get(room) ?? new Map<number, Connection[]>();
    const devices = users.get(user) ?? [];
    if (devices.includes(connection)) return;
    this.change(room, () => {
      this.here.set(room, users.set(user, [...devices, connection]));
    });
    if (devices.length === 0) this.tellOthers(room);
  }

  leave(connection: Connection, room: number): void {
    const { user } = connection;
    const users = this.here.get(room);
    const devices = users?.get(user);
    if (!users || !devices?.includes(connection)) return;
    const left = devices.filter((each) => each !== connection);
    if (left.length > 0) return void users.set(user, left);
    this.change(room, () => {
      users.delete(user);
      if (users.size === 0) this.here.delete(room);
    });
    this.tellOthers(room);
  }

  /** Another node says who has a room open there. */
  hear(node: string, of: { room: number; users: readonly number[]; now: number }): void {
    const { room, users, now } = of;
    const rooms = this.elsewhere.get(node) ?? new Map<number, Told>();
    this.elsewhere.set(node, rooms);
    this.change(room, () => {
      if (users.length > 0) rooms.set(room, { users, at: now });
      else rooms.delete(room);
    });
  }

  /** Another node is gone, and whoever was there. */
  lose(node: string): void {
    for (const room of this.elsewhere.get(node)?.keys() ?? []) this.forget(node, room);
    this.elsewhere.delete(node);
  }

  /** Called from time to time: what nobody repeats does not hold any more. */
  expire(now: number): void {
    for (const [node, rooms] of this.elsewhere) {
      for (const [room, { at }] of rooms) if (at + heldFor < now) this.forget(node, room);
    }
  }

  private forget(node: string, room: number): void {
    this.change(room, () => this.elsewhere.get(node)?.delete(room));
  }

  private tellOthers(room: number): void {
    this.announce(room, [...(this.here.get(room)?.keys() ?? nobody)].slice(0, mostTold));
  }

  private change(room: number, apply: () => void): void {
    const watchers = this.watchers.get(room);
    if (!watchers) return apply();
    const before = new Set(this.of(room));
    apply();
    const after = new Set(this.of(room));
    for (const user of after) if (!before.has(user)) for (const watcher of watchers) watcher(user, true);
    for (const user of before) if (!after.has(user)) for (const watcher of watchers) watcher(user, false);
  }
}
