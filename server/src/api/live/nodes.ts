import type { Mark } from "@parley/protocol/messages";
import type { PresenceState } from "@parley/protocol/presence";
import type { Change } from "../../context.ts";
import type { Bus } from "../../platform/bus.ts";
import type { Live } from "./live.ts";
import { type NodeMessage, type NodeNews, readNodeMessage, writeNews, writeRoll } from "./node-messages.ts";
import { NodeOutbox } from "./node-outbox.ts";
import { NodeSweeps } from "./node-sweeps.ts";
import { tellTyping } from "./typing.ts";

/** Milliseconds between this node's own messages to itself, and after how many without one the bus is not trusted. */
const beatEvery = 1_000;
const deafAfter = 2_500;
/** Milliseconds without a word of its own after which the node begins anew with the bus. */
const renewAfter = 10_000;
/** Milliseconds between looks at what the store holds. */
const lookEvery = 500;
/** Milliseconds for which what changed is told again: one message lost costs at most a second. */
const repeatFor = 10_000;
/** Milliseconds between two tellings of everyone who is here. */
const rollEvery = 10_000;
/** Milliseconds of silence after which another node is gone, and with it who was there. */
const silentFor = 60_000;

/** Something told lately. */
interface Recent<Value> {
  value: Value;
  at: number;
}

/**
 * LIVE-3, LIVE-6. Several nodes on one store: each tells the others what it committed, as hints that may be lost, and
 * looks for itself often enough that nothing stays unseen.
 */
export class Nodes {
  /** Drawn anew at each start. */
  readonly id: string;
  private readonly recentRooms = new Map<number, Recent<number>>();
  private readonly recentUsers = new Map<number, Recent<number>>();
  /** Of one version alone, the newest. */
  private readonly recentLibrary = new Map<"newest", Recent<number>>();
  private readonly recentBlocks = new Map<string, Recent<[number, number]>>();
  private readonly recentMarks = new Map<string, Recent<[number, number, Mark]>>();
  /** When each other node was last heard. */
  private readonly others = new Map<string, number>();
  /** Nodes that stopped, and when they said so: what still arrives of them is old. */
  private readonly stopped = new Map<string, number>();
  private readonly outbox: NodeOutbox;
  private readonly sweeps: NodeSweeps;
  private heardAt: number;
  private renewedAt: number;
  private rollAt = Number.NEGATIVE_INFINITY;
  private timers: Timer[] = [];

  constructor(
    private readonly live: Live,
    private readonly bus: Bus,
  ) {
    this.id = Buffer.from(live.context.randomBytes(9)).toString("base64url");
    this.outbox = new NodeOutbox((news) => this.publish(news));
    this.sweeps = new NodeSweeps(live);
    this.heardAt = this.now();
    this.renewedAt = this.heardAt;
  }

  start(): void {
    this.live.elsewhere = this;
    this.bus.subscribe({
      message: (text) => this.hear(text),
      connected: () => {
        this.sweeps.expire();
        this.beat();
      },
    });
    this.timers = [setInterval(() => this.beat(), beatEvery), setInterval(() => void this.look(), lookEvery)];
    for (const timer of this.timers) timer.unref();
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.bus.publish(JSON.stringify({ node: this.id, leaving: true } satisfies NodeMessage));
    await this.bus.close();
  }

  /** Whether the bus seems not to carry: then the store is looked at more often. */
  get isDeaf(): boolean {
    return this.now() - this.heardAt > deafAfter;
  }

  /** How many other nodes were heard lately. */
  get neighbours(): number {
    return this.others.size;
  }

  /** What this node committed. */
  committed(changes: readonly Change[]): void {
    const at = this.now();
    for (const change of changes) {
      if (change.log === "room") {
        this.recentRooms.set(change.id, { value: change.seq, at });
        if (!this.isAlone) this.outbox.addRoom(change.id, change.seq);
      } else if (change.log === "user") {
        this.recentUsers.set(change.id, { value: change.seq, at });
        if (!this.isAlone) this.outbox.addUser(change.id, change.seq);
        if (change.event.kind === "block.set") this.blockSet(change.id, change.event.user, at);
      } else if (change.log === "library") {
        this.libraryChanged(change.id, at);
      } else {
        this.marked(change, at);
      }
    }
  }

  private marked({ id, head, mark }: Extract<Change, { log: "mark" }>, at: number): void {
    this.recentMarks.set(`${id} ${mark.user}`, { value: [id, head, mark], at });
    if (!this.isAlone) this.outbox.addMark(id, head, mark);
  }

  private libraryChanged(version: number, at: number): void {
    this.recentLibrary.set("newest", { value: version, at });
    if (!this.isAlone) this.outbox.addLibrary(version);
  }

  /** Whoever is blocked may be on a node that does not hear the private log of whoever blocks them. */
  private blockSet(blocker: number, blocked: number, at: number): void {
    this.recentBlocks.set(`${blocker} ${blocked}`, { value: [blocker, blocked], at });
    if (!this.isAlone) this.outbox.addBlock(blocker, blocked);
  }

