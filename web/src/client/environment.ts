/** The part of a WebSocket that is used. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((closed: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** Everything the client takes from outside itself: a test puts its own clock, chance and network in. */
export interface Environment {
  /** Milliseconds since 1970. */
  now(): number;
  /** At least 0, below 1. */
  random(): number;
  randomBytes(count: number): Uint8Array;
  /** Runs something once after so many milliseconds; the answer calls it off. */
  after(milliseconds: number, run: () => void): () => void;
  fetch(url: string, request: RequestInit): Promise<Response>;
  connect(url: string, subprotocol: string): Socket;
  /** Runs one at a time under this name, over all tabs of a browser. */
  exclusively<Result>(name: string, run: () => Promise<Result>): Promise<Result>;
}

/** The browser's, or Bun's. */
export function platformEnvironment(): Environment {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    fetch: (url, request) => fetch(url, request),
    connect: (url, subprotocol) => new WebSocket(url, subprotocol) as Socket,
    exclusively: lockedByBrowser() ?? oneAtATime(),
  };
}

/** Absent outside browsers, and in pages that came by plain HTTP from another machine. */
function lockedByBrowser(): Environment["exclusively"] | undefined {
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  if (!locks) return undefined;
  return async (name, run) => locks.request(name, run);
}

function oneAtATime(): Environment["exclusively"] {
  let last: Promise<unknown> = Promise.resolve();
  return (_name, run) => {
    const next = last.then(run, run);
    last = next.catch(() => undefined);
    return next;
  };
}
