import { prepare, type Sql } from "../../schema/tables.ts";

export const updateAvatar = prepare<{ user: number; avatar: string | null; at: number }>((build, param) =>
  build
    .updateTable("users")
    .set({ avatar: param("avatar"), updated_at: param("at") })
    .where("id", "=", param("user")),
);

/** Which of these names are those of somebody's picture. */
export async function avatarsAmong(sql: Sql, names: readonly string[]): Promise<Set<string>> {
  const rows = await sql.rows(sql.build.selectFrom("users").select("avatar").where("avatar", "in", names));
  return new Set(rows.flatMap(({ avatar }) => (avatar === null ? [] : [avatar])));
}
