import { ChatError } from "@parley/protocol/errors";
import type { Clock } from "./clock.ts";

/** Keys remembered. */
const mostKeys = 50_000;

/** At most so many of something for each key within a time; the oldest keys are forgotten past a bound. */
export class Quota {
  private readonly taken = new Map<string, number[]>();

  constructor(
    private readonly clock: Clock,
    private readonly limit: { times: number; within: number },
  ) {}

  /** Takes one, or throws `rate_limited`; what is answered gives it back. */
  take(key: string): () => void {
    const now = this.clock.monotonic();
    const { times, within } = this.limit;
    const recent = (this.taken.get(key) ?? []).filter((at) => now - at < within);
    const oldest = recent[0];
    if (oldest !== undefined && recent.length >= times) throw tooOften((oldest + within - now) / 1000);
    this.taken.delete(key);
    this.taken.set(key, [...recent, now]);
    if (this.taken.size > mostKeys) {
      const [first] = this.taken.keys();
      if (first !== undefined) this.taken.delete(first);
    }
    return () => this.giveBack(key, now);
  }

  private giveBack(key: string, at: number): void {
    const left = this.taken.get(key) ?? [];
    const index = left.indexOf(at);
    if (index >= 0) left.splice(index, 1);
    if (left.length === 0) this.taken.delete(key);
  }
}

export function tooOften(seconds: number): ChatError {
  const after = Math.max(1, Math.ceil(seconds));
  return new ChatError("rate_limited", "too many tries: wait before the next", { after });
}
