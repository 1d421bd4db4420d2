import type { Change, Context } from "../../context.ts";
import type { Push } from "../../platform/push.ts";
import { deliver } from "./push-delivery.ts";
import { closeSettled, leaseDue, nextDue } from "./push-delivery-rows.ts";
import { expandQueue } from "./push-queue.ts";
import { leaseReminders, nextReminder } from "./push-reminder-rows.ts";
import { deliverReminder } from "./push-reminders.ts";
import { deleteOfEnded } from "./push-rows.ts";
import { settling } from "./push-rules.ts";

/** Pushes on their way at once. */
const atOnce = 32;
/** Milliseconds for which one node alone deals with a delivery: far longer than one takes. */
const lease = 60_000;
/** Milliseconds for which what happens is gathered, and after which it is looked whether something was left. */
const gather = 50;
const lookEvery = 30_000;

/**
 * PUSH-5 to PUSH-10. Carries what was said to the devices of people who look elsewhere. What is to be done stands in the
 * database: it goes on where it was when the server starts again, and of several nodes one does each thing.
 */
export class PushSender {
  private timer: Timer | null = null;
  private dueAt = Number.POSITIVE_INFINITY;
  private looking: Timer | null = null;
  private working: Promise<void> = Promise.resolve();
  private readonly onTheirWay = new Set<Promise<void>>();
  private isToSettle = true;
  private stopped = false;

  constructor(
    private readonly context: Context,
    private readonly push: Push,
  ) {}

  start(): void {
    this.looking = setInterval(() => {
      this.isToSettle = true;
      this.wake(0);
    }, lookEvery);
    this.looking.unref();
    this.wake(0);
  }

  /** Called with what was committed. */
  committed(changes: readonly Change[]): void {
    if (changes.some(mayEnd)) this.isToSettle = true;
    if (this.isToSettle || changes.some(isNews)) this.wake(gather);
  }

  /** Resolves when nothing is left that is due now. */
  async settled(): Promise<void> {
    this.isToSettle = true;
    for (;;) {
      const before = this.onTheirWay.size;
      const isMore = await this.round();
      const after = this.onTheirWay.size;
      await Promise.all(this.onTheirWay);
      // What arrived meanwhile may have kept something else waiting.
      if (!isMore && before + after === 0) return;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    if (this.looking) clearInterval(this.looking);
    await this.working;
    await Promise.all(this.onTheirWay);
  }

  private wake(after: number): void {
    const at = this.context.clock.monotonic() + after;
    if (this.stopped || (this.timer && this.dueAt <= at)) return;
    if (this.timer) clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.round();
    }, after);
    this.timer.unref();
  }

  /** One at a time; answers whether anything was done. */
  private round(): Promise<boolean> {
    const done = this.working.then(() => this.attempt());
    this.working = done.then(() => undefined);
    return done;
  }

  private async attempt(): Promise<boolean> {
    if (this.stopped) return false;
    try {
      await this.settleRead();
      const hasMore = await expandQueue(this.context);
      const sent = await this.sendDue();
      if (hasMore) this.wake(0);
      else await this.sleep();
      return hasMore || sent > 0;
    } catch (error) {
      // What was to be done is still in the database.
      this.context.logger.warn("push.not_sent", { error });
      this.wake(lookEvery);
      return false;
    }
  }

  private async settleRead(): Promise<void> {
    if (!this.isToSettle) return;
    this.isToSettle = false;
    await this.context.writer.write(async (tx) => {
      await tx.sql.run(deleteOfEnded({ now: tx.now }));
      await tx.sql.run(closeSettled({ now: tx.now, due: tx.now + settling }));
    });
  }

  private async sendDue(): Promise<number> {
    const limit = atOnce - this.onTheirWay.size;
    if (limit <= 0) return 0;
    const { writer } = this.context;
    const [reminders, rows] = await writer.write(async (tx) => {
      const leased = { now: tx.now, until: tx.now + lease };
      const first = await tx.sql.rows(leaseReminders({ ...leased, limit }));
      const left = limit - first.length;
      return [first, left > 0 ? await tx.sql.rows(leaseDue({ ...leased, limit: left })) : []] as const;
    });
    for (const row of reminders) this.begin(deliverReminder(this.context, this.push, row));
    for (const row of rows) this.begin(deliver(this.context, this.push, row));
    return reminders.length + rows.length;
  }

  private begin(work: Promise<void>): void {
    const sending = work
      .catch((error: unknown) => this.context.logger.warn("push.not_sent", { error }))
      .finally(() => {
        this.onTheirWay.delete(sending);
        this.wake(0);
      });
    this.onTheirWay.add(sending);
  }

  /** Until the next one is due. */
  private async sleep(): Promise<void> {
    const { database } = this.context;
    const found = [await database.first(nextDue({})), await database.first(nextReminder({}))];
    const moments = found.flatMap((row) => (typeof row?.at === "number" ? [row.at] : []));
    if (moments.length === 0 || this.onTheirWay.size >= atOnce) return;
    const at = Math.min(...moments);
    this.wake(Math.min(Math.max(at - this.context.clock.now(), gather), lookEvery));
  }
}

function isNews(change: Change): boolean {
  if (change.log === "room") return change.event.kind === "message.sent";
  return (
    change.log === "user" && change.event.kind === "reminder.set" && change.event.reminder?.state === "due"
  );
}

/** What may take a notification back, or a device away. */
function mayEnd(change: Change): boolean {
  if (change.log === "mark" || change.log === "library") return false;
  const { kind } = change.event;
  if (change.log === "room") return kind === "message.deleted" || kind === "room.deleted";
  return (
    kind === "room.marked" || kind === "thread.set" || kind === "room.disappeared" || kind === "session.ended"
  );
}
