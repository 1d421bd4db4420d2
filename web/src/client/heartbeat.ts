import type { Environment } from "./environment.ts";

/** Milliseconds. */
const interval = 25_000;
const patience = 10_000;
const probePatience = 3_000;

export interface HeartbeatOptions {
  environment: Pick<Environment, "after" | "random">;
  ping: (n: number) => void;
  /** No answer: whatever the socket says of itself, nobody is there. */
  dead: () => void;
}

/** LINK-2. Asks now and then whether the other end is there. */
export class Heartbeat {
  #sent = 0;
  #cancelNext: (() => void) | undefined;
  #cancelWait: (() => void) | undefined;
  #isWaiting = false;

  constructor(private readonly options: HeartbeatOptions) {}

  start(): void {
    this.#schedule(this.options.environment.random() * interval);
  }

  stop(): void {
    this.#cancelNext?.();
    this.#settle();
  }

  /** The device woke up or the network changed: is it still there? */
  probe(): void {
    this.#ask(probePatience);
  }

  pong(n: number): void {
    if (n === this.#sent) this.#settle();
  }

  #settle(): void {
    this.#isWaiting = false;
    this.#cancelWait?.();
  }

  #schedule(milliseconds: number): void {
    this.#cancelNext?.();
    this.#cancelNext = this.options.environment.after(milliseconds, () => {
      if (!this.#isWaiting) this.#ask(patience);
      this.#schedule(interval * (0.8 + 0.4 * this.options.environment.random()));
    });
  }

  #ask(wait: number): void {
    this.#sent += 1;
    this.#cancelWait?.();
    this.#isWaiting = true;
    this.#cancelWait = this.options.environment.after(wait, () => {
      this.stop();
      this.options.dead();
    });
    this.options.ping(this.#sent);
  }
}
