import type { ServerRole } from "@parley/protocol/users";
import { sql as raw } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";
import { type UserRow, userColumns } from "../users/users.ts";

/** Which accounts are wanted; of what is left out nothing is said. */
export interface Wanted {
  /** Of LIKE, with `!` before what is meant as it stands. */
  pattern: string | undefined;
  role: ServerRole | undefined;
  active: boolean | undefined;
}

function wantedOf({ build }: Sql, { pattern, role, active }: Wanted) {
  return build
    .selectFrom("users")
    .where("deleted_at", "is", null)
    .$if(role !== undefined, (query) => query.where("role", "=", role ?? "user"))
    .$if(active !== undefined, (query) => query.where("active", "=", active ? 1 : 0))
    .$if(pattern !== undefined, (query) =>
      query.where(
        raw<boolean>`(search_key like ${pattern} escape '!' or email_key like ${pattern} escape '!')`,
      ),
    );
}

/** The newest first. */
export function accountPage(
  sql: Sql,
  { limit, offset, ...wanted }: Wanted & { limit: number; offset: number },
) {
  return wantedOf(sql, wanted)
    .select(userColumns)
    .orderBy("id", "desc")
    .limit(limit)
    .offset(offset)
    .$castTo<UserRow>();
}

/** What is a person's alone, and goes with the account. */
export const ownThings = [
  prepare<{ user: number }>((build, param) =>
    build.deleteFrom("drafts").where("user_id", "=", param("user")),
  ),
  prepare<{ user: number }>((build, param) => build.deleteFrom("saved").where("user_id", "=", param("user"))),
  prepare<{ user: number }>((build, param) =>
    build.deleteFrom("blocks").where("user_id", "=", param("user")),
  ),
  prepare<{ user: number }>((build, param) =>
    build.deleteFrom("answers").where("user_id", "=", param("user")),
  ),
];

export function accountCount(sql: Sql, wanted: Wanted) {
  return wantedOf(sql, wanted).select((eb) => eb.fn.countAll<number>().as("count"));
}
