/** Milliseconds. */
const first = 1_000;
const step = 500;
const longest = 30_000;

/** LINK-1. How long to wait before the next try: by chance, so that many clients do not come back at once. */
export class Backoff {
  #tries = 0;

  constructor(private readonly random: () => number) {}

  /** Milliseconds; `after` is what the server asked for, in seconds. */
  next(after = 0): number {
    const span = this.#tries === 0 ? first : Math.min(longest, step * 2 ** this.#tries);
    this.#tries += 1;
    return after * 1000 + this.random() * span;
  }

  reset(): void {
    this.#tries = 0;
  }
}
