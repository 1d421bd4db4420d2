import { sql } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";

/** Facts about this store that are kept under a name. */
export type SettingKey =
  | "secret.fingerprint"
  | "epoch"
  | "server.name"
  | "setup.code_hash"
  | "setup.code_until"
  | "welcome.room";

export const setting = prepare<{ key: SettingKey }, { value: string }>((build, param) =>
  build.selectFrom("settings").select("value").where("key", "=", param("key")),
);

export const putSetting = prepare<{ key: SettingKey; value: string }>((build, param) =>
  build
    .insertInto("settings")
    .values({ key: param("key"), value: param("value") })
    .onConflict((conflict) =>
      conflict.column("key").doUpdateSet((eb) => ({ value: eb.ref("excluded.value") })),
    ),
);

export const putSettingOnce = prepare<{ key: SettingKey; value: string }>((build, param) =>
  build
    .insertInto("settings")
    .values({ key: param("key"), value: param("value") })
    .onConflict((conflict) => conflict.doNothing()),
);

export const deleteSetting = prepare<{ key: SettingKey }>((build, param) =>
  build.deleteFrom("settings").where("key", "=", param("key")),
);

/** Other programs that are connected to this database and whose names begin so. Only PostgreSQL has any. */
export async function programsBeside(
  tx: Sql,
  names: { own: string; beginWith: string },
): Promise<{ name: string }[]> {
  if (tx.engine !== "postgres") return [];
  const query = sql<{ name: string }>`SELECT DISTINCT application_name AS name FROM pg_stat_activity
    WHERE datname = current_database() AND starts_with(application_name, ${names.beginWith})
      AND application_name <> ${names.own}`;
  return tx.rows({ compile: () => query.compile(tx.build) });
}
