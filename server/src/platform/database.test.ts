import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshPostgres, postgresMissing } from "../testing/postgres.ts";
import { insertThing, renameThing, type Things, thingByName, thingsSchema } from "../testing/things.ts";
import type { Database } from "./database.ts";
import { openPostgres } from "./database-postgres.ts";
import { openSqlite } from "./database-sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-database-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** Where a store is, to open it more than once as several nodes do. */
const forms = [
  {
    form: "SQLite",
    missing: false,
    place: async () => join(folder, `${++files}.db`),
    open: (place: string): Database<Things> => openSqlite<Things>(place),
  },
  {
    form: postgresMissing ? "PostgreSQL (not on this machine)" : "PostgreSQL",
    missing: postgresMissing,
    place: freshPostgres,
    open: (place: string): Database<Things> =>
      openPostgres<Things>(place, { integerColumns: new Set(["size", "total"]) }),
  },
];

for (const { form, missing, place, open } of forms) {
  describe.skipIf(missing)(form, () => {
    let database: Database<Things>;
    beforeAll(async () => {
      database = open(await place());
      await database.migrate(async (execute) => void (await execute(thingsSchema[database.engine])));
    });
    afterAll(() => database?.close());

    const names = async () => {
      const rows = await database.rows(database.build.selectFrom("things").select("name").orderBy("id"));
      return rows.map((row) => row.name);
    };
    const empty = () => database.transaction((tx) => tx.run(tx.build.deleteFrom("things")));

    test("STORE-1 a transaction is there once it has returned", async () => {
      await empty();
      const id = await database.transaction(async (tx) => (await tx.first(insertThing("kept")))?.id);
      expect(id).toBeNumber();
      expect(await database.first(thingByName({ name: "kept" }))).toEqual({
        id: id as number,
        name: "kept",
        size: null,
        bytes: null,
      });
    });

    test("STORE-1 nobody sees a transaction before its commit", async () => {
      await empty();
      await database.transaction(async (tx) => {
        await tx.run(insertThing("early"));
        expect(await database.first(thingByName({ name: "early" }))).toBeUndefined();
        expect(await tx.first(thingByName({ name: "early" }))).toBeDefined();
      });
      expect(await names()).toEqual(["early"]);
    });

    test("STORE-2 a transaction that throws leaves nothing, and the error is its own", async () => {
      await empty();
      const refused = new Error("refused");
      const attempt = database.transaction(async (tx) => {
        await tx.run(insertThing("half"));
        throw refused;
      });
      await expect(attempt).rejects.toBe(refused);
      expect(await names()).toEqual([]);
    });

    test("STORE-3 a savepoint that throws undoes only itself", async () => {
      await empty();
      await database.transaction(async (tx) => {
        await tx.savepoint(() => tx.run(insertThing("first")));
        const failed = tx.savepoint(async () => {
          await tx.run(insertThing("second"));
          throw new Error("refused");
        });
        await failed.catch(() => undefined);
        await tx.savepoint(() => tx.run(insertThing("third")));
      });
      expect(await names()).toEqual(["first", "third"]);
    });

    test("STORE-3 a savepoint inside a savepoint undoes only itself", async () => {
      await empty();
      await database.transaction((tx) =>
        tx.savepoint(async () => {
          await tx.run(insertThing("outer"));
          const inner = tx.savepoint(async () => {
            await tx.run(insertThing("inner"));
            throw new Error("refused");
          });
          await inner.catch(() => undefined);
          await tx.run(insertThing("outer again"));
        }),
      );
      expect(await names()).toEqual(["outer", "outer again"]);
    });

    test("STORE-4 integers up to 2^53 come back as they were", async () => {
      await empty();
      const sizes = [0, -1, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
      for (const size of sizes) {
        await database.transaction((tx) => tx.run(insertThing(`size ${size}`, { size })));
        expect((await database.first(thingByName({ name: `size ${size}` })))?.size).toBe(size);
      }
    });

    test("STORE-4 counts and sums are numbers", async () => {
      await empty();
      await database.transaction(async (tx) => {
        await tx.run(insertThing("big", { size: 2 ** 40 }));
        await tx.run(insertThing("none"));
      });
      const row = await database.first(
        database.build
          .selectFrom("things")
          .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.sum<number>("size").as("total")]),
      );
      expect(row).toEqual({ count: 2, total: 2 ** 40 });
    });

    test("STORE-5 bytes come back as they were, as a plain array", async () => {
      await empty();
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await database.transaction(async (tx) => {
        await tx.run(insertThing("without"));
        await tx.run(insertThing("with", { bytes }));
        await tx.run(insertThing("empty", { bytes: new Uint8Array() }));
      });
      const rows = await database.rows(database.build.selectFrom("things").selectAll().orderBy("id"));
      expect(rows.map((row) => row.bytes)).toEqual([null, bytes, new Uint8Array()]);
      expect(rows[1]?.bytes?.constructor).toBe(Uint8Array);
    });

    test("STORE-6 every well-formed text comes back as it was", async () => {
      await empty();
      const texts = [
        "ü",
        "日本語",
        "👩‍👩‍👧‍👦",
        "e\u0301",
        "'; DROP TABLE things; --",
        "\\",
        "$1 ? :name",
        "\u0001\r\n",
        "12",
        "\u{10ffff}",
      ];
      for (const name of texts) {
        await database.transaction((tx) => tx.run(insertThing(name)));
        expect((await database.first(thingByName({ name })))?.name).toBe(name);
      }
      expect(await names()).toEqual(texts);
    });

    test("STORE-6 a text column stays text though it looks like a number", async () => {
      await empty();
      await database.transaction(async (tx) => {
        await tx.run(insertThing("007", { size: 7 }));
        await tx.run(insertThing("9007199254740993"));
      });
      const rows = await database.rows(
        database.build.selectFrom("things").select(["name", "size"]).orderBy("id"),
      );
      expect(rows).toEqual([
        { name: "007", size: 7 },
        { name: "9007199254740993", size: null },
      ]);
    });

    test("STORE-7 a change answers how many rows it changed", async () => {
      await empty();
      await database.transaction(async (tx) => {
        expect(await tx.run(insertThing("one"))).toBe(1);
        expect(await tx.run(renameThing({ from: "one", to: "two" }))).toBe(1);
        expect(await tx.run(renameThing({ from: "one", to: "two" }))).toBe(0);
      });
    });

    test("STORE-8 a taken key is an error, and the rest of the transaction is not lost with its savepoint", async () => {
      await empty();
      await database.transaction((tx) => tx.run(insertThing("taken")));
      await database.transaction(async (tx) => {
        await tx.run(insertThing("before"));
        await expect(tx.savepoint(() => tx.run(insertThing("taken")))).rejects.toThrow();
        await tx.run(insertThing("after"));
      });
      expect(await names()).toEqual(["taken", "before", "after"]);
    });

    test("STORE-9 reading cannot change anything", async () => {
      await empty();
      await expect(database.run(insertThing("sneaked in"))).rejects.toThrow();
      expect(await names()).toEqual([]);
    });

    test("STORE-10 many transactions at once all arrive, each whole", async () => {
      await empty();
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          if (database.lanes === 1 && index >= 1) return;
          await database.transaction(async (tx) => {
            await tx.run(insertThing(`a${index}`));
            await tx.run(insertThing(`b${index}`));
          });
        }),
      );
      const stored = await names();
      const expected = database.lanes === 1 ? 1 : 40;
      expect(stored.length).toBe(expected * 2);
      expect(stored.filter((name) => name.startsWith("a")).length).toBe(expected);
    });

    test("STORE-17 a change that nobody waits for is carried out in its turn", async () => {
      await empty();
      await database.transaction(async (tx) => {
        tx.runAhead(insertThing("one"));
        expect(await tx.first(thingByName({ name: "one" }))).toBeDefined();
        await tx.savepoint(async () => {
          tx.runAhead(insertThing("two"));
          tx.runAhead(renameThing({ from: "two", to: "three" }));
        });
        tx.runAhead(insertThing("four"));
      });
      expect(await names()).toEqual(["one", "three", "four"]);
    });

    test("STORE-17 when it fails where somebody still waits, only that savepoint is undone", async () => {
      await empty();
      await database.transaction(async (tx) => {
        tx.runAhead(insertThing("taken"));
        const failing = tx.savepoint(async () => {
          await tx.run(insertThing("half"));
          tx.runAhead(insertThing("taken"));
          await tx.first(thingByName({ name: "half" }));
        });
        expect(await failing.catch((error: unknown) => error)).toBeInstanceOf(Error);
        await tx.savepoint(() => tx.run(insertThing("after")));
        const refused = new Error("refused");
        const refusing = tx.savepoint(async () => {
          await tx.run(insertThing("refused"));
          throw refused;
        });
        await expect(refusing).rejects.toBe(refused);
      });
      expect(await names()).toEqual(["taken", "after"]);
    });

    test("STORE-17 when it fails and nobody waits, nothing of the transaction counts", async () => {
      await empty();
      await database.transaction((tx) => tx.run(insertThing("taken")));
      const outcome = database.transaction(async (tx) => {
        await tx.savepoint(() => tx.run(insertThing("before")));
        await tx.savepoint(async () => tx.runAhead(insertThing("taken")));
        await tx.savepoint(() => tx.run(insertThing("after"))).catch(() => undefined);
        await tx.savepoint(() => tx.run(insertThing("later"))).catch(() => undefined);
      });
      await expect(outcome).rejects.toThrow();
      expect(await names()).toEqual(["taken"]);
    });

    test("STORE-11 of several nodes that start together one migrates, the others wait", async () => {
      const shared = await place();
      const nodes = Array.from({ length: 3 }, () => open(shared));
      let carriedOut = 0;
      const start = (node: Database<Things>) =>
        node.migrate(async (execute) => {
          await execute("CREATE TABLE IF NOT EXISTS done (name TEXT PRIMARY KEY)");
          if ((await execute("SELECT name FROM done")).length > 0) return;
          carriedOut++;
          await execute(thingsSchema[node.engine]);
          await execute("INSERT INTO done (name) VALUES ('things')");
        });
      // Only one server at a time may use an SQLite file: there the nodes come one after another.
      if (database.lanes === 1) for (const node of nodes) await start(node);
      else await Promise.all(nodes.map(start));
      expect(carriedOut).toBe(1);
      await Promise.all(nodes.map((node) => node.close()));
    });

    test("STORE-12 a migration that fails half-way leaves nothing behind", async () => {
      const node = open(await place());
      const failing = node.migrate(async (execute) => {
        await execute(thingsSchema[node.engine]);
        await execute("INSERT INTO things (name) VALUES ('half')");
        await execute("CREATE TABLE things (again TEXT)");
      });
      await expect(failing).rejects.toThrow();
      await node.migrate(async (execute) => void (await execute(thingsSchema[node.engine])));
      expect(await node.rows(node.build.selectFrom("things").select("name"))).toEqual([]);
      await node.close();
    });
  });
}
