import { ChatError } from "@parley/protocol/errors";
import type { Clock } from "./clock.ts";
import type { Database, TransactionSql } from "./database.ts";
import {
  deleteJob,
  dueJobs,
  firstDue,
  holdLease,
  insertJob,
  type JobRow,
  putOffJob,
  takeJob,
  upsertJob,
} from "./jobs-rows.ts";
import type { Logger } from "./logger.ts";
import type { Writer, WriteTx } from "./write.ts";

export type { JobTables } from "./jobs-rows.ts";

/** Jobs that are given to the write path together, at most: others wait for them. */
const slice = 16;
/** Milliseconds that a slice is to take. */
const sliceTakes = 20;
/** Milliseconds after which it is looked whether anything has come. */
const lookEvery = 1_000;
/** Milliseconds between slices, at least and at most. */
const pauses = { least: 25, most: 5_000 } as const;
/** How much longer a pause is than the slice before it took: what people do now comes first. */
const share = 3;
/** Milliseconds for which one node does the jobs, counted from its last slice. */
const leaseFor = 10_000;
/** Milliseconds until what failed is tried again; doubled at each failure. */
const again = { first: 5_000, most: 3_600_000 } as const;

const leaseName = "jobs";

/** Carries a job out. All of it is one part of a transaction: it has happened and the job is gone, or neither. */
export type JobWork<Tables, Change> = (tx: WriteTx<Tables, Change>, subject: number) => Promise<unknown>;

export interface JobsOptions<Tables, Change> {
  database: Database<Tables>;
  writer: Writer<Tables, Change>;
  clock: Clock;
  logger: Logger;
  /** This node, told apart from all that ever were. */
  holder: string;
  kinds: Readonly<Record<string, JobWork<Tables, Change>>>;
}

/** JOB-1. From `at` (milliseconds since 1970 UTC) on the job is due; there is one of a kind and subject, which gets this time unless it is to `keep` its own. What is done in bulk waits for what is not. */
export function putJob<Tables>(
  sql: TransactionSql<Tables>,
  job: { kind: string; subject: number; lane: number; at: number; inBulk?: boolean; keep?: boolean },
): Promise<number> {
  const { inBulk = false, keep = false, ...rest } = job;
  const put = keep ? insertJob : upsertJob;
  return sql.run(put({ ...rest, in_bulk: inBulk ? 1 : 0 }));
}

/** JOB-1. Nothing is to be done any longer. While a node carries it out, this waits for what comes of it. */
export function dropJob<Tables>(
  sql: TransactionSql<Tables>,
  job: { kind: string; subject: number },
): Promise<number> {
  return sql.run(deleteJob(job));
}

/** JOB-4. The busier the server, the longer a slice takes and the pause after it. */
export function pauseAfter(took: number): number {
  return Math.min(Math.max(took * share, pauses.least), pauses.most);
}

/** JOB-4. Jobs of the next slice, when so many took so many milliseconds. */
export function sizeAfter(count: number, took: number): number {
  return Math.max(1, Math.min(slice, Math.floor((count * sliceTakes) / Math.max(took, 1))));
}

/**
 * Does what is due at its time, wherever it was put down. A job is taken out of the store by the transaction that carries
 * it out: a node that dies at any point has done all of it or nothing. The lease is for order and for the share of the
 * write path; that a job is done once does not hang on it.
 */
export class Jobs<Tables, Change> {
  private timer: Timer | null = null;
  private working: Promise<unknown> = Promise.resolve();
  private stopped = false;
  /** Jobs of the next slice. */
  private size = slice;
  private readonly kinds: readonly string[];

  constructor(private readonly options: JobsOptions<Tables, Change>) {
    this.kinds = Object.keys(options.kinds).sort();
  }

  start(): void {
    this.wakeIn(0);
  }

  /** Resolves when everything is done that is due now, and this node may do. */
  async settled(): Promise<void> {
    await this.working;
    while (await this.workSlice());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.working;
  }

  private wakeIn(milliseconds: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.round();
    }, milliseconds);
    this.timer.unref();
  }

  private async round(): Promise<void> {
    const { clock, logger } = this.options;
    const begun = clock.monotonic();
    let wait = lookEvery;
    try {
      const worked = await this.workSlice();
      wait = worked ? pauseAfter(clock.monotonic() - begun) : await this.untilNext();
    } catch (error) {
      // What was due still is.
      logger.warn("jobs.not_done", { error });
    }
    this.wakeIn(wait);
  }

  /** JOB-3. A clock that is put right is noticed at the next look. */
  private async untilNext(): Promise<number> {
    const { clock, database } = this.options;
    const next = await firstDue(database, this.kinds);
    if (next === undefined) return lookEvery;
    const left = next - clock.now();
    // Due, and with another node.
    return left <= 0 ? lookEvery : Math.min(Math.max(left, pauses.least), lookEvery);
  }

  /** Answers whether there was something to do. */
  private async workSlice(): Promise<boolean> {
    const { clock, database } = this.options;
    const jobs = await dueJobs(database, { kinds: this.kinds, now: clock.now(), limit: this.size });
    if (jobs.length === 0 || !(await this.isMine())) return false;
    const begun = clock.monotonic();
    const outcomes = await Promise.allSettled(jobs.map((job) => this.carryOut(job)));
    this.size = sizeAfter(jobs.length, clock.monotonic() - begun);
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) throw failure.reason;
    return outcomes.some((outcome) => outcome.status === "fulfilled" && outcome.value === "done");
  }

  /** JOB-2. An SQLite store has one server, which waits for no other. */
  private async isMine(): Promise<boolean> {
    const { clock, writer, holder, database } = this.options;
    if (database.engine === "sqlite") return true;
    const now = clock.now();
    const lease = { name: leaseName, holder, now, until: now + leaseFor };
    return (await writer.write((tx) => tx.sql.first(holdLease(lease)))) !== undefined;
  }

  private async carryOut(job: JobRow): Promise<"done" | "later"> {
    const { writer, clock, kinds, logger } = this.options;
    const { id, kind, subject_id: subject, lane } = job;
    const now = clock.now();
    try {
      await writer.write(
        async (tx) => {
          if (await takeJob(tx.sql, { id, now })) await kinds[kind]?.(tx, subject);
        },
        { lane },
      );
      return "done";
    } catch (error) {
      if (error instanceof ChatError && error.code === "unavailable") return "later";
      // Named by kind and id: what it is about is nobody's business.
      logger.error("job.failed", { kind, job: id, error });
      const at = clock.now() + Math.min(again.first * 2 ** job.tries, again.most);
      await writer.write((tx) => tx.sql.run(putOffJob({ id, before: now, at })));
      return "done";
    }
  }
}
