import type { FrameError } from "@parley/protocol/frames";
import type { Membership } from "@parley/protocol/rooms";
import type { ServerWebSocket } from "bun";
import type { Caller } from "../call.ts";
import type { Blocks } from "./apart.ts";

/** Who speaks another language than ours on a socket, and what becomes of it is theirs to handle. */
export interface Translator {
  opened(socket: ServerWebSocket<SocketData>): void;
  received(message: string | Buffer): void;
  drained(): void;
  closed(): void;
}

/** What Bun keeps beside a socket. */
export interface SocketData {
  address: string;
  connection: Connection | null;
  /** Left out where our own protocol is spoken. */
  translator?: Translator;
}

/** What a connection needs of its socket: one of Bun's, or the inner end of one that speaks otherwise. */
export type Socket = Pick<
  ServerWebSocket<SocketData>,
  "data" | "send" | "cork" | "close" | "terminate" | "getBufferedAmount"
>;

/** Frames one socket may have waiting or under way; one more closes it. */
const inboxFrames = 256;
const inboxBytes = 256 * 1024;
/** What one socket may have under way at once, by what each costs; further frames wait. */
export const underWay = 64;
/** UTF-16 units that may wait to be written to one socket before events are no more added to them. */
const unsentLimit = 512 * 1024;

const none: readonly number[] = [];

/** What a person's private log says of their rooms while a connection is starting. */
export interface Arrival {
  readonly left: Set<number>;
  readonly entered: Map<number, Membership>;
}

/** One live socket: what waits to be read, what waits to be written, and how far its reader has got. */
export class Connection {
  caller: Caller | null = null;
  user = 0;
  session = 0;
  /** Milliseconds since 1970 at which the access token ends. */
  tokenUntil = 0;
  phase: "hello" | "starting" | "live" | "closed" = "hello";
  /** `monotonic` at the upgrade. */
  readonly since: number;
  /** `monotonic` at the last frame that came in. */
  heardAt: number;

  /** How far the private log was sent. */
  userSeq = 0;
  /** The newest private event known to exist; those after `userSeq` are sent by catching up. */
  userKnown = 0;
  /**
   * How far each room was sent where that is not the feed's own position: behind it (catching up, or the reader is
   * slow) or ahead of it (the store was read beyond what the feed has seen). Null when all are in step.
   */
  positions: Map<number, number> | null = null;
  /** Rooms heard in full or in short, each once. Lists, not sets: most are short, and there may be very many sockets. */
  rooms: number[] = [];
  /** From the moment on from which the connection is told what becomes of the person, to its `ready`. */
  arriving: Arrival | null = null;
  /** Rooms that the connection will hear if the store says that the person is still in them. */
  entering: Set<number> | null = null;
  /** The device says that nobody is looking. */
  away = false;
  /** People whose presence this connection watches. */
  watching: Set<number> | null = null;
  /** Blocks around the person; null where there are none, as for most. */
  blocks: Blocks | null = null;
  /** Rooms opened by the client, heard in full however large, each once. */
  opened: readonly number[] = none;
  /** Heads named in the last pong, so that the next names only those that moved. */
  pongHeads: Map<number, number> | null = null;

  /** The reader is slow: nothing is written until its buffer is empty. */
  blocked = false;
  blockedSince = 0;
  catchingUp = false;
  /** Something that may be lost was: it is made good once the reader has caught up. */
  missed = false;

  /** Frames that came in and were not read yet. */
  private inbox: string[] | null = null;
  private inboxBytes = 0;
  /** What is under way, by what each costs. */
  operations = 0;
  /** Frames read in this turn of the loop. */
  served = 0;
  turn = 0;
  /** Buckets: how many operations, frames and signals may come now, and when that was counted. */
  tokens = Number.NaN;
  tokensAt = 0;
  frameTokens = Number.NaN;
  frameTokensAt = 0;
  signalTokens = 0;
  signalTokensAt = 0;

