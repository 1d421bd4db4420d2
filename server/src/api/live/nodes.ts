import type { Change } from "../../context.ts";
import { headsOfRooms, headsOfUsers } from "../../features/logs/logs.ts";
import { sessionsEndedSince } from "../../features/sessions/sessions.ts";
import { type Bus, busMessageBytes } from "../../platform/bus.ts";
import type { Live } from "./live.ts";

/** Milliseconds between looks at the store for sessions that ended. */
const sessionsEvery = 500;
/** Milliseconds between looks at the store for heads: when the bus is heard, and when it is not. */
const sweepHealthy = 15_000;
const sweepDeaf = 500;
/** Milliseconds between this node's own messages to itself, and after how many without one the bus is not trusted. */
const heartbeatEvery = 1_000;
const deafAfter = 2_500;
/** Milliseconds for which heads that changed are told again: one message lost costs at most a second. */
const repeatFor = 10_000;
/** Heads in one message. */
const headsPerMessage = 200;
const sweepChunk = 500;

interface Hints {
  node: string;
  rooms: [number, number][];
  users: [number, number][];
}

/**
 * LIVE-3, LIVE-6. Several nodes on one store: each tells the others what it committed, as hints that may be lost, and
 * looks for itself often enough that nothing stays unseen.
 */
export class Nodes {
  private readonly node: string;
  private readonly recentRooms = new Map<number, { head: number; at: number }>();
  private readonly recentUsers = new Map<number, { head: number; at: number }>();
  private fresh: Hints;
  private publishing = false;
  private heardAt: number;
  private sweptAt = 0;
  private sweeping = false;
  private sessionsSince: number;
  private readonly timers: Timer[];

  constructor(
    private readonly live: Live,
    private readonly bus: Bus,
  ) {
    const { clock, randomBytes } = live.context;
    this.node = Buffer.from(randomBytes(9)).toString("base64url");
    this.fresh = { node: this.node, rooms: [], users: [] };
    this.heardAt = clock.monotonic();
    this.sessionsSince = clock.now();
    this.timers = [
      setInterval(() => this.beat(), heartbeatEvery),
      setInterval(() => void this.look(), sessionsEvery),
    ];
    for (const timer of this.timers) timer.unref();
  }

  start(): void {
    this.bus.subscribe({
      message: (text) => this.hear(text),
      connected: () => {
        this.sweptAt = 0;
      },
    });
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.bus.close();
  }

  /** What this node committed. */
  committed(changes: readonly Change[]): void {
    const at = this.live.context.clock.monotonic();
    for (const change of changes) {
      if (change.log === "room") {
        this.recentRooms.set(change.id, { head: change.seq, at });
        this.fresh.rooms.push([change.id, change.seq]);
      } else if (change.log === "user") {
        this.recentUsers.set(change.id, { head: change.seq, at });
        this.fresh.users.push([change.id, change.seq]);
      }
    }
    if (this.publishing) return;
    this.publishing = true;
    setImmediate(() => this.publishFresh());
  }

  private publishFresh(): void {
    this.publishing = false;
    const { rooms, users } = this.fresh;
    this.fresh = { node: this.node, rooms: [], users: [] };
    this.publish(newest(rooms), newest(users));
  }

  private publish(rooms: [number, number][], users: [number, number][]): void {
    for (let from = 0; from < Math.max(rooms.length, users.length, 1); from += headsPerMessage) {
      const message: Hints = {
        node: this.node,
        rooms: rooms.slice(from, from + headsPerMessage),
        users: users.slice(from, from + headsPerMessage),
      };
      const text = JSON.stringify(message);
      if (text.length <= busMessageBytes) this.bus.publish(text);
    }
  }

  private hear(message: string): void {
    const hints = readHints(message);
    if (!hints) return;
    if (hints.node === this.node) {
      this.heardAt = this.live.context.clock.monotonic();
      return;
    }
    for (const [room, head] of hints.rooms) this.live.feeds.hint(room, head);
    for (const [user, head] of hints.users) this.live.people.hint(user, head);
  }

  /** Tells again what changed lately; hearing its own message, the node knows that the bus carries. */
  private beat(): void {
    const since = this.live.context.clock.monotonic() - repeatFor;
    for (const recent of [this.recentRooms, this.recentUsers]) {
      for (const [id, { at }] of recent) if (at < since) recent.delete(id);
    }
    const heads = (recent: Map<number, { head: number }>) =>
      [...recent].map(([id, { head }]): [number, number] => [id, head]);
    this.publish(heads(this.recentRooms), heads(this.recentUsers));
  }

  private async look(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    try {
      await this.lookForEndedSessions();
      const now = this.live.context.clock.monotonic();
      const every = now - this.heardAt > deafAfter ? sweepDeaf : sweepHealthy;
      if (now - this.sweptAt >= every) {
        this.sweptAt = now;
        await this.sweep();
      }
    } catch (error) {
      this.live.failed(error);
    } finally {
      this.sweeping = false;
    }
  }

  private async lookForEndedSessions(): Promise<void> {
    // Clocks of nodes differ, and a commit is seen after its time: look back further than the last look.
    const since = this.sessionsSince - 10_000;
    this.sessionsSince = this.live.context.clock.now();
    const ended = await sessionsEndedSince(this.live.context.database, since);
    for (const { user_id, id } of ended) this.live.endSession(user_id, id);
  }

  private async sweep(): Promise<void> {
    const { database } = this.live.context;
    const rooms = [...this.live.feeds.all()].map((feed) => feed.room);
    for (let from = 0; from < rooms.length; from += sweepChunk) {
      const found = await headsOfRooms(database, rooms.slice(from, from + sweepChunk));
      for (const { id, head } of found) this.live.feeds.hint(id, head);
    }
    const users = [...this.live.people.all()].map((person) => person.user);
    for (let from = 0; from < users.length; from += sweepChunk) {
      const found = await headsOfUsers(database, users.slice(from, from + sweepChunk));
      for (const { id, head } of found) this.live.people.hint(id, head);
    }
  }
}

/** The highest head of each log. */
function newest(heads: readonly [number, number][]): [number, number][] {
  return [...new Map(heads)];
}

function readHints(message: string): Hints | null {
  try {
    const { node, rooms, users } = JSON.parse(message);
    if (typeof node === "string" && Array.isArray(rooms) && Array.isArray(users))
      return { node, rooms, users };
  } catch {
    // A message that is not ours says nothing.
  }
  return null;
}
