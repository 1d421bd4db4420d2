import { Database as File } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { insertThing, renameThing, type Things, thingsSchema } from "../testing/things.ts";
import { CollisionError, type Database } from "./database.ts";
import { asStoreError, openSqlite } from "./database-sqlite.ts";

let folder: string;
let database: Database<Things>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-sqlite-"));
  database = openSqlite<Things>(join(folder, "parley.db"));
  await database.migrate(async (execute) => void (await execute(thingsSchema.sqlite)));
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const place = (name: string) => join(folder, name);
const bytes = new Uint8Array(20_000).fill(7);

/** What is in a file that was left as a killed process leaves it. */
function openLeft(name: string): { things: number; integrity: unknown } {
  const file = new File(place(name));
  const { things } = file.query("SELECT count(*) AS things FROM things").get() as { things: number };
  const integrity = file.query("PRAGMA integrity_check").all();
  file.close();
  return { things, integrity };
}

const isWhole = [{ integrity_check: "ok" }];

test("STORE-19 what a killed process leaves opens whole, at whatever moment it died", async () => {
  for (let count = 0; count <= 2_400; count++) {
    // The log is folded into the file more than once on the way, and begins anew.
    if (count % 150 === 0) {
      copyFileSync(place("parley.db"), place(`left-${count}.db`));
      copyFileSync(place("parley.db-wal"), place(`left-${count}.db-wal`));
      expect(openLeft(`left-${count}.db`)).toEqual({ things: count, integrity: isWhole });
    }
    await database.transaction((tx) => tx.run(insertThing(`thing ${count}`, { bytes })));
  }
  // Folding keeps it from growing: 48 MB were written through it.
  expect(statSync(place("parley.db-wal")).size).toBeLessThan(20_000_000);
}, 60_000);

test("STORE-19 a power cut in the middle of writing the log takes the whole transaction or nothing", async () => {
  for (let count = 0; count < 50; count++) {
    await database.transaction((tx) => tx.run(insertThing(`thing ${count}`, { bytes })));
  }
  copyFileSync(place("parley.db"), place("before.db"));
  const before = readFileSync(place("parley.db-wal"));
  await database.transaction(async (tx) => {
    await tx.run(insertThing("thing 50", { bytes }));
    await tx.run(renameThing({ from: "thing 0", to: "renamed" }));
  });
  const after = readFileSync(place("parley.db-wal"));
  const first = before.findIndex((byte, index) => byte !== after[index]);
  const last = before.findLastIndex((byte, index) => byte !== after[index]);
  expect(last - first).toBeGreaterThan(bytes.length);
  const outcomes = new Set<number>();
  for (let cut = first; cut <= last + 1; cut += 1 + Math.floor((last - first) / 40)) {
    writeFileSync(place("torn.db-wal"), Buffer.concat([after.subarray(0, cut), before.subarray(cut)]));
    copyFileSync(place("before.db"), place("torn.db"));
    rmSync(place("torn.db-shm"), { force: true });
    const left = openLeft("torn.db");
    expect(left.integrity).toEqual(isWhole);
    outcomes.add(left.things);
  }
  writeFileSync(place("torn.db-wal"), after);
  copyFileSync(place("before.db"), place("torn.db"));
  expect(openLeft("torn.db").things).toBe(51);
  expect([...outcomes]).toEqual([50]);
});

test("STORE-19 the log has its length from the start, and an opening after a kill keeps what is in it", async () => {
  const { size } = statSync(place("parley.db-wal"));
  await database.transaction((tx) => tx.run(insertThing("kept")));
  expect(statSync(place("parley.db-wal")).size).toBe(size);
  for (const name of ["parley.db", "parley.db-wal"])
    copyFileSync(place(name), place(name.replace("parley", "next")));
  const next = openSqlite<Things>(place("next.db"));
  expect(await next.rows(next.build.selectFrom("things").select("name"))).toEqual([{ name: "kept" }]);
  await next.transaction((tx) => tx.run(insertThing("and more")));
  await next.close();
  expect(openLeft("next.db")).toEqual({ things: 2, integrity: isWhole });
});

test("STORE-15 a transaction that SQLite undid by itself ends there: nothing of it is carried out outside", async () => {
  const failed = database.transaction(async (tx) => {
    await tx.savepoint(() => tx.run(insertThing("before")));
    await tx.savepoint(async () => {
      // As SQLite does by itself when it runs out of memory.
      await tx.run({ compile: () => ({ ...insertNothing(), sql: "ROLLBACK" }) } as never);
      throw new Error("out of memory");
    });
  });
  await expect(failed).rejects.toBeInstanceOf(CollisionError);
  expect(await database.rows(database.build.selectFrom("things").select("name"))).toEqual([]);
  await database.transaction((tx) => tx.run(insertThing("after")));
  expect(await database.rows(database.build.selectFrom("things").select("name"))).toEqual([
    { name: "after" },
  ]);
});

const insertNothing = () => ({ parameters: [], query: {}, queryId: {} });

test("STORE-15 a file that another program keeps locked is told as such", () => {
  const other = new File(place("parley.db"));
  other.run("BEGIN IMMEDIATE");
  const third = new File(place("parley.db"));
  let error: unknown;
  try {
    third.run("BEGIN IMMEDIATE");
  } catch (thrown) {
    error = asStoreError(thrown);
  }
  expect((error as Error).constructor.name).toBe("StoreDownError");
  other.close();
  third.close();
});
