import { afterAll, beforeAll, expect, test } from "bun:test";
import { onEveryEngine, type TestStore, testStore } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { accountCount, accountPage, type Wanted } from "./accounts-rows.ts";

onEveryEngine((engine) => {
  let store: TestStore;
  const all: Wanted = { pattern: undefined, role: undefined, active: undefined };

  beforeAll(async () => {
    store = await testStore({ engine });
  });
  afterAll(() => store.close());

  test("ACC-32 a page is read in its order, whatever is wanted: nothing is sorted", async () => {
    const { database } = store;
    for (const role of [undefined, "user"] as const) {
      for (const active of [undefined, true]) {
        for (const pattern of [undefined, "%a%"]) {
          const wanted = { role, active, pattern, limit: 50, offset: 0 };
          const plan = await planOf(database, accountPage(database, wanted));
          // PostgreSQL sorts what it takes for a handful of people.
          if (engine === "sqlite") expect(plan).not.toContain("TEMP B-TREE");
          if (role) expect(plan).toContain("users_listed");
        }
      }
    }
  });

  test("ACC-32 accounts are counted in an index that holds all that they are counted by", async () => {
    const { database } = store;
    for (const wanted of [all, { ...all, active: false }, { ...all, role: "user" as const }]) {
      expect(await planOf(database, accountCount(database, wanted))).toContain("users_listed");
    }
  });
});
