import type { Input, OperationName, Output } from "@parley/protocol/contract";
import { ChatError, type ErrorCode } from "@parley/protocol/errors";
import { closeCodes, type FrameError, type ServerFrame } from "@parley/protocol/frames";
import type { Socket, SocketData, Translator } from "../live/connection.ts";
import { encodedFrame, parsedFrame } from "./frames.ts";
import type { DialectParts } from "./route.ts";
import type { Line, Speaker } from "./socket-route.ts";

/** Frames a client may have sent that were not dealt with yet, and UTF-16 units of them; one more closes the socket. */
const inboxFrames = 256;
const inboxUnits = 256 * 1024;
/** UTF-16 units of our own frames that wait to be translated before the live socket holds back. */
const outboxUnits = 256 * 1024;

type OuterSocket = Parameters<Translator["opened"]>[0];

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: ChatError) => void;
}

export interface DialectSocketOptions extends DialectParts {
  address: string;
  user: number;
  accessToken: string;
  /** Milliseconds since 1970 at which the session ends: whoever speaks a dialect cannot renew a token on the socket. */
  sessionUntil: number;
  rooms: readonly number[];
  speaker: (line: Line) => Speaker;
}

/**
 * A socket of a dialect is a client of the live socket inside the process: it says hello, hears rooms and asks for
 * operations like any other, and translates both ways. So order, barriers, limits and revocation are those of the live
 * socket, and there is no second way to hear a room.
 */
