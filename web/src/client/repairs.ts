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
  /** While it waits for its next try: how to call that off. */
  callOff?: (() => void) | undefined;
}

/** Work by name: one at a time of a name, once more if it is asked for meanwhile, and again when it could not be done. */
export class Repairs {
  readonly #repairs = new Map<string, Repair>();

  constructor(private readonly environment: Pick<Environment, "after" | "random">) {}

  need(name: string, work: () => Promise<void>): void {
    const present = this.#repairs.get(name);
    if (present) {
      present.work = work;
      present.again = true;
      return;
    }
    const repair: Repair = { work, again: false, backoff: new Backoff(this.environment.random) };
    this.#repairs.set(name, repair);
    void this.#run(name, repair);
  }

  /** The server is there again: what waits need not wait any longer. */
  hurry(): void {
    for (const [name, repair] of [...this.#repairs]) {
      if (!repair.callOff) continue;
      repair.callOff();
      void this.#run(name, repair);
    }
  }

  clear(): void {
    for (const repair of this.#repairs.values()) repair.callOff?.();
    this.#repairs.clear();
  }

  async #run(name: string, repair: Repair): Promise<void> {
    repair.callOff = undefined;
    const isWanted = () => this.#repairs.get(name) === repair;
    try {
      do {
        repair.again = false;
        await repair.work();
      } while (repair.again && isWanted());
    } catch (error) {
      if (!isWanted()) return;
      if (error instanceof ChatError && retryOf(error.code) !== "no") {
        const wait = repair.backoff.next(error.details.after);
        repair.callOff = this.environment.after(wait, () => void this.#run(name, repair));
        return;
      }
      this.#repairs.delete(name);
      // The end of a session is told by the session; anything but the server's refusal is a bug and must be seen.
      if (!(error instanceof ChatError || error instanceof Outdated)) throw error;
      return;
    }
    if (isWanted()) this.#repairs.delete(name);
  }
}
