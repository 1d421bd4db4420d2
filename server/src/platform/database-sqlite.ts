import { Database as File, type Statement as Prepared, type SQLQueryBindings } from "bun:sqlite";
import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from "node:fs";
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import {
  bind,
  CollisionError,
  type Database,
  isStatement,
  type Statement,
  StoreBrokenError,
  StoreDownError,
  StoreFullError,
  type TransactionSql,
} from "./database.ts";

/** Below this, two connections that write and checkpoint at once can corrupt the file (the WAL-reset fault). */
const oldestSafe = [3, 51, 3];
/** Pages in the log before it is folded into the file: large, because each folding syncs twice. */
const checkpointPages = 4_000;
/** KiB of pages that each connection keeps. What is read is in the system's own cache too: twice would be a waste. */
const writerCache = 8_000;
const readerCache = 2_000;
/** Bytes the log reaches before it is folded: pages of 4 KiB with their heads. */
const logBytes = checkpointPages * 4_120;

type Row = Record<string, unknown>;

/**
 * One SQLite file in WAL mode at `synchronous=FULL`. A transaction is written by one connection and synced before
 * `transaction` returns; reading goes through a second connection, which sees only what is committed and synced.
 */
export function openSqlite<Tables>(path: string): Database<Tables> {
  const writer = openFile(path);
  writer.run(`PRAGMA wal_autocheckpoint=${checkpointPages}`);
  writer.run(`PRAGMA cache_size=-${writerCache}`);
  // The first reading makes SQLite open its log.
  writer.run("SELECT count(*) FROM sqlite_schema");
  extendLog(path);
  const reader = openFile(path);
  reader.run("PRAGMA query_only=ON");
  reader.run(`PRAGMA cache_size=-${readerCache}`);
  const build = sqliteComposer<Tables>();
  const reading = new SqliteConnection<Tables>(reader, build);
  const writing = new SqliteConnection<Tables>(writer, build);
  return {
    engine: "sqlite",
    lanes: 1,
    build,
    rows: (query) => reading.rows(query),
    first: (query) => reading.first(query),
    run: (query) => reading.run(query),
    transaction: (work) => inTransaction(writer, () => work(writing)),
    migrate: (work) =>
      inTransaction(writer, () => work((text) => Promise.resolve(writer.prepare(text).all() as unknown[]))),
    async close() {
      reading.finalize();
      writing.finalize();
      reader.close();
      foldLog(writer);
      writer.close();
    },
  };
}

