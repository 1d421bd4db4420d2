import { tailOf } from "@parley/protocol/events";
import { type Hello, livePath, liveSubprotocol, type ServerFrame } from "@parley/protocol/frames";
import { openWire, type Wire } from "../../server/src/testing/web-socket.ts";
import { type Entry, tokens, toObserved } from "./history.ts";

export interface DeviceOptions {
  name: string;
  /** Of the server, or of a network before it. */
  port: number;
  accessToken: string;
  /** Writes down what happens. */
  note: (entry: Entry) => void;
  /** Milliseconds without any frame after which the connection is taken for dead. */
  deadAfter?: number;
}

interface HeldRoom {
  position: number;
  /** Of the event at `position`; unknown where none was seen. */
  tail: number | null;
  isFetching: boolean;
  /** Something showed that the room goes on beyond what is held. */
  isBehind: boolean;
}

interface Unsent {
  id: string;
  text: string;
  wasInvoked: boolean;
  isUnderWay: boolean;
}

type Answer = Extract<ServerFrame, { type: "done" | "failed" }>;
type Event = Extract<ServerFrame, { type: "event" }>["event"];

/** Milliseconds before another try, at most. */
const againWithin = 60;
const connectWithin = 5_000;

/**
 * A client in the open: it comes back until it is stopped, says hello with what it holds, applies events one by one,
 * fetches what is missing, and repeats what has no answer under the same client id.
 */
export class Device {
  private readonly rooms = new Map<number, HeldRoom>();
  private readonly unsent = new Map<number, Unsent[]>();
  private readonly waiting = new Map<string, (answer: Answer) => void>();
  private readonly deadAfter: number;
  private wire: Wire | null = null;
  private isReady = false;
  private isRunning = false;
  private heardAt = 0;
  private epoch: string | undefined;
  private userSeq = 0;
  private count = 0;
  /** How often it was connected. */
  connections = 0;
  /** How many messages were sent again because their answer never came. */
  repeats = 0;
  /** How many messages it was told to send again later. */
  waits = 0;
  /** How often it was told that the server stops. */
  drains = 0;

  constructor(private readonly options: DeviceOptions) {
    this.deadAfter = options.deadAfter ?? 20_000;
  }

  get name(): string {
    return this.options.name;
  }

