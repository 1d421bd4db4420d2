import type { ServerFrame } from "@parley/protocol/frames";
import type { Environment } from "./environment.ts";

export interface IntakeOptions {
  environment: Pick<Environment, "now" | "after">;
  take: (frame: ServerFrame) => void;
}

/** How often as long as it took to show the last of it nothing more is taken in. */
const rest = 4;
/** Milliseconds: however long that was. */
const longestRest = 250;

/**
 * LINK-9. What comes in is shown as it comes, and where showing it takes its time, in turns between which the person has
 * the page to themselves: however lively a room is, most of the time is left for who types in it.
 */
export class Intake {
  readonly #waiting: ServerFrame[] = [];
  #restsUntil = 0;
  #callOff: (() => void) | undefined;

  constructor(private readonly options: IntakeOptions) {}

  hear(frame: ServerFrame): void {
    this.#waiting.push(frame);
    const { environment } = this.options;
    const left = this.#restsUntil - environment.now();
    // A clock may be set: nothing waits for a time that is further off than any rest.
    if (left <= 0 || left > longestRest) this.flush();
    else this.#callOff ??= environment.after(left, () => this.flush());
  }

  /** Takes in all that waits: nothing that follows may overtake it. */
  flush(): void {
    const { environment, take } = this.options;
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#waiting.length === 0) return;
    const began = environment.now();
    for (let frame = this.#waiting.shift(); frame; frame = this.#waiting.shift()) take(frame);
    // Whatever shows it does so before the next task.
    queueMicrotask(() => {
      const now = environment.now();
      this.#restsUntil = now + Math.min(longestRest, (now - began) * rest);
    });
  }
}
