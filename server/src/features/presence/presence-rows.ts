import { prepare, type Sql } from "../../schema/tables.ts";

export interface LastSeenRow {
  id: number;
  last_seen_at: number | null;
  status_message: string;
}

export async function lastSeenRows(sql: Sql, users: readonly number[]): Promise<LastSeenRow[]> {
  return sql.rows(
    sql.build
      .selectFrom("users")
      .select(["id", "last_seen_at", "status_message"])
      .where("id", "in", users)
      .orderBy("id"),
  );
}

export const setLastSeen = prepare<{ user: number; at: number }>((build, param) =>
  build
    .updateTable("users")
    .set({ last_seen_at: param("at") })
    .where("id", "=", param("user"))
    .where("deleted_at", "is", null),
);