export class DialectSocket implements Translator {
  private outer: OuterSocket | null = null;
  private readonly inner: Socket;
  private speaker: Speaker | null = null;
  private readonly inbox: string[] = [];
  private inboxUnits = 0;
  private reading = false;
  private readonly outbox: string[] = [];
  private outboxUnits = 0;
  private writing = false;
  /** The reader is slow: nothing is translated until the buffer is empty. */
  private clogged = false;
  /** The live socket was told to hold back. */
  private holding = false;
  private ready = false;
  private over = false;
  private count = 0;
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly options: DialectSocketOptions) {
    this.inner = this.innerEnd();
  }

  opened(socket: OuterSocket): void {
    this.outer = socket;
    this.speaker = this.options.speaker(this.toLine());
    const { live, accessToken: token, rooms } = this.options;
    live.websocket.open(this.inner);
    this.tell({ type: "hello", token, app: "dialect", ...(rooms.length > 0 && { open: [...rooms] }) });
  }

  received(message: string | Buffer): void {
    if (this.over) return;
    if (typeof message !== "string") return this.fail(new ChatError("invalid", "frames are text"));
    this.inbox.push(message);
    this.inboxUnits += message.length;
    if (this.inbox.length > inboxFrames || this.inboxUnits > inboxUnits) {
      return this.inner.close(closeCodes.flood, "too many frames at once");
    }
    if (this.ready) void this.read();
  }

  drained(): void {
    if ((this.outer?.getBufferedAmount() ?? 0) > 0) return;
    this.clogged = false;
    void this.write();
  }

  closed(): void {
    this.finish();
    this.options.live.websocket.close(this.inner);
  }

  /** What clients said, one frame after the other. */
  private async read(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    for (let text = this.inbox.shift(); text !== undefined && !this.over; text = this.inbox.shift()) {
      this.inboxUnits -= text.length;
      try {
        await this.speaker?.say(text);
      } catch (error) {
        this.fail(error);
      }
    }
    this.reading = false;
  }

  /** What happened, one frame after the other: the order in which it is told is the log's. */
  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    while (!this.over && !this.clogged) {
      const text = this.outbox.shift();
      if (text === undefined) break;
      this.outboxUnits -= text.length;
      try {
        await this.translate(parsedFrame(this.options.live, text));
      } catch (error) {
        this.options.live.failed(error);
        this.inner.close(closeCodes.drain, "something went wrong on the server");
      }
    }
    this.writing = false;
    if (!this.holding || this.clogged || this.over || this.outbox.length > 0) return;
    this.holding = false;
    this.options.live.websocket.drain(this.inner);
  }

  private async translate(frame: ServerFrame): Promise<void> {
    if (frame.type === "ready") {
      const { connection } = this.inner.data;
      if (connection) connection.tokenUntil = this.options.sessionUntil;
      await this.speaker?.begin?.(frame);
      this.ready = true;
      void this.read();
    } else if (frame.type === "events") {
      const { room, from } = frame;
      for (const [index, event] of frame.events.entries()) {
        if (this.over) return;
        await this.speaker?.hear({ type: "event", room, seq: from + index, event });
      }
    } else if (frame.type === "error") this.fail(toChatError(frame.error));
    else await this.speaker?.hear(frame);
  }

  /** The live socket sent a frame. Answers to what was asked here wait for nothing. */
  private take(text: string): number {
    if (this.over) return 0;
    if (text.startsWith('{"type":"done"') || text.startsWith('{"type":"failed"')) {
      this.answered(JSON.parse(text) as ServerFrame);
      return text.length;
    }
    this.outbox.push(text);
    this.outboxUnits += text.length;
    void this.write();
    if (this.outboxUnits <= outboxUnits) return text.length;
    this.holding = true;
    return -1;
  }

  private answered(frame: ServerFrame): void {
    if (frame.type !== "done" && frame.type !== "failed") return;
    const waiting = this.waiting.get(frame.id);
    this.waiting.delete(frame.id);
    if (frame.type === "done") waiting?.resolve(frame.result);
    else waiting?.reject(toChatError(frame.error));
  }

  private send(frame: object): void {
    if (this.over || !this.outer) return;
    const sent = this.outer.send(encodedFrame(frame));
    if (sent === -1) this.clogged = true;
    else if (sent === 0) this.inner.terminate();
  }

  private fail(error: unknown): void {
    const known = error instanceof ChatError ? error : null;
    if (!known) this.options.live.failed(error);
    const { code, details } = known ?? new ChatError("internal", "");
    const detail = detailOf(known);
    const after = details.after === undefined ? {} : { after: details.after };
    if (this.speaker) this.send(this.speaker.toError(detail, { code, ...after }));
  }

  private tell(frame: object): void {
    this.options.live.websocket.message(this.inner, JSON.stringify(frame));
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.outbox.length = 0;
    this.inbox.length = 0;
    const gone = new ChatError("unavailable", "the socket was closed");
    for (const { reject } of this.waiting.values()) reject(gone);
    this.waiting.clear();
    this.speaker?.end?.();
  }

  private innerEnd(): Socket {
    const data: SocketData = { address: this.options.address, connection: null };
    const inner: Socket = {
      data,
      send: (frame) => this.take(String(frame)),
      cork: (callback) => callback(inner as unknown as OuterSocket),
      close: (code, reason) => {
        this.finish();
        this.outer?.close(code, reason);
      },
      terminate: () => {
        this.finish();
        this.outer?.terminate();
      },
      getBufferedAmount: () => (this.holding ? this.outboxUnits : 0),
    };
    return inner;
  }

  private toLine(): Line {
    const { context, live, user } = this.options;
    return {
      ...{ context, live, user },
      send: (frame) => this.send(frame),
      ask: (name, input) => this.ask(name, input),
      signal: (signal) => this.tell({ type: "signal", signal }),
      open: (room) => this.open(room),
      shut: (room) => this.tell({ type: "close", room }),
      close: (code, reason) => this.inner.close(code, reason),
    };
  }

  private ask<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    if (this.over) return Promise.reject(new ChatError("unavailable", "the socket was closed"));
    const id = `${++this.count}-${Bun.randomUUIDv7()}`;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.waiting.set(id, { resolve, reject });
    this.tell({ type: "do", id, op: name, input });
    return promise as Promise<Output<Name>>;
  }

  private async open(room: number): Promise<void> {
    const { role, head } = await this.ask("room.get", { room });
    if (role === null) throw new ChatError("forbidden", "join this channel first");
    // From what was known when this is answered: nothing of the room is missed while it is opened.
    this.tell({ type: "open", room, after: head });
  }
}

function toChatError({ code, message, after, fields }: FrameError): ChatError {
  const details = { ...(after !== undefined && { after }), ...(fields && { fields }) };
  return new ChatError(code as ErrorCode, message, details);
}

/** In one line, with the field that is wrong. */
function detailOf(error: ChatError | null): string {
  if (!error) return "something went wrong on the server";
  const [field] = error.details.fields ?? [];
  if (!field) return error.message;
  return `${field.path.join(".") || "frame"}: ${field.message}`;
}