  /** What waits to be written: mostly nothing, often one frame, and then no list is kept. */
  private out: string | string[] | null = null;
  /** UTF-16 units in `out`. */
  unsent = 0;

  constructor(
    readonly socket: Socket,
    readonly address: string,
    now: number,
    private readonly touched: (connection: Connection) => void,
  ) {
    this.since = now;
    this.heardAt = now;
  }

  /** Whether events are queued for it as they come; else it is caught up, as fast as it reads. */
  get keepsUp(): boolean {
    return !this.blocked && this.unsent < unsentLimit;
  }

  get isOpen(): boolean {
    return this.phase !== "closed";
  }

  get isBehind(): boolean {
    return this.userKnown > this.userSeq || this.positions !== null;
  }

  /** Puts a frame that came in at the end of the queue; false when the queue is over its limit. */
  receive(text: string): boolean {
    this.inbox ??= [];
    this.inboxBytes += text.length;
    this.inbox.push(text);
    return this.inbox.length <= inboxFrames && this.inboxBytes <= inboxBytes;
  }

  /** How many frames were not read yet. */
  get unread(): number {
    return this.inbox?.length ?? 0;
  }

  nextFrame(): string | undefined {
    const text = this.inbox?.shift();
    if (text === undefined) return undefined;
    this.inboxBytes -= text.length;
    // A quiet socket keeps no list: there may be very many of them.
    if (this.inbox?.length === 0) this.inbox = null;
    return text;
  }

  /** Queues an encoded frame for the next write. Frames queued between two writes leave in one system call. */
  push(frame: string): void {
    if (this.phase === "closed") return;
    this.unsent += frame.length;
    if (this.out === null) {
      this.out = frame;
      this.touched(this);
    } else if (typeof this.out === "string") this.out = [this.out, frame];
    else this.out.push(frame);
  }

  /** For what may be lost: a slow reader does not get it. */
  pushLossy(frame: string): void {
    if (this.blocked) this.missed = true;
    else this.push(frame);
  }

  pushError(error: FrameError): void {
    this.push(JSON.stringify({ type: "error", error }));
  }

  /** Writes what is queued. Past its buffer a socket is not written to until it has drained. */
  write(now: number): void {
    const frames = this.out;
    if (frames === null || this.phase === "closed" || this.blocked) return;
    this.out = null;
    this.unsent = 0;
    if (typeof frames === "string") this.note(this.socket.send(frames), now);
    else this.socket.cork(() => this.writeAll(frames, now));
  }

  /** The buffer is empty again. */
  drained(): void {
    this.blocked = false;
    if (this.out !== null) this.touched(this);
  }

  close(code: number, message: string): void {
    if (this.phase === "closed") return;
    // Whoever does not read would not read a farewell either, and it would be kept until they do.
    if (this.blocked) return this.cut();
    const frames = [this.out ?? [], JSON.stringify({ type: "bye", code, message })].flat();
    this.forget();
    for (const frame of frames) if (this.socket.send(frame) <= 0) break;
    this.socket.close(code, message);
  }

  private writeAll(frames: readonly string[], now: number): void {
    let sent = 0;
    while (sent < frames.length && this.phase !== "closed" && !this.blocked) {
      this.note(this.socket.send(frames[sent] as string), now);
      sent++;
    }
    if (sent === frames.length || this.phase === "closed") return;
    const left = frames.slice(sent);
    this.out = left;
    this.unsent = left.reduce((length, frame) => length + frame.length, 0);
  }

  private note(sent: number, now: number): void {
    if (sent === -1) {
      this.blocked = true;
      this.blockedSince = now;
    } else if (sent === 0 && this.phase !== "closed") {
      // Bun dropped the frame: nothing after it may be sent on this socket.
      this.cut();
    }
  }

  /** Ends the connection without a word, and gives back what its buffer holds. */
  private cut(): void {
    this.forget();
    this.socket.terminate();
  }

  private forget(): void {
    this.phase = "closed";
    this.out = null;
    this.unsent = 0;
    this.inbox = null;
  }
}
