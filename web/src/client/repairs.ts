import { ChatError, retryOf } from "@parley/protocol/errors";
import { Backoff } from "./backoff.ts";
import type { Environment } from "./environment.ts";

/** Thrown by work that finds that what it worked for is no more. */
export class Outdated extends Error {}

interface Repair {
  work: () => Promise<void>;
  /** Asked for again while it ran. */
  again: boolean;
  backoff: Backoff;
  callOff?: () => void;
}

/** Work by name: one at a time of a name, once more if it is asked for meanwhile, and again when it could not be done. */
export class Repairs {
  readonly #repairs = new Map<string, Repair>();

  constructor(private readonly environment: Pick<Environment, "after" | "random">) {}

  need(name: string, work: () => Promise<void>): void {
    const running = this.#repairs.get(name);
    if (running) {
      running.again = true;
      return;
    }
    const backoff = new Backoff(this.environment.random);
    const repair: Repair = { work, again: false, backoff };
    this.#repairs.set(name, repair);
    void this.#run(name, repair);
  }

  clear(): void {
    for (const repair of this.#repairs.values()) repair.callOff?.();
    this.#repairs.clear();
  }

  async #run(name: string, repair: Repair): Promise<void> {
    try {
      do {
        repair.again = false;
        await repair.work();
      } while (repair.again && this.#repairs.get(name) === repair);
    } catch (error) {
      if (this.#repairs.get(name) !== repair || error instanceof Outdated) return;
      if (error instanceof ChatError && retryOf(error.code) !== "no") {
        const wait = repair.backoff.next(error.details.after);
        repair.callOff = this.environment.after(wait, () => void this.#run(name, repair));
        return;
      }
      this.#repairs.delete(name);
      // The end of a session is told by the session; anything else is a bug and must be seen.
      if (!(error instanceof ChatError)) throw error;
      return;
    }
    if (this.#repairs.get(name) === repair) this.#repairs.delete(name);
  }
}