  /** Somebody on this node types, or has ceased to. */
  typed(room: number, head: number, user: number, on: boolean): void {
    if (!this.isAlone) this.outbox.addTyping(room, head, user, on);
  }

  /** A person's state on this node changed. */
  presenceChanged(user: number, state: PresenceState): void {
    if (!this.isAlone) this.outbox.addPresence(user, state);
  }

  /** Who has a room open on this node changed. */
  attended(room: number, users: readonly number[]): void {
    if (!this.isAlone) this.outbox.addAttending(room, users);
  }

  /** Called about once a second: what the node hears of this tells it that the bus carries. */
  beat(): void {
    const now = this.now();
    this.forget(now);
    this.live.attendance.expire(now);
    this.publish(this.isAlone ? {} : this.recentNews());
    if (!this.isAlone && now - this.rollAt >= rollEvery) {
      this.rollAt = now;
      for (const text of writeRoll(this.id, this.live.presences.own())) this.bus.publish(text);
      this.publish({ attending: [...this.live.attendance.own()] });
    }
    if (now - Math.max(this.heardAt, this.renewedAt) >= renewAfter) {
      this.renewedAt = now;
      this.bus.renew();
    }
  }

  /** Called about twice a second: sees in the store what no other node told of. */
  look(): Promise<void> {
    return this.sweeps.look(this.isDeaf);
  }

  private get isAlone(): boolean {
    return this.others.size === 0;
  }

  private now(): number {
    return this.live.context.clock.monotonic();
  }

  private recentNews(): NodeNews {
    return {
      rooms: [...this.recentRooms].map(([room, { value }]) => [room, value]),
      users: [...this.recentUsers].map(([user, { value }]) => [user, value]),
      marks: [...this.recentMarks.values()].map(({ value: [room, head, { user, read, delivered }] }) => {
        return [room, head, user, read, delivered];
      }),
      blocks: [...this.recentBlocks.values()].map(({ value }) => value),
      library: [...this.recentLibrary.values()].map(({ value }) => value),
    };
  }

  private publish(news: NodeNews): void {
    for (const text of writeNews(this.id, news)) this.bus.publish(text);
  }

  private forget(now: number): void {
    forgetBefore(now - repeatFor, this.recentRooms);
    forgetBefore(now - repeatFor, this.recentUsers);
    forgetBefore(now - repeatFor, this.recentMarks);
    forgetBefore(now - repeatFor, this.recentBlocks);
    forgetBefore(now - repeatFor, this.recentLibrary);
    for (const [node, at] of this.stopped) if (now - at > silentFor) this.stopped.delete(node);
    for (const [node, at] of this.others) {
      if (now - at <= silentFor) continue;
      this.others.delete(node);
      this.live.attendance.lose(node);
      // Of those who are left one remembers when that node's people were last here; a deaf one knows nothing.
      const isFirst = [...this.others.keys()].every((other) => this.id < other);
      this.live.presences.lose(node, { remember: isFirst && !this.isDeaf });
    }
  }

  private hear(text: string): void {
    const message = readNodeMessage(text);
    if (!message || this.stopped.has(message.node)) return;
    if (message.node === this.id) {
      this.heardAt = this.now();
      return;
    }
    // Whoever is new is told at once who is here.
    if (!this.others.has(message.node)) this.rollAt = Number.NEGATIVE_INFINITY;
    this.others.set(message.node, this.now());
    this.take(message);
  }

  private take(message: NodeMessage): void {
    const { live } = this;
    for (const [room, head] of message.rooms ?? []) live.feeds.hint(room, head);
    for (const [user, head] of message.users ?? []) live.people.hint(user, head);
    for (const [room, head, user, on] of message.typing ?? []) {
      live.feeds.reach(room, head, (feed) => tellTyping(feed, user, on));
    }
    for (const [room, head, user, read, delivered] of message.marks ?? []) {
      live.marks.moved(room, head, { user, read, delivered });
    }
    for (const version of message.library ?? []) live.library.tell(version);
    if (message.blocks) live.apart.refresh(message.blocks.flat()).catch((error) => live.failed(error));
    for (const [user, state] of message.presences ?? []) live.presences.hear(message.node, user, state);
    for (const [room, users] of message.attending ?? []) {
      live.attendance.hear(message.node, { room, users, now: this.now() });
    }
    if (message.roll) live.presences.hearRoll(message.node, message.roll);
    if (!message.leaving) return;
    this.stopped.set(message.node, this.now());
    this.others.delete(message.node);
    live.presences.letGo(message.node, this.now());
    live.attendance.lose(message.node);
  }
}

function forgetBefore<Key>(moment: number, recent: Map<Key, Recent<unknown>>): void {
  for (const [key, { at }] of recent) if (at < moment) recent.delete(key);
}
