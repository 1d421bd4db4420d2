import type { Change, Context } from "../../context.ts";
import { isWorkLeft } from "./search-index-rows.ts";
import { indexSlice } from "./search-index-slices.ts";

/** Milliseconds for which messages are gathered: one slice of many costs far less than many of one. */
const gather = 250;
/** Milliseconds between slices when there are more, at least and at most. */
const pauses = { least: 25, most: 5_000 } as const;
/** How much longer a pause is than the slice before it took: people's own messages come first. */
const share = 9;
/** Milliseconds after which it is looked whether another node left something. */
const lookEvery = 60_000;

/** SEARCH-7. Moves messages from the queue into the index, and goes on where it was when the server starts again. */
export class SearchIndexer {
  private timer: Timer | null = null;
  private looking: Timer | null = null;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly context: Pick<Context, "writer" | "database" | "logger" | "clock">) {}

  start(): void {
    this.looking = setInterval(() => this.wake(), lookEvery);
    this.looking.unref();
    this.wake();
  }

  /** Called with what was committed. */
  committed(changes: readonly Change[]): void {
    if (changes.some(isOfMessages)) this.wake();
  }

  /** Resolves when everything is in the index. */
  async settled(): Promise<void> {
    while (await this.work());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    if (this.looking) clearInterval(this.looking);
    await this.working;
  }

  private wake(after = gather): void {
    if (this.timer || this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.round();
    }, after);
    this.timer.unref();
  }

  private async round(): Promise<void> {
    let isMore = false;
    const { clock } = this.context;
    const begun = clock.monotonic();
    try {
      isMore = await this.work();
    } catch (error) {
      // What was to be done is still in the queue.
      this.context.logger.warn("search.not_indexed", { error });
    }
    this.timer = null;
    // A slice that had to wait for others took long as well: the busier the server, the longer the pause.
    const pause = (clock.monotonic() - begun) * share;
    if (isMore) this.wake(Math.min(Math.max(pause, pauses.least), pauses.most));
  }

  /** Answers whether there is more to do. */
  private async work(): Promise<boolean> {
    const { writer, database } = this.context;
    if (!(await isWorkLeft(database))) return false;
    await writer.write((tx) => indexSlice(tx));
    return true;
  }
}

function isOfMessages(change: Change): boolean {
  if (change.log !== "room") return false;
  const { kind } = change.event;
  return (
    kind === "message.sent" ||
    kind === "message.edited" ||
    kind === "message.deleted" ||
    kind === "room.deleted"
  );
}
