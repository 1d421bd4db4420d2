import { ChatError } from "@parley/protocol/errors";
import type { Clock } from "./clock.ts";
import {
  CollisionError,
  type Database,
  SavepointCollisionError,
  StoreBrokenError,
  StoreFullError,
  type TransactionSql,
} from "./database.ts";

/** Operations in one commit, at most. */
const batchOperations = 512;
/** Milliseconds after which a batch takes no further operation: others wait for the same processor. */
const batchMilliseconds = 20;
/** Operations that may wait; one more is told to come again. */
const queueLimit = 20_000;
/** Milliseconds for which a full disk is believed full without another try. */
const fullFor = 1_000;
const collisionTries = 8;

/** One operation's part of a transaction. `Change` is what others are told of once it is committed. */
export interface WriteTx<Tables, Change> {
  readonly sql: TransactionSql<Tables>;
  /** Milliseconds since 1970 UTC, when this operation began. */
  readonly now: number;
  /** Told to everyone after the commit, in this order. */
  announce(change: Change): void;
}

interface Operation<Tables, Change> {
  work: (tx: WriteTx<Tables, Change>) => Promise<unknown>;
  succeed: (result: unknown, changes: readonly Change[]) => void;
  fail: (error: unknown) => void;
}

export interface WriterOptions<Tables, Change> {
  database: Database<Tables>;
  clock: Clock;
  /** Called once for each commit with everything it changed, before anyone is answered. */
  onCommit: (changes: readonly Change[]) => void;
  /** Called after everyone in a batch has been answered. */
  onSettled: () => void;
  /** The outcome of a commit is unknown: answer nothing more and stop. */
  onBroken: (error: Error) => void;
}

interface Waiting<Tables, Change> extends Operation<Tables, Change> {
  lane: number;
}

interface Lane<Tables, Change> {
  queue: Waiting<Tables, Change>[];
  /** Taken from the queue before, and carried out before anything else is. */
  round: Waiting<Tables, Change>[];
  busy: boolean;
}

type Outcome<Change> = { result: unknown; changes: Change[] } | { error: unknown };

/**
 * The only way to change the store. Operations that wait for the same lane share a commit (and its sync to the disk);
 * each has a savepoint of its own, so that one refusal does not hurt the others. An answer leaves after the commit.
 */
