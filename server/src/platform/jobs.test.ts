import { afterEach, beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import type { Change } from "../context.ts";
import { prepare, type Tables } from "../schema/tables.ts";
import { onEveryEngine, type TestStore, testStore } from "../testing/store.ts";
import { planOf } from "../testing/tables.ts";
import { dropJob, Jobs, type JobWork, pauseAfter, putJob, sizeAfter } from "./jobs.ts";
import { dueJobs } from "./jobs-rows.ts";
import { createLogger } from "./logger.ts";
import type { Writer } from "./write.ts";

type Work = JobWork<Tables, Change>;
type Node = Jobs<Tables, Change>;

const runs = Number(process.env.JOB_RUNS ?? 40);

/** What jobs have done, a row each time, in the order of their commits. */
const note = prepare<{ kind: string; subject: number; at: number; number: number }>((build, param) =>
  build.insertInto("mark_moves").values({
    room_id: param("subject"),
    user_id: param("number"),
    mark: "read",
    seq: param("number"),
    at: param("at"),
  }),
);
const noted = prepare<object, { subject: number }>((build) =>
  build.selectFrom("mark_moves").select("room_id as subject").orderBy("seq"),
);

onEveryEngine((engine) => {
  let store: TestStore;
  let log: string[];
  let numbered: number;
  let holders: number;

  beforeEach(async () => {
    store = await testStore({ engine });
    log = [];
    numbered = 0;
    holders = 0;
  });
  afterEach(() => store.close());

  const doing: Work = (tx, subject) =>
    tx.sql.run(note({ kind: "test", subject, at: tx.now, number: ++numbered }));

  function node(kinds: Record<string, Work> = { test: doing }, writer = store.writer): Node {
    const { database, clock } = store;
    const logger = createLogger({ level: "warn", clock, form: "json", write: (line) => void log.push(line) });
    return new Jobs<Tables, Change>({
      ...{ database, writer, clock, logger, kinds, holder: `node ${++holders}` },
    });
  }

  const put = (subject: number, inMilliseconds: number, { kind = "test", lane = 0 } = {}) =>
    store.writer.write((tx) => putJob(tx.sql, { kind, subject, lane, at: tx.now + inMilliseconds }));
  const done = async () => (await store.database.rows(noted({}))).map(({ subject }) => subject);

  test("JOB-1 a job is done at its time and once, in the order in which they are due", async () => {
    const jobs = node();
    await put(1, 2_000);
    await put(2, 1_000);
    await put(3, 60_000);
    await jobs.settled();
    expect(await done()).toEqual([]);
    store.clock.advance(2_000);
    await jobs.settled();
    await jobs.settled();
    expect(await done()).toEqual([2, 1]);
    store.clock.advance(60_000);
    await node().settled();
    await jobs.settled();
    expect(await done()).toEqual([2, 1, 3]);
  });

  test("JOB-1 there is one of a kind and subject, which is put off, brought forward or dropped", async () => {
    const jobs = node({ test: doing, other: doing });
    await put(1, 1_000);
    await put(1, 5_000);
    await put(1, 1_000, { kind: "other" });
    await put(2, 5_000);
    await put(2, 1_000);
    await put(3, 1_000);
    await store.writer.write((tx) => dropJob(tx.sql, { kind: "test", subject: 3 }));
    store.clock.advance(1_000);
    await jobs.settled();
    expect((await done()).toSorted()).toEqual([1, 2]);
    store.clock.advance(4_000);
    await jobs.settled();
    expect((await done()).toSorted()).toEqual([1, 1, 2]);
  });

  test("JOB-1 what is put down in a transaction that fails is not there", async () => {
    const failing = store.writer.write(async (tx) => {
      await putJob(tx.sql, { kind: "test", subject: 1, lane: 0, at: tx.now });
      throw new Error("not to be");
    });
    await failing.catch(() => undefined);
    await node().settled();
    expect(await done()).toEqual([]);
  });

  test("JOB-2 one node at a time does them; once it is gone, the next", async () => {
    const [one, other] = [node(), node()];
    await put(1, 0);
    await one.settled();
    await put(2, 0);
    await other.settled();
    // An SQLite store has one server.
    expect(await done()).toEqual(engine === "sqlite" ? [1, 2] : [1]);
    store.clock.advance(10_000);
    await other.settled();
    expect(await done()).toEqual([1, 2]);
  });

  test("JOB-3 clocks that are put forward or back stop nothing, and nothing is done twice", async () => {
    const [one, other] = [node(), node()];
    const now = store.clock.now();
    await put(1, 1_000);
    store.clock.set(now + 86_400_000);
    await one.settled();
    expect(await done()).toEqual([1]);
    store.clock.set(now);
    await put(2, 0);
    // The lease of the one that died reaches a day into the future.
    await other.settled();
    await one.settled();
    expect(await done()).toEqual([1, 2]);
  });

  test("JOB-3 by itself, as soon as it is due", async () => {
    const jobs = node();
    jobs.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = node({
      woken: async () => resolve(),
    });
    waiting.start();
    await put(1, 0, { kind: "woken" });
    store.clock.advance(60_000);
    await promise;
    await Promise.all([jobs.stop(), waiting.stop()]);
  });

  test("JOB-4 between two slices others have their turn, and a slice is small", async () => {
    for (let subject = 1; subject <= 60; subject++) await put(subject, 0);
    let before = 0;
    let asked: Promise<number> | undefined;
    const jobs = node({
      test: async (tx, subject) => {
        // Somebody sends a message while the first slice is under way.
        asked ??= store.writer.write(async () => numbered);
        before++;
        await doing(tx, subject);
      },
    });
    await jobs.settled();
    expect(before).toBe(60);
    expect(await asked).toBeLessThanOrEqual(16);
  });

  test("JOB-4 the longer a slice took the longer the pause, and the smaller the next", () => {
    expect([0, 50, 60_000].map(pauseAfter)).toEqual([25, 150, 5_000]);
    expect([0, 20, 40, 160, 60_000].map((took) => sizeAfter(16, took))).toEqual([16, 16, 8, 2, 1]);
    expect(sizeAfter(1, 5)).toBe(4);
  });

  test("JOB-5 what fails is tried again, later each time, and holds up nothing else", async () => {
    let tries = 0;
    const jobs = node({
      test: async (tx, subject) => {
        await doing(tx, subject);
        if (subject === 1 && ++tries < 3) throw new Error("not yet");
      },
    });
    await put(1, 0);
    await put(2, 0);
    await jobs.settled();
    expect(await done()).toEqual([2]);
    store.clock.advance(4_999);
    await jobs.settled();
    expect(tries).toBe(1);
    store.clock.advance(1);
    await jobs.settled();
    expect(tries).toBe(2);
    store.clock.advance(9_999);
    await jobs.settled();
    expect(tries).toBe(2);
    store.clock.advance(1);
    await jobs.settled();
    expect(await done()).toEqual([2, 1]);
    expect(log.map((line) => JSON.parse(line).event)).toEqual(["job.failed", "job.failed"]);
  });

  test("JOB-5 what another version put down is left to it", async () => {
    await put(1, 0, { kind: "of another version" });
    await put(2, 0);
    await node().settled();
    expect(await done()).toEqual([2]);
    await node({ "of another version": doing }).settled();
    store.clock.advance(10_000);
    await node({ "of another version": doing }).settled();
    expect(await done()).toEqual([2, 1]);
  });

  /**
   * A node that dies: before its write of a number reaches the store, or after, before it hears of it. Within a write it
   * is the store that keeps all of it or nothing.
   */
  function mortal({ dies, isAfter }: { dies: number; isAfter: boolean }) {
    const { promise: dead, resolve: die } = Promise.withResolvers<void>();
    const ended = new Promise<never>(() => undefined);
    let writes = 0;
    const writer: Writer<Tables, Change> = Object.create(store.writer);
    writer.write = async (work, options) => {
      const number = writes++;
      if (number < dies) return store.writer.write(work, options);
      if (number === dies && isAfter) await store.writer.write(work, options);
      die();
      return ended;
    };
    return { jobs: node({ test: doing }, writer), dead };
  }

  interface Life {
    dies: number;
    isAfter: boolean;
    beside: number;
    jump: number;
  }

  const life: fc.Arbitrary<Life> = fc.record({
    /** After how many writes it dies. */
    dies: fc.nat({ max: 12 }),
    isAfter: fc.boolean(),
    /** Of so many nodes that are there at once. */
    beside: fc.nat({ max: 2 }),
    /** By how much the clock is moved before the next comes. */
    jump: fc.integer({ min: -20_000, max: 30_000 }),
  });

  test("JOB-2 wherever nodes die, and however clocks jump, each job is done once, and in its order", async () => {
    let subjects = 0;
    const lives = fc.array(life, { minLength: 1, maxLength: 6 });
    const held = async (deaths: Life[], count: number) => {
      const first = subjects + 1;
      for (let left = count; left > 0; left--) await put(++subjects, 100 * (subjects - first));
      store.clock.advance(100 * count);
      for (const { beside, jump, ...death } of deaths) {
        const { jobs, dead } = mortal(death);
        const others = Array.from({ length: beside }, () => node().settled());
        await Promise.all([...others, Promise.race([jobs.settled(), dead])]);
        store.clock.advance(1);
        store.clock.set(store.clock.now() + jump);
      }
      store.clock.advance(100 * count + 200_000);
      await node().settled();
      const found = (await done()).filter((subject) => subject >= first);
      const all = Array.from({ length: count }, (_, index) => first + index);
      expect(found).toEqual(all);
    };
    await fc.assert(fc.asyncProperty(lives, fc.integer({ min: 1, max: 40 }), held), { numRuns: runs });
  }, 120_000);

  test("JOB-1 what is due is found by key", async () => {
    const asked: Parameters<typeof planOf>[1][] = [];
    const reader = Object.create(store.database);
    reader.rows = async (query: Parameters<typeof planOf>[1]) => {
      asked.push(query);
      return [];
    };
    await dueJobs(reader, { kinds: ["test"], now: 0, limit: 1 });
    const [query] = asked;
    if (!query) throw new Error("nothing was asked");
    expect(await planOf(store.database, query)).toContain("jobs_due");
  });
});
