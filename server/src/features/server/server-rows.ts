import { prepare } from "../../schema/tables.ts";

/** Facts about this store that are kept under a name. */
export type SettingKey = "epoch" | "server.name" | "setup.code_hash" | "setup.code_until";

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