export class Writer<Tables, Change> {
  private readonly lanes: Lane<Tables, Change>[];
  private waiting = 0;
  private fullUntil = 0;
  private broken = false;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: WriterOptions<Tables, Change>) {
    this.lanes = Array.from({ length: options.database.lanes }, () => ({
      ...{ queue: [], round: [], busy: false },
    }));
  }

  /** Carries `work` out in a transaction. Operations with the same lane number keep their order. */
  write<Result>(
    work: (tx: WriteTx<Tables, Change>) => Promise<Result>,
    options: { lane?: number } = {},
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.enqueue({ work, succeed: (result) => resolve(result as Result), fail: reject }, options.lane);
    });
  }

  /** Like `write`, but answers by callback, before `onSettled` of the same commit. */
  enqueue(operation: Operation<Tables, Change>, lane = 0): void {
    const refusal = this.refusal();
    if (refusal) {
      operation.fail(refusal);
      return;
    }
    const target = this.lanes[lane % this.lanes.length];
    if (!target) throw new RangeError(`no lane ${lane}`);
    this.waiting++;
    const { work, succeed, fail } = operation;
    target.queue.push({ work, succeed, fail, lane });
    if (!target.busy) this.schedule(target);
  }

  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void> {
    if (this.waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private refusal(): ChatError | null {
    if (this.options.clock.monotonic() < this.fullUntil) return diskFull();
    if (this.waiting >= queueLimit) return new ChatError("unavailable", "the server is busy", { after: 1 });
    return null;
  }

  /** Begins after the frames that arrived together have all been read, so that they share a commit. */
  private schedule(lane: Lane<Tables, Change>): void {
    lane.busy = true;
    setImmediate(() => {
      this.commitNext(lane).catch((error) => this.breakDown(error));
    });
  }

  private async commitNext(lane: Lane<Tables, Change>): Promise<void> {
    const taken = this.take(lane);
    const outcomes: Outcome<Change>[] = [];
    try {
      await this.options.database.transaction((sql) => this.attemptAll(sql, taken, outcomes));
    } catch (error) {
      await this.recover(taken.slice(0, Math.max(outcomes.length, 1)), error, outcomes);
    }
    if (this.broken) return;
    lane.round = taken.splice(outcomes.length);
    this.settle(taken, outcomes);
    if (lane.round.length > 0 || lane.queue.length > 0) this.schedule(lane);
    else lane.busy = false;
    if (this.waiting === 0) for (const done of this.idleWaiters.splice(0)) done();
  }

  private take(lane: Lane<Tables, Change>): Waiting<Tables, Change>[] {
    if (lane.round.length > 0) return lane.round.splice(0);
    const taken = lane.queue.splice(0, batchOperations);
    // Whoever locks the same rows as another node does so in the same order: neither waits for the other for ever.
    if (this.lanes.length > 1) taken.sort((one, other) => one.lane - other.lane);
    return taken;
  }

  private async attemptAll(
    sql: TransactionSql<Tables>,
    operations: readonly Operation<Tables, Change>[],
    outcomes: Outcome<Change>[],
  ): Promise<void> {
    const began = this.options.clock.monotonic();
    for (const operation of operations) {
      try {
        outcomes.push(await this.attempt(sql, operation));
      } catch (error) {
        // What came before is kept. This one begins the next batch: then it holds nothing that others wait for.
        if (error instanceof SavepointCollisionError && outcomes.length > 0) return;
        throw error;
      }
      if (this.options.clock.monotonic() - began > batchMilliseconds) return;
    }
  }

  private async attempt(
    sql: TransactionSql<Tables>,
    operation: Operation<Tables, Change>,
  ): Promise<Outcome<Change>> {
    const changes: Change[] = [];
    const tx = {
      sql,
      now: this.options.clock.now(),
      announce: (change: Change) => void changes.push(change),
    };
    try {
      return { result: await sql.savepoint(() => operation.work(tx)), changes };
    } catch (error) {
      if (endsBatch(error)) throw error;
      return { error };
    }
  }

  /** The batch did not commit: each of its operations is answered, and those that only collided are tried alone. */
  private async recover(
    operations: readonly Operation<Tables, Change>[],
    error: unknown,
    outcomes: Outcome<Change>[],
  ): Promise<void> {
    outcomes.length = 0;
    if (error instanceof StoreBrokenError) return this.breakDown(error);
    if (error instanceof StoreFullError) {
      this.fullUntil = this.options.clock.monotonic() + fullFor;
      for (const _ of operations) outcomes.push({ error: diskFull() });
    } else if (error instanceof CollisionError) {
      for (const operation of operations) outcomes.push(await this.retryAlone(operation));
    } else {
      for (const _ of operations) outcomes.push({ error });
    }
  }

  private async retryAlone(operation: Operation<Tables, Change>): Promise<Outcome<Change>> {
    let last: unknown;
    for (let attempt = 0; attempt < collisionTries; attempt++) {
      try {
        return await this.options.database.transaction((sql) => this.attempt(sql, operation));
      } catch (error) {
        last = error;
        if (!(error instanceof CollisionError)) break;
      }
    }
    if (last instanceof StoreBrokenError) this.breakDown(last);
    return { error: last instanceof StoreFullError ? diskFull() : last };
  }

  /** Everyone learns of the changes before anyone is answered. */
  private settle(
    operations: readonly Operation<Tables, Change>[],
    outcomes: readonly Outcome<Change>[],
  ): void {
    this.waiting -= operations.length;
    const changes = outcomes.flatMap((outcome) => ("changes" in outcome ? outcome.changes : []));
    if (changes.length > 0) this.options.onCommit(changes);
    operations.forEach((operation, index) => {
      const outcome = outcomes[index] ?? { error: new Error("an operation of the batch has no outcome") };
      if ("changes" in outcome) operation.succeed(outcome.result, outcome.changes);
      else operation.fail(outcome.error);
    });
    this.options.onSettled();
  }

  private breakDown(error: unknown): void {
    this.broken = true;
    this.options.onBroken(error instanceof Error ? error : new Error(String(error)));
  }
}

function endsBatch(error: unknown): boolean {
  return (
    error instanceof StoreBrokenError || error instanceof StoreFullError || error instanceof CollisionError
  );
}

function diskFull(): ChatError {
  return new ChatError("unavailable", "the disk is full: nothing can be stored until there is room", {
    after: 5,
  });
}
