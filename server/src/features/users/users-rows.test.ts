import { expect, test } from "bun:test";
import { onEveryEngine, testStore } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { credentialsByLogin, userByEmailKey, userByUsernameKey, usersAfter } from "./users-rows.ts";

onEveryEngine((engine) => {
  const [name, email] =
    engine === "sqlite"
      ? ["sqlite_autoindex_users_1", "sqlite_autoindex_users_2"]
      : ["users_username_key_key", "users_email_key_key"];

  test("SES-1 a login is found by its indexes, not by walking through everybody", async () => {
    const { database, close } = await testStore({ engine });
    const plan = await planOf(database, credentialsByLogin({ key: "", network: "" }));
    for (const index of [name, email, "sessions_user"]) expect(plan).toContain(index ?? "");
    await close();
  });

  test("ACC-1 whether a name or address is taken is one look-up", async () => {
    const { database, close } = await testStore({ engine });
    expect(await planOf(database, userByUsernameKey({ key: "" }))).toContain(name ?? "");
    expect(await planOf(database, userByEmailKey({ key: "" }))).toContain(email ?? "");
    await close();
  });

  test("ACC-10 a page of people is read in the order of its index", async () => {
    const { database, close } = await testStore({ engine });
    const plan = await planOf(database, usersAfter({ after: "", limit: 50 }));
    expect(plan).toContain(name ?? "");
    // PostgreSQL sorts what it takes for a handful of people.
    if (engine === "sqlite") expect(plan).not.toContain("TEMP B-TREE");
    await close();
  });
});
