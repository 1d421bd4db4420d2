import { ChatError } from "@parley/protocol/errors";

/** Lets so many do something at once, and so many wait for it; one more is told to come again. */
export class Turns {
  private working = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limit: { atOnce: number; mostWaiting: number }) {}

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.turn();
    try {
      return await work();
    } finally {
      const following = this.waiting.shift();
      if (following) following();
      else this.working--;
    }
  }

  private async turn(): Promise<void> {
    if (this.working < this.limit.atOnce) {
      this.working++;
      return;
    }
    if (this.waiting.length >= this.limit.mostWaiting)
      throw new ChatError("rate_limited", "many are waiting for this: come again", { after: 10 });
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
