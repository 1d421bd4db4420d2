/** The part of a WebSocket that is used. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((closed: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** The way to the other tabs of a browser. */
export interface Channel {
  /** Plain data, for all who are on the channel but the sender. */
  post(message: unknown): void;
  close(): void;
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
  /** Joins the channel of this name. */
  channel(name: string, hear: (message: unknown) => void): Channel;
  /** Runs each time the page goes out of sight, perhaps for ever. */
  leaving(run: () => void): void;
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
    channel: isPage() ? channelOfBrowser : () => ({ post: () => undefined, close: () => undefined }),
    leaving(run) {
      if (!isPage()) return;
      addEventListener("pagehide", run);
      document.addEventListener("visibilitychange", () => document.hidden && run());
    },
  };
}

/** Outside a browser there are no tabs. */
function isPage(): boolean {
  return typeof document !== "undefined";
}

function channelOfBrowser(name: string, hear: (message: unknown) => void): Channel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => hear(data);
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
}

/** Absent outside browsers, and in pages that came by plain HTTP from another machine. */
function lockedByBrowser(): Environment["exclusively"] | undefined {
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  if (!locks) return undefined;
  return async (name, run) => locks.request(name, run);
}

function oneAtATime(): Environment["exclusively"] {
  const last = new Map<string, Promise<unknown>>();
  return (name, run) => {
    const next = (last.get(name) ?? Promise.resolve()).then(run, run);
    last.set(
      name,
      next.catch(() => undefined),
    );
    return next;
  };
}