  /** How many messages have no answer yet. */
  get unanswered(): number {
    return [...this.unsent.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  positionIn(room: number): number | undefined {
    return this.rooms.get(room)?.position;
  }

  start(): void {
    this.isRunning = true;
    void this.run();
  }

  stop(): void {
    this.isRunning = false;
    this.wire?.destroy();
  }

  /** Sends a message: in each room one after the other. */
  say(room: number, text: string): void {
    const queue = this.unsent.get(room) ?? [];
    this.unsent.set(room, queue);
    queue.push({ id: `${this.name}-${++this.count}`, text, wasInvoked: false, isUnderWay: false });
    this.pump(room);
  }

  private async run(): Promise<void> {
    while (this.isRunning) {
      await this.connect().catch(() => undefined);
      this.forgetConnection();
      if (this.isRunning) await Bun.sleep(Math.random() * againWithin);
    }
  }

  private async connect(): Promise<void> {
    const wire = await openWire({
      port: this.options.port,
      path: livePath,
      protocol: liveSubprotocol,
      signal: AbortSignal.timeout(Math.min(connectWithin, this.deadAfter)),
      onText: (text) => this.hear(text),
    });
    this.wire = wire;
    if (!this.isRunning) return wire.destroy();
    this.heardAt = performance.now();
    wire.send(JSON.stringify(this.hello()));
    const beating = setInterval(() => this.beat(wire), this.deadAfter / 4);
    await wire.closed;
    clearInterval(beating);
  }

  private forgetConnection(): void {
    this.wire = null;
    this.isReady = false;
    this.waiting.clear();
    for (const room of this.rooms.values()) room.isFetching = false;
    for (const queue of this.unsent.values()) for (const each of queue) each.isUnderWay = false;
  }

  private beat(wire: Wire): void {
    if (performance.now() - this.heardAt > this.deadAfter) wire.destroy();
    else if (this.isReady) wire.send(JSON.stringify({ type: "ping", n: ++this.count }));
  }

  private hello(): Hello {
    const held = [...this.rooms].filter(([, { tail }]) => tail !== null);
    const rooms = Object.fromEntries(held.map(([room, { position, tail }]) => [room, [position, tail ?? 0]]));
    const known = this.epoch === undefined ? {} : { epoch: this.epoch, user_seq: this.userSeq, rooms };
    const { name: device, accessToken: token } = this.options;
    return { type: "hello", token, device, app: "faults", ...known } as Hello;
  }

  private hear(text: string): void {
    this.heardAt = performance.now();
    for (const [token] of text.matchAll(tokens)) this.note({ what: "saw", device: this.name, token });
    const frame = JSON.parse(text) as ServerFrame;
    switch (frame.type) {
      case "ready":
        return this.greeted(frame);
      case "event":
        return this.apply(frame.room, frame.seq, [frame.event]);
      case "events":
        return this.apply(frame.room, frame.from, frame.events);
      case "gap":
        return this.gap(frame);
      case "user_event":
        return this.applyPrivately(frame);
      case "user_gap":
        this.userSeq = frame.head;
        return;
      case "pong":
        for (const [room, head] of Object.entries(frame.heads ?? {})) this.reach(Number(room), head);
        return;
      case "drain":
        this.drains++;
        return;
      case "done":
      case "failed":
        this.waiting.get(frame.id)?.(frame);
        this.waiting.delete(frame.id);
    }
  }

  private greeted(frame: Extract<ServerFrame, { type: "ready" }>): void {
    if (frame.mode === "fresh") {
      this.rooms.clear();
      this.userSeq = frame.user_seq;
    }
    this.epoch = frame.epoch;
    for (const { id, head } of frame.rooms) {
      if (this.rooms.has(id)) this.reach(id, head);
      else this.begin(id, head);
    }
    this.isReady = true;
    this.connections++;
    for (const room of this.rooms.keys()) this.fetchIfBehind(room);
    for (const room of this.unsent.keys()) this.pump(room);
  }

  private begin(room: number, seq: number): void {
    this.rooms.set(room, { position: seq, tail: null, isFetching: false, isBehind: false });
    this.note({ what: "begin", device: this.name, room, seq });
  }

  private apply(room: number, from: number, events: readonly Event[]): void {
    const held = this.rooms.get(room);
    if (!held) return;
    events.forEach((event, index) => {
      const seq = from + index;
      if (seq !== held.position + 1) return;
      held.position = seq;
      held.tail = tailOf(event.at);
      this.note({ what: "observe", device: this.name, room, seq, event: toObserved(event) });
    });
    this.reach(room, from + events.length - 1);
  }

  private gap({ room, head, reason }: Extract<ServerFrame, { type: "gap" }>): void {
    if (reason === "removed") this.rooms.delete(room);
    // Another history: what was held stays in the record, to be compared with what is stored.
    else if (reason === "reset") this.begin(room, head);
    else this.reach(room, head);
  }

  private applyPrivately({ seq, event }: Extract<ServerFrame, { type: "user_event" }>): void {
    if (seq !== this.userSeq + 1) return;
    this.userSeq = seq;
    if (event.kind === "room.disappeared") this.rooms.delete(event.room);
    if (event.kind === "room.appeared" && event.room.role !== null && !this.rooms.has(event.room.id)) {
      this.begin(event.room.id, event.room.head);
    }
  }

  private reach(room: number, seq: number): void {
    const held = this.rooms.get(room);
    if (!held || held.position >= seq) return;
    held.isBehind = true;
    this.fetchIfBehind(room);
  }

  private fetchIfBehind(room: number): void {
    const held = this.rooms.get(room);
    if (!held?.isBehind || held.isFetching || !this.isReady) return;
    held.isFetching = true;
    held.isBehind = false;
    this.perform(
      "room.events",
      { room, after: held.position, limit: 200 },
      `fetch-${++this.count}`,
      (answer) => {
        held.isFetching = false;
        if (answer.type === "failed") {
          if (answer.error.retry === "no") return;
          held.isBehind = true;
          setTimeout(() => this.fetchIfBehind(room), Math.random() * againWithin);
          return;
        }
        const run = answer.result as { from: number; head: number; events: Event[] };
        this.apply(room, run.from, run.events);
        this.reach(room, run.head);
      },
    );
  }

  private pump(room: number): void {
    const [first] = this.unsent.get(room) ?? [];
    if (!first || first.isUnderWay || !this.isReady) return;
    first.isUnderWay = true;
    if (first.wasInvoked) this.repeats++;
    else this.note({ what: "invoke", device: this.name, id: first.id, room });
    first.wasInvoked = true;
    const input = { room, text: first.text, client_id: first.id };
    this.perform("message.send", input, first.id, (answer) => this.answered(room, first, answer));
  }

  private answered(room: number, message: Unsent, answer: Answer): void {
    const { id } = message;
    message.isUnderWay = false;
    if (answer.type === "failed" && answer.error.retry !== "no") {
      if (answer.error.retry === "wait") this.waits++;
      setTimeout(() => this.pump(room), Math.random() * againWithin);
      return;
    }
    if (answer.type === "failed") this.note({ what: "no", device: this.name, id });
    else this.note({ what: "ok", device: this.name, id, room, seq: (answer.result as { seq: number }).seq });
    this.unsent.get(room)?.shift();
    this.pump(room);
  }

  private perform(op: string, input: unknown, id: string, answered: (answer: Answer) => void): void {
    this.waiting.set(id, answered);
    this.wire?.send(JSON.stringify({ type: "do", id, op, input }));
  }

  private note(entry: Entry): void {
    this.options.note(entry);
  }
}
