import { sql } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";

const key = "library.version";

export const libraryVersion = prepare<object, { value: string }>((build) =>
  build.selectFrom("settings").select("value").where("key", "=", key),
);

/** Whoever changes anything waits here for whoever does so at the same time. */
export const raiseVersion = prepare<object, { value: string }>((build) =>
  build
    .insertInto("settings")
    .values({ key, value: "1" })
    .onConflict((conflict) =>
      conflict
        .column("key")
        .doUpdateSet({ value: sql<string>`CAST(CAST(settings.value AS BIGINT) + 1 AS TEXT)` }),
    )
    .returning("value"),
);

/** Which of these names are those of a picture that somebody may see. */
export async function picturesAmong(reader: Sql, names: readonly string[]): Promise<Set<string>> {
  const { build } = reader;
  const emoji = await reader.rows(build.selectFrom("emoji").select("picture").where("picture", "in", names));
  const stickers = await reader.rows(
    build.selectFrom("stickers").select("picture").where("picture", "in", names),
  );
  return new Set([...emoji, ...stickers].map(({ picture }) => picture));
}