export function sqliteComposer<Tables>(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

function openFile(path: string): File {
  const file = new File(path, { create: true, strict: true });
  const { version } = file.prepare("SELECT sqlite_version() AS version").get() as { version: string };
  if (isOlder(version)) throw new Error(`SQLite ${version} is too old: 3.51.3 or later is needed`);
  file.run("PRAGMA busy_timeout=10000");
  file.run("PRAGMA journal_mode=WAL");
  file.run("PRAGMA synchronous=FULL");
  file.run("PRAGMA foreign_keys=ON");
  file.run("PRAGMA secure_delete=ON");
  file.run("PRAGMA temp_store=MEMORY");
  file.run("PRAGMA wal_autocheckpoint=0");
  return file;
}

/**
 * Gives the log its whole length at once. Writing over what is there is synced in a third of the time of making a file
 * longer. SQLite reads a log only as far as its checksums hold: the zeros behind it mean nothing.
 */
function extendLog(path: string): void {
  const log = openSync(`${path}-wal`, "r+");
  try {
    const { size } = fstatSync(log);
    if (size < logBytes) writeSync(log, new Uint8Array(logBytes - size), 0, logBytes - size, size);
    fsyncSync(log);
  } catch {
    // Without room for it the log grows as it is written, and what does not fit is refused then.
  } finally {
    closeSync(log);
  }
}

function foldLog(file: File): void {
  try {
    file.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    // Without room for it the log stays, and is read at the next opening.
    if (!(asStoreError(error) instanceof StoreFullError)) throw error;
  }
}

function isOlder(version: string): boolean {
  const parts = version.split(".").map(Number);
  for (let index = 0; index < oldestSafe.length; index++) {
    const difference = (parts[index] ?? 0) - (oldestSafe[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

async function inTransaction<Result>(file: File, work: () => Promise<Result>): Promise<Result> {
  begin(file);
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    rollBack(file);
    throw asStoreError(error);
  }
  commit(file);
  return result;
}

function begin(file: File): void {
  try {
    file.run("BEGIN IMMEDIATE");
  } catch (error) {
    throw asStoreError(error);
  }
}

function commit(file: File): void {
  try {
    file.run("COMMIT");
  } catch (error) {
    const failure = asStoreError(error);
    if (!(failure instanceof StoreBrokenError)) rollBack(file);
    throw failure;
  }
}

/** After some errors SQLite has done it by itself. */
function rollBack(file: File): void {
  if (file.inTransaction) undo(() => file.run("ROLLBACK"));
}

function undo(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new StoreBrokenError("the database cannot undo a change", { cause: error });
  }
}

/** A full disk undoes cleanly; after any other I/O error nobody knows whether the commit will be there on reopening. */
export function asStoreError(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || !code.startsWith("SQLITE_")) return error;
  if (code === "SQLITE_FULL") return new StoreFullError("the disk is full", { cause: error });
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new StoreDownError("another program keeps the database locked", { cause: error });
  }
  if (/^SQLITE_(IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN)/.test(code)) {
    return new StoreBrokenError(`the database cannot be written: ${code}`, { cause: error });
  }
  return error;
}

class SqliteConnection<Tables> implements TransactionSql<Tables> {
  readonly engine = "sqlite";
  private readonly prepared = new Map<string, Prepared<Row, SQLQueryBindings[]>>();
  private depth = 0;

  constructor(
    private readonly file: File,
    readonly build: Kysely<Tables>,
  ) {}

  async rows<R>(query: Compilable<R> | Statement<R>): Promise<R[]> {
    const { statement, values } = this.prepare(query);
    return statement.all(...values) as R[];
  }

  async first<R>(query: Compilable<R> | Statement<R>): Promise<R | undefined> {
    const { statement, values } = this.prepare(query);
    return (statement.get(...values) ?? undefined) as R | undefined;
  }

  async run(query: Compilable<unknown> | Statement<unknown>): Promise<number> {
    const { statement, values } = this.prepare(query);
    return statement.run(...values).changes;
  }

  runAhead(query: Compilable<unknown> | Statement<unknown>): void {
    const { statement, values } = this.prepare(query);
    statement.run(...values);
  }

  async savepoint<Result>(work: () => Promise<Result>): Promise<Result> {
    const name = `s${this.depth++}`;
    this.command(`SAVEPOINT ${name}`);
    try {
      const result = await work();
      this.command(`RELEASE ${name}`);
      return result;
    } catch (error) {
      const failure = asStoreError(error);
      if (this.file.inTransaction) this.undoTo(name);
      // Whatever came next would be carried out outside any transaction.
      else if (!(failure instanceof StoreBrokenError || failure instanceof StoreFullError)) {
        throw new CollisionError("the whole transaction was undone", { cause: error });
      }
      throw failure;
    } finally {
      this.depth--;
    }
  }

  finalize(): void {
    for (const statement of this.prepared.values()) statement.finalize();
    this.prepared.clear();
  }

  private undoTo(name: string): void {
    undo(() => {
      this.command(`ROLLBACK TO ${name}`);
      this.command(`RELEASE ${name}`);
    });
  }

  private command(text: string): void {
    this.cached(text).run();
  }

  private prepare<R>(query: Compilable<R> | Statement<R>) {
    if (isStatement(query)) {
      const { text, values } = query.plan.text("sqlite", this.build);
      return { statement: this.cached(text), values: bind(values, query.params) as SQLQueryBindings[] };
    }
    const compiled = query.compile();
    const statement = this.file.prepare<Row, SQLQueryBindings[]>(compiled.sql);
    return { statement, values: compiled.parameters as SQLQueryBindings[] };
  }

  private cached(text: string): Prepared<Row, SQLQueryBindings[]> {
    let statement = this.prepared.get(text);
    if (!statement) {
      statement = this.file.prepare<Row, SQLQueryBindings[]>(text);
      this.prepared.set(text, statement);
    }
    return statement;
  }
}
