import { type ReservedSQL, SQL } from "bun";
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import { type Database, StoreDownError } from "./database.ts";
import {
  PostgresConnection,
  type PostgresOptions,
  PostgresTransaction,
} from "./database-postgres-connection.ts";
import { asStoreError, isConnectionLost } from "./database-postgres-errors.ts";

/** Transactions open at once on this node, and connections for reading beside them. */
const writers = 8;
const readers = 8;
/** Seconds. */
const connectFor = 5;
const closeFor = 5;
/** "parley", as the number of the lock under which one node migrates and the others wait. */
const migrationLock = 0x7061726c6579;

const settings = {
  // Overrides a cluster that was set to answer before its log is on the disk.
  synchronous_commit: "on",
  // A node that hangs must not hold the rooms it locked, and nobody waits for them without end.
  idle_in_transaction_session_timeout: "30s",
  lock_timeout: "10s",
  // Nor one whose machine is gone.
  tcp_keepalives_idle: "30",
  tcp_keepalives_interval: "10",
  tcp_keepalives_count: "3",
  client_encoding: "UTF8",
};

/**
 * A Postgres database. A transaction is on the disk of the server (and of its synchronous standbys) before
 * `transaction` returns. Reading goes over connections of its own, which cannot write.
 */
export function openPostgres<Tables>(url: string, options: PostgresOptions): Database<Tables> {
  const session = { ...settings, application_name: options.applicationName ?? "parley" };
  const pool = { url, bigint: true, connectionTimeout: connectFor, idleTimeout: 0 };
  const writing = new SQL({ ...pool, max: writers, connection: session });
  const reading = new SQL({
    ...pool,
    max: readers,
    connection: { ...session, default_transaction_read_only: "on", statement_timeout: "30s" },
  });
  const build = postgresComposer<Tables>();
  const reads = new PostgresConnection<Tables>(reading, build, options);
  const open = (connection: ReservedSQL) => new PostgresTransaction<Tables>(connection, build, options);
  return {
    engine: "postgres",
    lanes: writers,
    build,
    rows: (query) => retried(() => reads.rows(query)),
    first: (query) => retried(() => reads.first(query)),
    run: (query) => retried(() => reads.run(query)),
    transaction: (work) => inTransaction(writing, open, work),
    migrate: (work) =>
      inTransaction(writing, open, async (tx) => {
        const execute = (text: string) => tx.execute(text);
        // A migration takes as long as it takes.
        await execute("SET LOCAL lock_timeout = 0");
        await execute(`SELECT pg_advisory_xact_lock(${migrationLock})`);
        await work(execute);
      }),
    async close() {
      await Promise.all([writing.end({ timeout: closeFor }), reading.end({ timeout: closeFor })]);
    },
  };
}

export function postgresComposer<Tables>(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

/** Reading changes nothing, so it may be repeated; after a restart every connection of the pool turns out to be dead. */
async function retried<Result>(read: () => Promise<Result>): Promise<Result> {
  let last: unknown;
  for (let attempt = 0; attempt < readers + 1; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      last = error;
    }
  }
  throw new StoreDownError("the database cannot be reached", { cause: last });
}

async function inTransaction<Tables, Result>(
  pool: SQL,
  open: (connection: ReservedSQL) => PostgresTransaction<Tables>,
  work: (tx: PostgresTransaction<Tables>) => Promise<Result>,
): Promise<Result> {
  const connection = await begin(pool);
  try {
    const tx = open(connection);
    let result: Result;
    try {
      result = await work(tx);
    } catch (error) {
      await tx.rollback();
      throw asStoreError(error);
    }
    await tx.commit();
    return result;
  } finally {
    connection.release();
  }
}

/** Nothing has been done yet, so a connection that turns out to be dead is changed for another: all may be dead. */
async function begin(pool: SQL): Promise<ReservedSQL> {
  let last: unknown;
  for (let attempt = 0; attempt < writers + 1; attempt++) {
    const connection = await reserve(pool);
    try {
      await connection`BEGIN`;
      return connection;
    } catch (error) {
      connection.release();
      if (!isConnectionLost(error)) throw error;
      last = error;
    }
  }
  throw new StoreDownError("the database cannot be reached", { cause: last });
}

async function reserve(pool: SQL): Promise<ReservedSQL> {
  try {
    return await pool.reserve();
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    throw new StoreDownError("the database cannot be reached", { cause: error });
  }
}
