import { type Compilable, type Kysely, type RawBuilder, sql } from "kysely";

export type Engine = "sqlite" | "postgres";

/** A query that was compiled once, with the values for this run. */
export interface Statement<Row> {
  readonly plan: Plan;
  readonly params: Record<string, unknown>;
  /** Only its type is used. */
  readonly row?: Row;
}

/** A connection, or a transaction open on one. Queries are composed with `build` and carried out here. */
export interface Sql<Tables> {
  readonly engine: Engine;
  /** Composes queries for this engine; nothing is ever executed through it. */
  readonly build: Kysely<Tables>;
  rows<Row>(query: Compilable<Row> | Statement<Row>): Promise<Row[]>;
  first<Row>(query: Compilable<Row> | Statement<Row>): Promise<Row | undefined>;
  /** For a query whose rows nobody needs; answers how many rows it changed. */
  run(query: Compilable<unknown> | Statement<unknown>): Promise<number>;
}

/** A transaction: what it did is all there, or none of it. */
export interface TransactionSql<Tables> extends Sql<Tables> {
  /**
   * Like `run`, for a change that cannot be refused: nobody waits for its answer, which costs a round trip. It is carried
   * out in its turn, and if it failed the transaction does not commit.
   */
  runAhead(query: Compilable<unknown> | Statement<unknown>): void;
  /** Carries `work` out; when it throws, only what it did is undone. */
  savepoint<Result>(work: () => Promise<Result>): Promise<Result>;
}

export interface Database<Tables> extends Sql<Tables> {
  /** How many transactions may usefully be open at once. */
  readonly lanes: number;
  /** Carries `work` out in one transaction. When it returns, what it did is on the disk. */
  transaction<Result>(work: (tx: TransactionSql<Tables>) => Promise<Result>): Promise<Result>;
  /** Several statements without parameters, for migrations, inside one transaction that no other node enters. */
  migrate(work: (execute: (text: string) => Promise<unknown[]>) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The store refused because there is no room left; nothing of the transaction took effect. */
export class StoreFullError extends Error {}

/** The store cannot be reached; nothing took effect. */
export class StoreDownError extends Error {}

/** The transaction collided with another one and took no effect; carried out again it may succeed. */
export class CollisionError extends Error {}

/** Only what a savepoint did collided and was undone: the transaction can go on and commit without it. */
export class SavepointCollisionError extends CollisionError {}

/** The outcome of the last commit is unknown: the process must stop and the store be opened anew. */
export class StoreBrokenError extends Error {}

class Slot {
  constructor(readonly name: string) {}
}

/** A query's text and where its values go, compiled once for each engine. */
export class Plan {
  private readonly compiled = new Map<Engine, { text: string; values: readonly unknown[] }>();

  // biome-ignore lint/suspicious/noExplicitAny: a plan is built for whatever tables its caller has
  constructor(private readonly compose: (build: Kysely<any>) => Compilable<unknown>) {}

  // biome-ignore lint/suspicious/noExplicitAny: as above
  text(engine: Engine, build: Kysely<any>): { text: string; values: readonly unknown[] } {
    let found = this.compiled.get(engine);
    if (!found) {
      const query = this.compose(build).compile();
      found = { text: query.sql, values: query.parameters };
      this.compiled.set(engine, found);
    }
    return found;
  }
}

export function bind(values: readonly unknown[], params: Record<string, unknown>): unknown[] {
  const bound = new Array<unknown>(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    bound[index] = value instanceof Slot ? params[value.name] : value;
  }
  return bound;
}

/**
 * Composes a query once and for all; `param(name)` stands for a value given at each run. For every query on a path
 * that is walked often: composing costs ten times what carrying out does.
 */
export function preparer<Tables>() {
  return <Params extends object, Row = unknown>(
    compose: (
      build: Kysely<Tables>,
      param: <Name extends keyof Params & string>(name: Name) => RawBuilder<Params[Name]>,
    ) => Compilable<Row>,
  ): ((params: Params) => Statement<Row>) => {
    const plan = new Plan((build) => compose(build, (name) => sql`${new Slot(name)}`));
    return (params) => ({ plan, params: params as Record<string, unknown> });
  };
}

export function isStatement<Row>(query: Compilable<Row> | Statement<Row>): query is Statement<Row> {
  return (query as Statement<Row>).plan instanceof Plan;
}
