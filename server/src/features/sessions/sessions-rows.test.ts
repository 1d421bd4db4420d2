import { expect, test } from "bun:test";
import { onEveryEngine, testStore } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import {
  accessRow,
  endSessionRows,
  familyRow,
  liveSessions,
  sessionsEndedFrom,
  touchSession,
} from "./sessions-rows.ts";

onEveryEngine((engine) => {
  const keys =
    engine === "sqlite"
      ? ["SEARCH sessions USING INTEGER PRIMARY KEY", "SEARCH users USING INTEGER PRIMARY KEY"]
      : ["sessions_pkey", "users_pkey"];

  test("SES-5 what every call asks is two look-ups by key", async () => {
    const { database, close } = await testStore({ engine });
    for (const query of [accessRow({ session: 1 }), familyRow({ session: 1 })]) {
      const plan = await planOf(database, query);
      for (const key of keys) expect(plan).toContain(key);
    }
    const touch = touchSession({ session: 1, now: 1, before: 1, idle_until: 1, network: "" });
    expect(await planOf(database, touch)).toContain(keys[0] ?? "");
    await close();
  });

  test("SES-12 nobody walks through every session to find one person's, or those that ended of late", async () => {
    const { database, close } = await testStore({ engine });
    expect(await planOf(database, liveSessions({ user: 1, now: 1 }))).toContain("sessions_user");
    const ending = endSessionRows({ user: 1, except: 0, now: 1, because: "" });
    expect(await planOf(database, ending)).toContain("sessions_user");
    expect(await planOf(database, sessionsEndedFrom({ at: 1 }))).toContain("sessions_ended");
    await close();
  });
});
