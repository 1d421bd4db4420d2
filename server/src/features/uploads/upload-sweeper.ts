import type { Change, Context } from "../../context.ts";
import { forgetLostBytes, sweepUploads } from "./uploads-sweep.ts";

/** FILE-7. After a commit that took files away, their bytes go too; what a stop left behind goes later. */
export class UploadSweeper {
  private working: Promise<void> = Promise.resolve();
  private isDue = false;
  private stopped = false;

  constructor(private readonly context: Context) {}

  /** Called with what was committed. */
  committed(changes: readonly Change[]): void {
    if (changes.some(mayFree)) this.wake();
  }

  /** Of what has been left behind, whoever left it. */
  tidy(): void {
    this.wake();
    this.working = this.working.then(() => this.attempt(() => forgetLostBytes(this.context)));
  }

  /** Resolves when everything that was due is done. */
  settled(): Promise<void> {
    return this.working;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.working;
  }

  private wake(): void {
    if (this.isDue || this.stopped) return;
    this.isDue = true;
    this.working = this.working.then(() => {
      this.isDue = false;
      return this.attempt(() => sweepUploads(this.context));
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      if (!this.stopped) await work();
    } catch (error) {
      // It is still marked as no longer needed.
      this.context.logger.warn("upload.not_swept", { error });
    }
  }
}

function mayFree(change: Change): boolean {
  if (change.log !== "room") return false;
  const { kind } = change.event;
  return kind === "message.deleted" || kind === "room.deleted";
}
