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

type Pass = <Result>(result: Result) => Promise<Result>;

/** What stands in the way of each query, in the order in which it was put there. */
const inTheWay = new WeakMap<Database, Map<symbol, { plan: Statement<unknown>["plan"]; pass: Pass }>>();

/** Lets what this query reads through `pass`, until what is answered is called. */
function intercept(database: Database, like: Statement<unknown>, pass: Pass): () => void {
  const present = inTheWay.get(database) ?? standInTheWay(database);
  const name = Symbol("gate");
  present.set(name, { plan: like.plan, pass });
  return () => void present.delete(name);
}

function standInTheWay(database: Database) {
  const present = new Map<symbol, { plan: Statement<unknown>["plan"]; pass: Pass }>();
  inTheWay.set(database, present);
  const { rows, first } = database;
  const through =
    <Result>(read: (query: Query<unknown>) => Promise<Result>) =>
    async (query: Query<unknown>): Promise<Result> => {
      let result = await read(query);
      if (!isStatement(query)) return result;
      for (const { plan, pass } of [...present.values()])
        if (plan === query.plan) result = await pass(result);
      return result;
    };
  Object.assign(database, { rows: through(rows), first: through(first) });
  return present;
}
