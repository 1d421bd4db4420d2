import type { OperationName } from "@parley/protocol/contract";
import type { Hello, ServerFrame } from "@parley/protocol/frames";
import { livePath, liveSubprotocol } from "@parley/protocol/frames";
import { type Closed, openWire, type Wire } from "./web-socket.ts";

/** Milliseconds. A test waits for what it expects; only what never comes takes as long as this. */
const patience = 30_000;

export type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;
type Answer = Frame<"done"> | Frame<"failed">;

export interface LiveSocket {
  readonly wire: Wire;
  /** Everything that has come, in order. */
  readonly frames: readonly ServerFrame[];
  /** The same as it came. */
  readonly texts: readonly string[];
  readonly closed: Promise<Closed>;
  send(frame: unknown): void;
  /** The first frame for which it is so, among those that have come or will. */
  first(isSo: (frame: ServerFrame) => boolean, what: string, from?: number): Promise<ServerFrame>;
  /** The first of this type for which it is so. */
  until<Type extends ServerFrame["type"]>(
    type: Type,
    isSo?: (frame: Frame<Type>) => boolean,
  ): Promise<Frame<Type>>;
  /** Carries out one operation and waits for its answer. */
  do(op: OperationName, input: unknown, id?: string): Promise<Answer>;
  /** The result of an operation that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  done(op: OperationName, input: unknown, id?: string): Promise<any>;
  /** Waits for the answer to a ping: the server has read everything sent before, and sent it before. */
  settled(): Promise<Frame<"pong">>;
  destroy(): void;
}

export interface OpenOptions {
  url: string;
  protocol?: string;
}

/** A socket that has not said hello. */
export async function openSocket({ url, protocol = liveSubprotocol }: OpenOptions): Promise<LiveSocket> {
  const frames: ServerFrame[] = [];
  const texts: string[] = [];
  const waiting = new Set<() => void>();
  let count = 0;
  const wire = await openWire({
    port: Number(new URL(url).port),
    path: livePath,
    ...(protocol !== "" && { protocol }),
    onText(text) {
      texts.push(text);
      frames.push(JSON.parse(text) as ServerFrame);
      for (const look of [...waiting]) look();
    },
  });
  const send = (frame: unknown) => wire.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  const first: LiveSocket["first"] = (isSo, what, from = 0) => {
    const { promise, resolve, reject } = Promise.withResolvers<ServerFrame>();
    let seen = from;
    const look = () => {
      for (; seen < frames.length; seen++) {
        const frame = frames[seen] as ServerFrame;
        if (isSo(frame)) return resolve(frame);
      }
    };
    const fail = (why: string) =>
      reject(new Error(`${why} instead of ${what}; the last frames: ${texts.slice(-5).join("\n")}`));
    const timer = setTimeout(() => fail("nothing came"), patience);
    void wire.closed.then(({ code }) => fail(`the socket was closed (${code})`));
    waiting.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(look);
    });
  };
  const until: LiveSocket["until"] = async (type, isSo = () => true) => {
    const isIt = (frame: ServerFrame) => frame.type === type && isSo(frame as Frame<typeof type>);
    return (await first(isIt, `${type} ${isSo}`)) as Frame<typeof type>;
  };
  const answered = async (id: string) => {
    const isIt = (frame: ServerFrame) =>
      (frame.type === "done" || frame.type === "failed") && frame.id === id;
    return (await first(isIt, `the answer to ${id}`, frames.length)) as Answer;
  };
  const perform: LiveSocket["do"] = (op, input, id = `call-${++count}-${crypto.randomUUID()}`) => {
    const answer = answered(id);
    send({ type: "do", id, op, input });
    return answer;
  };
  return {
    ...{ wire, frames, texts, closed: wire.closed, send, first, until },
    do: perform,
    async done(op, input, id) {
      const answer = await perform(op, input, id);
      if (answer.type === "failed") throw new Error(`${op} failed: ${JSON.stringify(answer.error)}`);
      return answer.result;
    },
    settled() {
      const n = ++count;
      send({ type: "ping", n });
      return until("pong", (frame) => frame.n === n);
    },
    destroy: () => wire.destroy(),
  };
}

export interface HelloSocket extends LiveSocket {
  ready: Frame<"ready">;
}

/** A socket that has said hello and is live. */
export async function liveSocket(
  url: string,
  person: { accessToken: string },
  hello: Partial<Hello> = {},
): Promise<HelloSocket> {
  const socket = await openSocket({ url });
  socket.send({ type: "hello", token: person.accessToken, ...hello });
  const ready = await socket.until("ready");
  return { ...socket, ready };
}

export interface Heard {
  seq: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  event: any;
}

/** The events of a room that came, in the order in which they came, by either kind of frame. */
export function eventsOf(frames: readonly ServerFrame[], room: number): Heard[] {
  return frames.flatMap((frame): Heard[] => {
    if (frame.type === "event" && frame.room === room) return [{ seq: frame.seq, event: frame.event }];
    if (frame.type !== "events" || frame.room !== room) return [];
    return frame.events.map((event, index) => ({ seq: frame.from + index, event }));
  });
}

/** The texts of the messages among them. */
export function textsIn(frames: readonly ServerFrame[], room: number): string[] {
  return eventsOf(frames, room)
    .filter(({ event }) => event.kind === "message.sent")
    .map(({ event }) => event.message.text);
}

/** Waits until a socket has heard a room up to an event. */
export async function heardUpTo(socket: LiveSocket, room: number, seq: number): Promise<void> {
  const reaches = (frame: ServerFrame) =>
    (frame.type === "event" && frame.room === room && frame.seq >= seq) ||
    (frame.type === "events" && frame.room === room && frame.to >= seq);
  await socket.first(reaches, `event ${seq} of room ${room}`);
}
