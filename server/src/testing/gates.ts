import type { Compilable } from "kysely";
import { isStatement, type Statement } from "../platform/database.ts";
import type { Database } from "../schema/tables.ts";

/** Something that has been stopped on its way. */
export interface Gate {
  /** Resolves when the first has come to the gate. */
  reached: Promise<void>;
  /** Lets everything through that waits, and whatever comes later. */
  release(): void;
}

/** Stops every transaction when its work is done and its commit is not. */
export function holdCommits(database: Database): Gate {
  const { transaction } = database;
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: open, resolve: release } = Promise.withResolvers<void>();
  database.transaction = (work) =>
    transaction(async (tx) => {
      const result = await work(tx);
      reach();
      await open;
      return result;
    });
  return {
    reached,
    release() {
      database.transaction = transaction;
      release();
    },
  };
}

type Query<Row> = Compilable<Row> | Statement<Row>;

/** Stops whoever reads by this query when the store has answered: what they hold is soon out of date. */
export function holdReads(database: Database, like: Statement<unknown>): Gate {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: open, resolve: release } = Promise.withResolvers<void>();
  const restore = intercept(database, like, async (result) => {
    reach();
    await open;
    return result;
  });
  return {
    reached,
    release() {
      restore();
      release();
    },
  };
}

/** Lets this query fail until what is answered is called. */
export function failReads(database: Database, like: Statement<unknown>): Gate {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const release = intercept(database, like, () => {
    reach();
    throw new Error("the store does not answer");
  });
  return { reached, release };
}

function intercept(
  database: Database,
  like: Statement<unknown>,
  pass: <Result>(result: Result) => Promise<Result>,
): () => void {
  const { rows, first } = database;
  const through =
    <Result>(read: (query: Query<unknown>) => Promise<Result>) =>
    async (query: Query<unknown>): Promise<Result> => {
      const result = await read(query);
      return isStatement(query) && query.plan === like.plan ? pass(result) : result;
    };
  database.rows = through(rows) as Database["rows"];
  database.first = through(first) as Database["first"];
  return () => void Object.assign(database, { rows, first });
}
