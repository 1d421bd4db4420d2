import { describe } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Change } from "../context.ts";
import type { Clock } from "../platform/clock.ts";
import type { Engine } from "../platform/database.ts";
import { openPostgres } from "../platform/database-postgres.ts";
import { openSqlite } from "../platform/database-sqlite.ts";
import { Writer } from "../platform/write.ts";
import { integerColumns } from "../schema/integer-columns.ts";
import { migrate } from "../schema/migrate.ts";
import type { Database, Tables } from "../schema/tables.ts";
import { freshPostgres, postgresMissing } from "./postgres.ts";

/** A clock that stands still until it is moved; both its hands move together. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
  set(now: number): void;
}

export interface TestStore {
  engine: Engine;
  /** A folder of its own, gone after `close`. */
  folder: string;
  database: Database;
  writer: Writer<Tables, Change>;
  clock: TestClock;
  /** The same bytes in every run. */
  randomBytes: (length: number) => Uint8Array;
  /** Everything that was committed, in order. */
  changes: Change[];
  close(): Promise<void>;
}

export interface TestStoreOptions {
  engine?: Engine;
  seed?: string;
}

/** Runs these tests on both engines; where PostgreSQL is not installed its half is skipped by name. */
export function onEveryEngine(tests: (engine: Engine) => void): void {
  describe("on sqlite", () => tests("sqlite"));
  describe.skipIf(postgresMissing)("on postgres", () => tests("postgres"));
}

/** A migrated store in an empty folder or database, with its writer. */
export async function testStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const { engine = "sqlite", seed = "parley" } = options;
  const folder = await mkdtemp(join(tmpdir(), "parley-test-"));
  const database: Database =
    engine === "sqlite"
      ? openSqlite<Tables>(join(folder, "parley.db"))
      : openPostgres<Tables>(await freshPostgres(), { integerColumns });
  const clock = testClock();
  await migrate(database, { now: clock.now() });
  const changes: Change[] = [];
  const writer = new Writer<Tables, Change>({
    database,
    clock,
    onCommit: (committed) => changes.push(...committed),
    onSettled: () => undefined,
    onBroken: (error) => {
      throw error;
    },
  });
  return {
    ...{ engine, folder, database, writer, clock, changes, randomBytes: seededBytes(seed) },
    async close() {
      await writer.idle();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function testClock(start = Date.UTC(2030, 0, 1)): TestClock {
  let now = start;
  let monotonic = 1_000_000;
  return {
    now: () => now,
    monotonic: () => monotonic,
    advance(milliseconds) {
      now += milliseconds;
      monotonic += milliseconds;
    },
    set(to) {
      monotonic += Math.max(0, to - now);
      now = to;
    },
  };
}

/** Bytes that look random and are the same for the same seed. */
export function seededBytes(seed: string): (length: number) => Uint8Array {
  let drawn = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(createHash("sha256").update(`${seed} ${drawn++}`).digest());
    }
    return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
  };
}
