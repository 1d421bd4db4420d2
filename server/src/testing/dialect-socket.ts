import type { TestApp } from "./app.ts";
import { type Closed, openWire, type Wire } from "./web-socket.ts";

/** Milliseconds. A test waits for what it expects; only what never comes takes as long as this. */
const patience = 30_000;

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
export type DialectFrame = any;

export interface DialectClient {
  readonly wire: Wire;
  /** Everything that has come, in order. */
  readonly frames: readonly DialectFrame[];
  readonly closed: Promise<Closed>;
  send(frame: unknown): void;
  /** The first frame of this type for which it is so, among those that have come or will. */
  until(type: string, isSo?: (frame: DialectFrame) => boolean): Promise<DialectFrame>;
  destroy(): void;
}

/** A client of a documented system on its socket, with its token in the address. Fails with the status of a refusal. */
export async function dialectSocket(
  app: Pick<TestApp, "url">,
  path: string,
  token: string | null,
): Promise<DialectClient> {
  const frames: DialectFrame[] = [];
  const waiting = new Set<() => void>();
  const wire = await openWire({
    port: Number(new URL(app.url).port),
    path: token === null ? path : `${path}?token=${token}`,
    onText(text) {
      frames.push(JSON.parse(text));
      for (const look of [...waiting]) look();
    },
  });
  const until: DialectClient["until"] = (type, isSo = () => true) => {
    const { promise, resolve, reject } = Promise.withResolvers<DialectFrame>();
    let seen = 0;
    const look = () => {
      for (; seen < frames.length; seen++) {
        if (frames[seen].type === type && isSo(frames[seen])) return resolve(frames[seen]);
      }
    };
    const fail = (why: string) =>
      reject(new Error(`${why} instead of ${type} ${isSo}; the frames: ${JSON.stringify(frames.slice(-5))}`));
    const timer = setTimeout(() => fail("nothing came"), patience);
    void wire.closed.then(({ code }) => fail(`the socket was closed (${code})`));
    waiting.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(look);
    });
  };
  const send = (frame: unknown) => wire.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  return { wire, frames, closed: wire.closed, send, until, destroy: () => wire.destroy() };
}
