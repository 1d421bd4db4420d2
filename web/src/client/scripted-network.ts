import { errorCodes } from "@parley/protocol/errors";
import type { ClientFrame, Hello, ServerFrame } from "@parley/protocol/frames";
import type { Channel, Environment, Socket } from "./environment.ts";
import { ScriptedBrowser } from "./scripted-browser.ts";

/*
 * For tests: a clock that stands until it is moved, chance that is what the test says, and a network whose other end
 * the test plays.
 */

interface Timer {
  at: number;
  run: () => void;
}

export class ScriptedSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((closed: { code: number; reason: string }) => void) | null = null;
  readonly sent: (ClientFrame | Hello)[] = [];
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly subprotocol: string,
  ) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(code?: number): void {
    this.closedWith ??= code ?? 1005;
  }

  open(): void {
    this.onopen?.();
  }

  receive(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** The connection breaks, or the server closes it. */
  cut(code = 1006): void {
    this.onclose?.({ code, reason: "" });
  }

  frames<Type extends ClientFrame["type"]>(type: Type): Extract<ClientFrame, { type: Type }>[] {
    return this.sent.filter((frame): frame is Extract<ClientFrame, { type: Type }> => frame.type === type);
  }
}

export interface ScriptedRequest {
  method: string;
  /** Below `/api/v2`, with its query. */
  path: string;
  headers: Headers;
  body: unknown;
}

export class ScriptedNetwork implements Environment {
  chance = 0.5;
  readonly sockets: ScriptedSocket[] = [];
  readonly requests: ScriptedRequest[] = [];
  /** What the server answers; a network error when it throws. */
  answer: (request: ScriptedRequest) => Promise<Response> | Response = () => Response.json({});
  #now = 1_800_000_000_000;
  #timers = new Set<Timer>();
  #bytes = 0;

  readonly #leaving: (() => void)[] = [];

  /** What chance gives in one tab it does not give in another. */
  readonly #tab: number;

  constructor(readonly browser = new ScriptedBrowser()) {
    this.#tab = browser.open();
  }

  now = () => this.#now;
  random = () => this.chance;
  connect = (url: string, subprotocol: string) => {
    const socket = new ScriptedSocket(url, subprotocol);
    this.sockets.push(socket);
    return socket;
  };

  get socket(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("nothing has connected");
    return socket;
  }

  /** Milliseconds until the timers that wait, in order. */
  get waits(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#now).sort((one, other) => one - other);
  }

  randomBytes(count: number): Uint8Array {
    this.#bytes += 1;
    return new Uint8Array(count).fill(this.#bytes).fill(this.#tab, -1);
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets time pass; whatever falls due on the way happens at its moment. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settled();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = next.at;
      this.#timers.delete(next);
      next.run();
      await settled();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= end);
    return due.sort((one, other) => one.at - other.at)[0];
  }

  async fetch(url: string, request: RequestInit): Promise<Response> {
    const body = request.body ? JSON.parse(String(request.body)) : undefined;
    const scripted = {
      method: request.method ?? "GET",
      path: url.slice(url.indexOf("/api/v2") + "/api/v2".length),
      headers: new Headers(request.headers),
      body,
    };
    this.requests.push(scripted);
    return this.answer(scripted);
  }

  exclusively = <Result>(name: string, run: () => Promise<Result>) => this.browser.lock(this, name, run);

  channel(name: string, hear: (message: unknown) => void): Channel {
    return this.browser.channel(this, name, hear);
  }

  leaving(run: () => void): void {
    this.#leaving.push(run);
  }

  /** The page goes out of sight. */
  hide(): void {
    for (const run of this.#leaving) run();
  }

  /** The tab is closed: nothing runs in it any more. */
  die(): void {
    this.#timers.clear();
    for (const socket of this.sockets) socket.onopen = socket.onmessage = socket.onclose = null;
    this.browser.close(this);
  }
}

export function problem(
  code: keyof typeof errorCodes,
  given: { detail?: string; after?: number } = {},
): Response {
  const status = errorCodes[code];
  return Response.json({ code, status, ...given }, { status });
}

/** Everything that can happen without time passing has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
}
