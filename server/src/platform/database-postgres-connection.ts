import type { ReservedSQL, SQL } from "bun";
import type { Compilable, Kysely } from "kysely";
import {
  bind,
  CollisionError,
  isStatement,
  SavepointCollisionError,
  type Sql,
  type Statement,
  type TransactionSql,
} from "./database.ts";
import { asStoreError, isConnectionLost } from "./database-postgres-errors.ts";

export interface PostgresOptions {
  /** Columns whose numbers arrive as text although they are integers: sums of bigints. */
  integerColumns: ReadonlySet<string>;
  /** Under which the database server lists the connections of this program. */
  applicationName?: string;
}

/** What the driver answers: rows, and how many there are or were changed. */
type Answer = Record<string, unknown>[] & { count: number; command: string };

export class PostgresConnection<Tables> implements Sql<Tables> {
  readonly engine = "postgres";

  constructor(
    protected readonly sql: SQL | ReservedSQL,
    readonly build: Kysely<Tables>,
    private readonly options: PostgresOptions,
  ) {}

  async rows<Row>(query: Compilable<Row> | Statement<Row>): Promise<Row[]> {
    const answer = await this.carryOut(query);
    this.convert(answer);
    return answer as unknown as Row[];
  }

  async first<Row>(query: Compilable<Row> | Statement<Row>): Promise<Row | undefined> {
    return (await this.rows(query))[0];
  }

  async run(query: Compilable<unknown> | Statement<unknown>): Promise<number> {
    return (await this.carryOut(query)).count;
  }

  private carryOut(query: Compilable<unknown> | Statement<unknown>): Promise<Answer> {
    return this.statement(query) as unknown as Promise<Answer>;
  }

  protected statement(query: Compilable<unknown> | Statement<unknown>): SQL.Query<unknown> {
    if (isStatement(query)) {
      const { text, values } = query.plan.text("postgres", this.build);
      return this.sql.unsafe(text, bind(values, query.params));
    }
    const compiled = query.compile();
    return this.sql.unsafe(compiled.sql, [...compiled.parameters]);
  }

  /** Rows as SQLite hands them over: integers as numbers, bytes as plain arrays. */
  private convert(rows: Answer): void {
    const first = rows[0];
    if (!first) return;
    const { integerColumns } = this.options;
    for (const [name, value] of Object.entries(first)) {
      const isTextual = typeof value === "string";
      if (isTextual ? !integerColumns.has(name) : isPlain(value)) continue;
      for (const row of rows) row[name] = converted(row[name], integerColumns.has(name));
    }
  }
}

/** Null tells nothing of what the other rows hold in its place. */
function isPlain(value: unknown): boolean {
  return value !== null && typeof value !== "bigint" && !Buffer.isBuffer(value);
}

function converted(value: unknown, isInteger: boolean): unknown {
  if (typeof value === "bigint" || (isInteger && typeof value === "string")) return safeInteger(value);
  return Buffer.isBuffer(value) ? new Uint8Array(value) : value;
}

function safeInteger(value: bigint | string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError("an integer beyond 2^53 came from the database");
  return number;
}

/** Milliseconds that a transaction holding locks waits for another's: two that wait for each other must not do so long. */
const waitHolding = 100;

/**
 * A transaction open on a connection. What nobody needs an answer to is sent without waiting, so that it costs no round
 * trip; what became of it is looked at before anything is said to be committed.
 */
export class PostgresTransaction<Tables>
  extends PostgresConnection<Tables>
  implements TransactionSql<Tables>
{
  private readonly sent: Promise<unknown>[] = [];
  private savepoints = 0;
  /** The numbers of those that are open, the innermost last. */
  private readonly open: number[] = [];
  /** The first of what nobody waits for that failed, and the savepoint it was in. */
  private failure: { error: unknown; savepoint: number } | null = null;

  constructor(
    private readonly connection: ReservedSQL,
    build: Kysely<Tables>,
    options: PostgresOptions,
  ) {
    super(connection, build, options);
  }

  runAhead(query: Compilable<unknown> | Statement<unknown>): void {
    this.send(this.statement(query));
  }

  async savepoint<Result>(work: () => Promise<Result>): Promise<Result> {
    const number = ++this.savepoints;
    if (number === 2) this.send(this.connection.unsafe(`SET LOCAL lock_timeout = ${waitHolding}`));
    this.send(this.connection`SAVEPOINT s`);
    this.open.push(number);
    try {
      const result = await work();
      // An inner savepoint of the same name hides the outer one until it is released.
      this.send(this.connection`RELEASE SAVEPOINT s`);
      return result;
    } catch (error) {
      throw await this.undone(number, error);
    } finally {
      this.open.pop();
    }
  }

  /** One statement as it is, in the simple protocol: for migrations. */
  async execute(text: string): Promise<unknown[]> {
    return (await this.connection.unsafe(text)) as unknown[];
  }

  /**
   * Postgres answers the COMMIT of a transaction that has failed with ROLLBACK and no error. When the answer to COMMIT
   * is lost nobody knows what became of it: that is a plain error, and the caller repeats its operation under the same key.
   */
  async commit(): Promise<void> {
    const commit = this.connection`COMMIT`.execute() as unknown as Promise<Answer>;
    const [answer] = await Promise.allSettled([commit, ...this.sent]);
    if (answer.status === "rejected") {
      if (!isConnectionLost(answer.reason)) throw asStoreError(answer.reason);
      throw new Error("the connection was lost during the commit", { cause: answer.reason });
    }
    if (answer.value.command === "COMMIT") return;
    if (this.failure) throw asFailedAhead(this.failure.error);
    throw new Error("the transaction had failed before its commit and was undone");
  }

  async rollback(): Promise<void> {
    // A connection that is gone has been rolled back by the server.
    await Promise.allSettled([...this.sent, this.connection`ROLLBACK`]);
  }

  /** Undoes a savepoint, and answers the error that tells what is left of the transaction. */
  private async undone(number: number, error: unknown): Promise<unknown> {
    await Promise.allSettled(this.sent);
    // This savepoint was never made. Rolling back would undo an earlier one, which was said to be done.
    if (this.failure && this.failure.savepoint < number) return asFailedAhead(this.failure.error);
    const cause = this.failure?.error ?? error;
    const failure = asStoreError(cause);
    if (isConnectionLost(cause)) return failure;
    this.failure = null;
    this.send(this.connection`ROLLBACK TO SAVEPOINT s`);
    this.send(this.connection`RELEASE SAVEPOINT s`);
    if (!(failure instanceof CollisionError)) return failure;
    return new SavepointCollisionError(failure.message, { cause: failure.cause });
  }

  private send(command: { execute(): unknown }): void {
    const savepoint = this.open.at(-1) ?? 0;
    const sent = (command.execute() as Promise<unknown>).catch((error: unknown) => {
      this.failure ??= { error, savepoint };
    });
    this.sent.push(sent);
  }
}

/** Whoever was told that it is done is carried out again: what failed then fails for itself alone. */
function asFailedAhead(error: unknown): CollisionError {
  const failure = asStoreError(error);
  if (failure instanceof CollisionError) return failure;
  return new CollisionError("a change that nobody waited for failed", { cause: error });
}
