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

/** What is a person's alone beside what goes with their rooms. That they were signed in is forgotten later (SES-15). */
export const ownThings = [
  prepare<{ user: number }>((build, param) => build.deleteFrom("saved").where("user_id", "=", param("user"))),
  prepare<{ user: number }>((build, param) =>
    build.deleteFrom("scheduled").where("user_id", "=", param("user")),
  ),
  prepare<{ user: number }>((build, param) =>
    build.deleteFrom("reminders").where("user_id", "=", param("user")),
  ),
  prepare<{ user: number }>((build, param) =>
    build.deleteFrom("blocks").where("user_id", "=", param("user")),
  ),
  prepare<{ user: number }>((build, param) =>
    build.deleteFrom("answers").where("user_id", "=", param("user")),
  ),
  prepare<{ user: number }>((build, param) =>
    build.updateTable("sessions").set({ device: "", network: "" }).where("user_id", "=", param("user")),
  ),
];

/** Their private log keeps its places, but does not say any more on which devices they were signed in. */
export function forgetDevices({ engine, build }: Sql, user: number) {
  const body = {
    sqlite: raw<string>`json_set(body, '$.device', '')`,
    postgres: raw<string>`jsonb_set(body::jsonb, '{device}', '""')::text`,
  }[engine];
  return build
    .updateTable("user_events")
    .set({ body })
    .where("user_id", "=", user)
    .where("kind", "=", "session.started");
}

export function accountCount(sql: Sql, wanted: Wanted) {
  return wantedOf(sql, wanted).select((eb) => eb.fn.countAll<number>().as("count"));
}
