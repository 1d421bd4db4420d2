import { ChatError, type ErrorCode, errorCodes } from "@parley/protocol/errors";
import type { ClientFrame, FrameError, Hello, ServerFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import { closeCodes, livePath, liveSubprotocol } from "@parley/protocol/live";
import { Backoff } from "./backoff.ts";
import type { Environment, Socket } from "./environment.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Intake } from "./intake.ts";

export type LinkState =
  | { status: "off" }
  | { status: "connecting" }
  | { status: "ready" }
  /** Until a time in milliseconds since 1970. */
  | { status: "waiting"; until: number };

export type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

export interface LiveSocketOptions {
  /** The server's address without a path. */
  url: string;
  environment: Environment;
  app: string;
  device: string;
  token: () => Promise<string>;
  refused: (token: string) => void;
  /** The session has ended: no use in coming back. */
  ended: () => void;
  positions: () => Pick<Hello, "epoch" | "user_seq" | "rooms" | "open">;
  ready: (frame: Frame<"ready">) => void;
  frame: (frame: ServerFrame) => void;
  changed: (state: LinkState) => void;
}

interface Waiting {
  resolve: (done: Frame<"done">) => void;
  reject: (error: ChatError) => void;
  calm: () => void;
}

/** Milliseconds. */
const handshakePatience = 15_000;
const answerPatience = 30_000;
const stableAfter = 60_000;

/** The live socket: comes back by itself until it is stopped, and says hello with the positions held. */
export class LiveSocket {
  readonly #backoff: Backoff;
  readonly #heartbeat: Heartbeat;
  readonly #intake: Intake;
  readonly #waiting = new Map<string, Waiting>();
  #state: LinkState = { status: "off" };
  #socket: Socket | undefined;
  #token = "";
  /** Raised with each attempt: what belongs to an earlier one is ignored. */
  #attempt = 0;
  #byeCode: number | undefined;
  #after: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelDrain: (() => void) | undefined;

  constructor(private readonly options: LiveSocketOptions) {
    const { environment } = options;
    this.#backoff = new Backoff(environment.random);
    this.#intake = new Intake({ environment, take: (frame) => this.options.frame(frame) });
    this.#heartbeat = new Heartbeat({
      environment,
      ping: (n) => this.send({ type: "ping", n }),
      dead: () => this.#lost(undefined),
    });
  }

  get isReady(): boolean {
    return this.#state.status === "ready";
  }

  start(): void {
    if (this.#state.status === "off") void this.#connect();
  }

  stop(): void {
    this.#drop();
    this.#change({ status: "off" });
  }

  /** The device woke up, came back online or was looked at. */
  wake(): void {
    if (this.#state.status === "waiting") void this.#connect();
    else if (this.isReady) this.#heartbeat.probe();
  }

  /** False when there is no connection to send it on. */
  send(frame: ClientFrame): boolean {
    if (!this.isReady || !this.#socket) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** A fresh access token: the connection lives on with it. */
  renew(token: string): void {
    if (this.send({ type: "auth", token })) this.#token = token;
  }

  /** Carries out an operation; fails as `unavailable` when it is not known whether the server did. */
  do(op: string, input: unknown, id: string): Promise<Frame<"done">> {
    const frame = { type: "do", id, op, input } as const;
    if (new TextEncoder().encode(JSON.stringify(frame)).length > limits.frameBytes) {
      return Promise.reject(new ChatError("too_large", "This is too large to send."));
    }
    return new Promise((resolve, reject) => {
      if (!this.send(frame)) return reject(notConnected());
      const calm = this.options.environment.after(answerPatience, () => this.#lost(undefined));
      this.#waiting.set(id, { resolve, reject, calm });
    });
  }

  async #connect(): Promise<void> {
    this.#drop();
    const attempt = this.#attempt;
    this.#change({ status: "connecting" });
    try {
      this.#token = await this.options.token();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error instanceof ChatError && error.code === "unauthenticated") return this.#end();
      return this.#retry();
    }
    if (attempt === this.#attempt) this.#dial();
  }

  #dial(): void {
    const { environment, url } = this.options;
    const socket = environment.connect(`${url.replace(/^http/, "ws")}${livePath}`, liveSubprotocol);
    this.#socket = socket;
    this.#byeCode = undefined;
    this.#after = undefined;
    this.#cancelTimer = environment.after(handshakePatience, () => this.#lost(undefined));
    socket.onopen = () => socket.send(JSON.stringify(this.#hello()));
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(String(data)) as ServerFrame);
    socket.onclose = ({ code }) => this.#lost(code);
  }

  #hello(): Hello {
    const { app, device } = this.options;
    return { type: "hello", token: this.#token, app, device, ...this.options.positions() };
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "ready":
        return this.#greeted(frame);
      case "done":
        return this.#answer(frame.id)?.resolve(frame);
      case "failed":
        return this.#answer(frame.id)?.reject(toChatError(frame.error));
      case "pong":
        this.#heartbeat.pong(frame.n);
        break;
      case "drain":
        this.#drain(frame.in);
        break;
      case "bye":
        this.#byeCode = frame.code;
        break;
      case "error":
        if (!this.isReady) this.#after = frame.error.after;
        break;
    }
    this.#intake.hear(frame);
  }

  #greeted(frame: Frame<"ready">): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.options.environment.after(stableAfter, () => this.#backoff.reset());
    this.#heartbeat.start();
    // The positions must be right before anything that waits for the connection is sent on it.
    this.options.ready(frame);
    this.#change({ status: "ready" });
  }

  #answer(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.calm();
    return waiting;
  }

  /** LINK-3. Everyone leaves a stopping server, each at its own moment. */
  #drain(seconds: number): void {
    const { environment } = this.options;
    this.#cancelDrain?.();
    this.#cancelDrain = environment.after(environment.random() * seconds * 1000, () => {
      this.#backoff.reset();
      void this.#connect();
    });
  }

  /** LINK-4. By its close code a connection is resumed, renewed or given up. */
  #lost(closeCode: number | undefined): void {
    const code = this.#byeCode ?? closeCode;
    this.#drop();
    if (code === closeCodes.revoked) return this.#end();
    if (code === closeCodes.unauthenticated) this.options.refused(this.#token);
    this.#retry();
  }

  #retry(): void {
    const { environment } = this.options;
    const delay = this.#backoff.next(this.#after);
    this.#after = undefined;
    this.#cancelTimer = environment.after(delay, () => void this.#connect());
    this.#change({ status: "waiting", until: environment.now() + delay });
  }

  #end(): void {
    this.#change({ status: "off" });
    this.options.ended();
  }

  /** Leaves the present connection, if any: nothing of it is heard any more. */
  #drop(): void {
    this.#attempt += 1;
    this.#intake.flush();
    this.#cancelTimer?.();
    this.#cancelDrain?.();
    this.#heartbeat.stop();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(1000);
    }
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { calm, reject } of waiting) {
      calm();
      reject(notConnected());
    }
  }

  #change(state: LinkState): void {
    this.#state = state;
    this.options.changed(state);
  }
}

function notConnected(): ChatError {
  return new ChatError("unavailable", "There is no connection to the server.");
}

function toChatError({ code, message, after, fields }: FrameError): ChatError {
  return new ChatError(code in errorCodes ? (code as ErrorCode) : "internal", message, {
    ...(after !== undefined && { after }),
    ...(fields && { fields }),
  });
}
