import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export interface ChoicesOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  changed: (choices: ReadonlyMap<number, readonly number[]>) => void;
}

/** Polls whose choice is remembered. */
const most = 500;

/** POLL-12. What the person has chosen in anonymous polls, on whatever device: read once it is shown, then followed. */
export class Choices {
  readonly #repairs: Repairs;
  #known = new Map<number, readonly number[]>();
  readonly #wanted = new Set<number>();
  /** Of which something was heard while it was read: that is later. */
  readonly #heard = new Set<number>();

  constructor(private readonly options: ChoicesOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  /** Somebody looks at this poll. */
  want(message: number): void {
    if (this.#wanted.has(message)) return;
    this.#wanted.add(message);
    const [oldest] = this.#wanted;
    if (this.#wanted.size > most && oldest !== undefined) {
      this.#wanted.delete(oldest);
      this.#known.delete(oldest);
    }
    this.#need(message);
  }

  hear(message: number, options: readonly number[]): void {
    if (!this.#wanted.has(message)) return;
    this.#heard.add(message);
    this.#know(message, options);
  }

  /** A connection that begins anew is not told what was chosen meanwhile. */
  greeted(isFresh: boolean): void {
    if (isFresh) for (const message of this.#wanted) this.#need(message);
  }

  clear(): void {
    this.#repairs.clear();
    this.#wanted.clear();
    this.#heard.clear();
    this.#known = new Map();
  }

  #need(message: number): void {
    this.#repairs.need(`choice ${message}`, () => this.#read(message));
  }

  async #read(message: number): Promise<void> {
    this.#heard.delete(message);
    const { options } = await this.options.call("poll.choice", { message });
    if (this.#wanted.has(message) && !this.#heard.has(message)) this.#know(message, options);
  }

  #know(message: number, options: readonly number[]): void {
    this.#known = new Map(this.#known).set(message, options);
    this.options.changed(this.#known);
  }
}
