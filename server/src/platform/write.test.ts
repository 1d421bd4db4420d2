import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChatError } from "@parley/protocol/errors";
import { freshPostgres, postgresMissing } from "../testing/postgres.ts";
import { insertThing, renameThing, type Things, thingByName, thingsSchema } from "../testing/things.ts";
import { type Database, StoreBrokenError } from "./database.ts";
import { openPostgres } from "./database-postgres.ts";
import { openSqlite } from "./database-sqlite.ts";
import { Writer, type WriterOptions, type WriteTx } from "./write.ts";

type Tx = WriteTx<Things, string>;

const folder = mkdtempSync(join(tmpdir(), "parley-write-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const forms = [
  { form: "SQLite", missing: false, place: async () => join(folder, "write.db"), open: openSqlite<Things> },
  {
    form: postgresMissing ? "PostgreSQL (not on this machine)" : "PostgreSQL",
    missing: postgresMissing,
    place: freshPostgres,
    open: (url: string) => openPostgres<Things>(url, { integerColumns: new Set() }),
  },
];

/** A clock that stands still until it is told. */
function stoppedClock() {
  let at = 1_000_000;
  const pass = (milliseconds: number) => {
    at += milliseconds;
  };
  return { now: () => at, monotonic: () => at, pass };
}

for (const { form, missing, place, open } of forms) {
  describe.skipIf(missing)(form, () => {
    let where: string;
    let database: Database<Things>;
    let clock: ReturnType<typeof stoppedClock>;
    /** What happened, in order. */
    let story: string[];
    let commits: number;

    beforeAll(async () => {
      where = await place();
      database = open(where);
      await database.migrate(async (execute) => void (await execute(thingsSchema[database.engine])));
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      clock = stoppedClock();
      story = [];
      commits = 0;
      await database.transaction((tx) => tx.run(tx.build.deleteFrom("things")));
    });

    function writerOn(store: Database<Things>, options: Partial<WriterOptions<Things, string>> = {}) {
      const counted: Database<Things> = {
        ...store,
        async transaction(work) {
          const result = await store.transaction(work);
          commits++;
          story.push("commit");
          return result;
        },
      };
      return new Writer<Things, string>({
        database: counted,
        clock,
        onCommit: (changes) => void story.push(`told ${changes.join(" ")}`),
        onSettled: () => void story.push("settled"),
        onBroken: (error) => void story.push(`broken: ${error.message}`),
        ...options,
      });
    }

    const insert = (name: string) => async (tx: Tx) => {
      const row = await tx.sql.first(insertThing(name));
      tx.announce(name);
      return row?.id;
    };
    const names = async () => {
      const rows = await database.rows(database.build.selectFrom("things").select("name").orderBy("id"));
      return rows.map((row) => row.name);
    };

    test("WRITE-2 the commit comes first, then everyone is told, then the writer is answered", async () => {
      const writer = writerOn(database);
      await new Promise<void>((resolve) => {
        writer.enqueue({
          work: insert("one"),
          succeed: (_, changes) => {
            story.push(`answered ${changes.join(" ")}`);
            resolve();
          },
          fail: (error) => void story.push(`failed ${error}`),
        });
      });
      await writer.idle();
      expect(story).toEqual(["commit", "told one", "answered one", "settled"]);
      expect(await names()).toEqual(["one"]);
    });

    test("WRITE-3 operations that wait for the same lane share one commit", async () => {
      const writer = writerOn(database);
      const wanted = Array.from({ length: 100 }, (_, index) => `n${index}`);
      await Promise.all(wanted.map((name) => writer.write(insert(name), { lane: 3 })));
      expect(commits).toBe(1);
      expect(await names()).toEqual(wanted);
    });

    test("WRITE-3 one that is refused undoes only itself, and gets its own error", async () => {
      const writer = writerOn(database);
      const refusal = new ChatError("forbidden", "not you");
      const outcomes = await Promise.allSettled([
        writer.write(insert("before")),
        writer.write(async (tx) => {
          await insert("half")(tx);
          throw refusal;
        }),
        writer.write(insert("after")),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(outcomes[1]).toMatchObject({ reason: refusal });
      expect(commits).toBe(1);
      expect(story).toContain("told before after");
      expect(await names()).toEqual(["before", "after"]);
    });

    test("WRITE-3 operations of one lane keep their order, batch after batch", async () => {
      const writer = writerOn(database);
      const wanted = Array.from({ length: 1_200 }, (_, index) => `n${index}`);
      const answered: string[] = [];
      await Promise.all(
        wanted.map((name) => writer.write(insert(name), { lane: 5 }).then(() => answered.push(name))),
      );
      expect(commits).toBeGreaterThan(1);
      expect(answered).toEqual(wanted);
      expect(await names()).toEqual(wanted);
    });

    test("WRITE-3 a batch that has taken long commits, and the rest goes on in the next one", async () => {
      const writer = writerOn(database);
      const slow = (name: string) => async (tx: Tx) => {
        clock.pass(15);
        return insert(name)(tx);
      };
      await Promise.all(["a", "b", "c", "d", "e"].map((name) => writer.write(slow(name))));
      expect(commits).toBe(3);
      expect(await names()).toEqual(["a", "b", "c", "d", "e"]);
    });

    test("WRITE-3 an operation's time is when it began", async () => {
      const writer = writerOn(database);
      const times = await Promise.all(
        [1, 2].map(() =>
          writer.write(async (tx) => {
            clock.pass(1);
            return tx.now;
          }),
        ),
      );
      expect(times).toEqual([1_000_000, 1_000_001]);
    });

    test("WRITE-3 what waits is bounded: one too many is told to wait", async () => {
      const writer = writerOn(database);
      const waiting = Array.from({ length: 20_000 }, () => writer.write(async () => null));
      const error = await writer.write(insert("too many")).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "unavailable", details: { after: 1 } });
      await Promise.all(waiting);
      await writer.write(insert("again"));
      expect(await names()).toEqual(["again"]);
    });

    test("WRITE-6 after a commit of unknown outcome nobody is answered or told anything", async () => {
      const broken: Database<Things> = {
        ...database,
        async transaction(work) {
          await database.transaction(work);
          throw new StoreBrokenError("the disk failed");
        },
      };
      const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
      const writer = writerOn(broken, {
        onBroken: (error) => {
          story.push(`broken: ${error.message}`);
          stop();
        },
      });
      const note = () => void story.push("answered");
      for (const name of ["one", "two"]) writer.enqueue({ work: insert(name), succeed: note, fail: note });
      await stopped;
      await new Promise((resolve) => setImmediate(resolve));
      expect(story).toEqual(["broken: the disk failed"]);
      expect(await names()).toEqual(["one", "two"]);
    });

    test("WRITE-2 idle waits for what is under way", async () => {
      const writer = writerOn(database);
      const answer = writer.write(insert("last")).then(() => story.push("answered"));
      await writer.idle();
      expect(await names()).toEqual(["last"]);
      await answer;
      await writer.idle();
    });

    // Only one server at a time may use an SQLite file: nobody is there to collide with.
    if (form === "SQLite") return;

    test("WRITE-7 two nodes that make one thing at once make it once, and both get it", async () => {
      const other = open(where);
      const looked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let attempts = 0;
      /** Neither inserts before both have looked and found nothing. */
      const once = (mine: number) => async (tx: Tx) => {
        attempts++;
        const found = await tx.sql.first(thingByName({ name: "prize" }));
        looked[mine]?.resolve();
        await looked[1 - mine]?.promise;
        return found?.id ?? (await insert("prize")(tx));
      };
      const writers = [writerOn(database), writerOn(other)];
      const ids = await Promise.all(writers.map((writer, index) => writer.write(once(index))));
      expect(ids[0]).toBeNumber();
      expect(ids[0]).toBe(ids[1] as number);
      expect(attempts).toBe(3);
      expect(story.filter((line) => line === "told prize").length).toBe(1);
      expect(await names()).toEqual(["prize"]);
      await other.close();
    });

    test("WRITE-7 one that collides does not hurt those before and after it", async () => {
      const other = open(where);
      const [held, freed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const holder = other.transaction(async (tx) => {
        await tx.run(insertThing("prize"));
        held.resolve();
        await freed.promise;
      });
      await held.promise;
      const writer = writerOn(database);
      const attempts = { before: 0, late: 0, after: 0 };
      const once = (name: "before" | "after") => (tx: Tx) => {
        attempts[name]++;
        return insert(name)(tx);
      };
      const late = async (tx: Tx) => {
        // The first time it inserts without looking, as if the other's commit came right after its look.
        if (attempts.late++ > 0) return (await tx.sql.first(thingByName({ name: "prize" })))?.id;
        freed.resolve();
        return insert("prize")(tx);
      };
      const outcomes = Promise.all([
        writer.write(once("before")),
        writer.write(late),
        writer.write(once("after")),
      ]);
      await holder;
      expect((await outcomes).every((id) => typeof id === "number")).toBe(true);
      expect(attempts).toEqual({ before: 1, late: 2, after: 1 });
      expect(commits).toBe(2);
      expect((await names()).sort()).toEqual(["after", "before", "prize"]);
      await other.close();
    });

    test("WRITE-7 two nodes that hold what the other needs next both get on", async () => {
      const other = open(where);
      await database.transaction(async (tx) => {
        for (const name of ["left", "right"]) await tx.run(insertThing(name));
      });
      const holding = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
      const touch = (name: string) => (tx: Tx) => tx.sql.run(renameThing({ from: name, to: name }));
      const writers = [writerOn(database), writerOn(other)] as const;
      const crosswise = ([first, second]: [string, string], mine: 0 | 1) => {
        const writer = writers[mine];
        const hold = writer.write(async (tx) => {
          await touch(first)(tx);
          holding[mine].resolve();
          await holding[1 - mine]?.promise;
        });
        return [hold, writer.write(touch(second))];
      };
      await Promise.all([...crosswise(["left", "right"], 0), ...crosswise(["right", "left"], 1)]);
      expect(commits).toBeGreaterThanOrEqual(3);
      await other.close();
    });

    test("WRITE-9 what shares a commit is carried out room by room, in the same order on every node", async () => {
      const writer = writerOn(database);
      const order: string[] = [];
      const note = (lane: number, name: string) =>
        writer.write(async () => void order.push(`${lane}${name}`), { lane: lane * database.lanes });
      await Promise.all([note(3, "a"), note(1, "a"), note(3, "b"), note(2, "a"), note(1, "b")]);
      expect(order).toEqual(["1a", "1b", "2a", "3a", "3b"]);
      expect(commits).toBe(1);
    });

    test("WRITE-9 those with high numbers are not passed over for ever by those with low ones", async () => {
      const writer = writerOn(database);
      const order: string[] = [];
      const slow = (lane: number, name: string): Promise<void> =>
        writer.write(
          async () => {
            clock.pass(15);
            order.push(`${lane}${name}`);
          },
          { lane: lane * database.lanes },
        );
      const first = Promise.all([slow(9, "a"), slow(1, "a"), slow(9, "b")]);
      // Comes while the first are under way, and again each time that it is done.
      const later = slow(1, "b").then(() => slow(1, "c"));
      await Promise.all([first, later]);
      expect(order.slice(0, 4).sort()).toEqual(["1a", "1b", "9a", "9b"]);
    });

    test("WRITE-10 a change that nobody waited for and that failed counts for nobody, and the others are carried out again", async () => {
      const writer = writerOn(database);
      await writer.write(insert("taken"));
      let careless = 0;
      const ahead = async (tx: Tx) => {
        tx.announce("careless");
        if (careless++ === 0) tx.sql.runAhead(insertThing("taken"));
      };
      await Promise.all([writer.write(insert("one")), writer.write(ahead), writer.write(insert("two"))]);
      expect(careless).toBe(2);
      expect(await names()).toEqual(["taken", "one", "two"]);
      expect(story.filter((line) => line.startsWith("told")).join(" ")).toMatch(/one.*careless.*two/);

      careless = 0;
      await Promise.all([writer.write(insert("beside the last")), writer.write(ahead)]);
      expect(careless).toBe(2);
      expect(await names()).toContain("beside the last");

      const hopeless = async (tx: Tx) => tx.sql.runAhead(insertThing("taken"));
      const outcomes = await Promise.allSettled([writer.write(hopeless), writer.write(insert("three"))]);
      expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
      expect(await names()).toContain("three");
    });
  });
}

describe("SQLite", () => {
  test("WRITE-4 on a full disk reading goes on, writing is told to wait, and heals", async () => {
    const database = openSqlite<Things>(join(folder, "full.db"));
    const limitPages = (pages: number) =>
      database.migrate(async (execute) => void (await execute(`PRAGMA max_page_count=${pages}`)));
    await database.migrate(async (execute) => void (await execute(thingsSchema.sqlite)));
    const clock = stoppedClock();
    const told: string[] = [];
    const writer = new Writer<Things, string>({
      database,
      clock,
      onCommit: (changes) => void told.push(...changes),
      onSettled: () => undefined,
      onBroken: (error) => {
        throw error;
      },
    });
    const write = (name: string) =>
      writer.write(async (tx) => {
        await tx.sql.run(insertThing(name));
        tx.announce(name);
      });
    const long = (letter: string) => letter.repeat(100_000);
    await write("kept");
    await limitPages(20);

    const wait = { code: "unavailable", details: { after: 5 } };
    const outcomes = await Promise.allSettled([write("small"), write(long("a"))]);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject(wait);
    }
    expect(outcomes[1]?.status).toBe("rejected");
    expect(await database.first(thingByName({ name: "kept" }))).toBeDefined();
    expect(await database.first(thingByName({ name: long("a") }))).toBeUndefined();
    expect(told).not.toContain(long("a"));

    await limitPages(100_000);
    expect(await write("too soon").catch((reason: unknown) => reason)).toMatchObject(wait);
    clock.pass(1_000);
    await write(long("a"));
    expect(await database.first(thingByName({ name: long("a") }))).toBeDefined();
    await database.close();
  });
});
