import type { ReservedSQL, SQL } from "bun";
import type { Compilable, Kysely } from "kysely";
import { bind, isStatement, type Sql, type Statement, type TransactionSql } from "./database.ts";
import { asStoreError, isConnectionLost } from "./database-postgres-errors.ts";

export interface PostgresOptions {
  /** Columns whose numbers arrive as text although they are integers: sums of bigints. */
  integerColumns: ReadonlySet<string>;
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
    if (isStatement(query)) {
      const { text, values } = query.plan.text("postgres", this.build);
      return this.sql.unsafe(text, bind(values, query.params)) as unknown as Promise<Answer>;
    }
    const compiled = query.compile();
    return this.sql.unsafe(compiled.sql, [...compiled.parameters]) as unknown as Promise<Answer>;
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

/**
 * A transaction open on a connection. Commands that answer nothing are sent without waiting, so that they cost no
 * round trip; what became of them is looked at before the commit counts.
 */
export class PostgresTransaction<Tables>
  extends PostgresConnection<Tables>
  implements TransactionSql<Tables>
{
  private readonly commands: Promise<unknown>[] = [];

  constructor(
    private readonly connection: ReservedSQL,
    build: Kysely<Tables>,
    options: PostgresOptions,
  ) {
    super(connection, build, options);
  }

  async savepoint<Result>(work: () => Promise<Result>): Promise<Result> {
    this.send(this.connection`SAVEPOINT s`);
    try {
      const result = await work();
      // An inner savepoint of the same name hides the outer one until it is released.
      this.send(this.connection`RELEASE SAVEPOINT s`);
      return result;
    } catch (error) {
      this.send(this.connection`ROLLBACK TO SAVEPOINT s`);
      this.send(this.connection`RELEASE SAVEPOINT s`);
      throw asStoreError(error);
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
    const [answer, ...commands] = await Promise.allSettled([commit, ...this.commands]);
    if (answer.status === "rejected") {
      if (!isConnectionLost(answer.reason)) throw asStoreError(answer.reason);
      throw new Error("the connection was lost during the commit", { cause: answer.reason });
    }
    if (answer.value.command === "COMMIT") return;
    const failed = commands.find((command) => command.status === "rejected");
    if (failed) throw asStoreError(failed.reason);
    throw new Error("the transaction had failed before its commit and was undone");
  }

  async rollback(): Promise<void> {
    // A connection that is gone has been rolled back by the server.
    await Promise.allSettled([...this.commands, this.connection`ROLLBACK`]);
  }

  private send(command: { execute(): unknown }): void {
    const sent = command.execute() as Promise<unknown>;
    sent.catch(() => undefined);
    this.commands.push(sent);
  }
}
