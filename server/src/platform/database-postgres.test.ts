import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type RawBuilder, sql } from "kysely";
import { cutConnections, freshPostgres, postgresMissing } from "../testing/postgres.ts";
import { insertThing, renameThing, type Things, thingByName, thingsSchema } from "../testing/things.ts";
import {
  CollisionError,
  type Database,
  SavepointCollisionError,
  StoreDownError,
  StoreFullError,
  type TransactionSql,
} from "./database.ts";
import { openPostgres } from "./database-postgres.ts";

describe.skipIf(postgresMissing)(postgresMissing ? "PostgreSQL (not on this machine)" : "PostgreSQL", () => {
  let url: string;
  let one: Database<Things>;
  let other: Database<Things>;
  beforeAll(async () => {
    url = await freshPostgres();
    [one, other] = [0, 1].map(() => openPostgres<Things>(url, { integerColumns: new Set() })) as [
      Database<Things>,
      Database<Things>,
    ];
    await one.migrate(async (execute) => void (await execute(thingsSchema.postgres)));
  });
  afterAll(async () => {
    await one?.close();
    await other?.close();
  });

  const raw = <Row>(query: RawBuilder<Row>) => ({ compile: () => query.compile(one.build) });
  const blocked = sql<{ count: number }>`
    SELECT count(*) AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

  test("STORE-13 two that insert one key at once: the later one collides and took no effect", async () => {
    const waiting = await one.transaction(async (tx) => {
      await tx.run(insertThing("prize"));
      const second = other.transaction(async (later) => {
        await later.run(insertThing("beside"));
        await later.run(insertThing("prize"));
      });
      const outcome = second.catch((error: unknown) => error);
      // It must wait for us before we commit: only then do the two race.
      while (((await one.first(raw(blocked)))?.count ?? 0) === 0);
      return { outcome };
    });
    expect(await waiting.outcome).toBeInstanceOf(CollisionError);
    expect(await one.first(thingByName({ name: "beside" }))).toBeUndefined();
  });

  test("STORE-13 two that lock rows crosswise: one collides, the other commits", async () => {
    await one.transaction(async (tx) => {
      await tx.run(insertThing("left"));
      await tx.run(insertThing("right"));
    });
    const turns = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    const cross = (node: Database<Things>, from: string, to: string, mine: 0 | 1) =>
      node
        .transaction(async (tx) => {
          await tx.run(renameThing({ from, to: from }));
          turns[mine].resolve();
          await turns[1 - mine]?.promise;
          await tx.run(renameThing({ from: to, to }));
        })
        .then(
          () => "committed",
          (error) => (error instanceof CollisionError ? "collided" : error),
        );
    const outcomes = await Promise.all([cross(one, "left", "right", 0), cross(other, "right", "left", 1)]);
    expect(outcomes.sort()).toEqual(["collided", "committed"]);
  });

  test("STORE-14 after a restart of the server reading and writing go on", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `after ${index}`);
    const read = () => Promise.all(names.map((name) => one.first(thingByName({ name }))));
    const write = (suffix: string) =>
      Promise.all(names.map((name) => one.transaction((tx) => tx.run(insertThing(`${name}${suffix}`)))));
    // Every connection of both pools stands before it is cut.
    await Promise.all([read(), write(" before")]);
    cutConnections(url);
    await write("");
    await Promise.all([read(), write(" between")]);
    cutConnections(url);
    expect((await read()).every((row) => row !== undefined)).toBe(true);
  });

  test("STORE-14 a connection lost before the commit is a collision: nothing took effect", async () => {
    const lost = one.transaction(async (tx) => {
      await tx.run(insertThing("lost"));
      cutConnections(url);
      await tx.run(insertThing("lost too"));
    });
    await expect(lost).rejects.toBeInstanceOf(CollisionError);
    expect(await one.first(thingByName({ name: "lost" }))).toBeUndefined();
  });

  test("STORE-14 a connection lost during the commit is an unknown outcome, not a collision", async () => {
    const lost = one.transaction(async (tx) => {
      await tx.run(insertThing("unknown"));
      cutConnections(url);
    });
    const error = await lost.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(CollisionError);
  });

  test("STORE-14 a server that is not there is said so", async () => {
    const nowhere = openPostgres<Things>("postgresql://postgres@127.0.0.1:1/none", {
      integerColumns: new Set(),
    });
    expect(
      await nowhere.transaction((tx) => tx.run(insertThing("x"))).catch((error) => error),
    ).toBeInstanceOf(StoreDownError);
    expect(await nowhere.first(thingByName({ name: "x" })).catch((error) => error)).toBeInstanceOf(
      StoreDownError,
    );
    await nowhere.close();
  });

  test("STORE-15 a transaction that had failed never counts as committed", async () => {
    const swallowed = one.transaction(async (tx) => {
      await tx.run(insertThing("swallowed"));
      await tx.run(insertThing("swallowed")).catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow();
    expect(await one.first(thingByName({ name: "swallowed" }))).toBeUndefined();
  });

  test("STORE-15 a full disk and a lost race are told apart from bugs", async () => {
    const raised = (state: string) =>
      one
        .transaction((tx) => tx.run(raw(sql.raw(`DO $$ BEGIN RAISE 'x' USING ERRCODE = '${state}'; END $$`))))
        .catch((error: unknown) => error);
    expect(await raised("53100")).toBeInstanceOf(StoreFullError);
    for (const state of ["40001", "40P01", "55P03"])
      expect(await raised(state)).toBeInstanceOf(CollisionError);
    for (const state of ["22012", "42703", "23503"])
      expect(await raised(state)).not.toBeInstanceOf(CollisionError);
  });

  test("STORE-16 answers wait for the log on the disk whatever the cluster's setting is", async () => {
    await one.transaction(async (tx) => {
      const setting = sql<{ setting: string }>`SELECT current_setting('synchronous_commit') AS setting`;
      expect(await tx.first(raw(setting))).toEqual({ setting: "on" });
    });
  });

  test("STORE-18 a transaction that holds something waits for others only shortly; one that holds nothing waits", async () => {
    await one.transaction(async (tx) => {
      await tx.run(insertThing("mine"));
      await tx.run(insertThing("theirs"));
    });
    const freed = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const holder = other.transaction(async (tx) => {
      await tx.run(renameThing({ from: "theirs", to: "theirs" }));
      held.resolve();
      await freed.promise;
    });
    await held.promise;
    const touch = (tx: TransactionSql<Things>, name: string) =>
      tx.savepoint(() => tx.run(renameThing({ from: name, to: name })));
    const outcome = await one.transaction(async (tx) => {
      await touch(tx, "mine");
      return touch(tx, "theirs").catch((error: unknown) => error);
    });
    expect(outcome).toBeInstanceOf(SavepointCollisionError);

    const patient = one.transaction((tx) => touch(tx, "theirs"));
    while (((await one.first(raw(blocked)))?.count ?? 0) === 0);
    // Longer than one that holds something would have waited.
    await new Promise((resolve) => setTimeout(resolve, 300));
    freed.resolve();
    expect(await patient).toBe(1);
    await holder;
  });
});
