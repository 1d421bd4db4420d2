import type { ServerRole } from "@parley/protocol/users";
import { sql as raw } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";

/** A person as the store has them, without the password. */
export interface UserRow {
  id: number;
  username: string;
  email: string | null;
  display_name: string;
  given_name: string | null;
  family_name: string | null;
  status_message: string;
  avatar: string | null;
  role: ServerRole;
  active: 0 | 1;
  must_change_password: 0 | 1;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

export interface CredentialRow extends UserRow {
  password_hash: string;
}

export interface LoginRow extends CredentialRow {
  /** How many of this person's devices were last used in the given network. */
  known: number;
}

export const userColumns = [
  "id",
  "username",
  "email",
  "display_name",
  "given_name",
  "family_name",
  "status_message",
  "avatar",
  "role",
  "active",
  "must_change_password",
  "created_at",
  "updated_at",
  "deleted_at",
] as const;

/** In words that keep an engine from walking through the index of the list of accounts to find one of them. */
const isThere = raw<boolean>`coalesce(deleted_at, 0) = 0`;

export const userById = prepare<{ id: number }, UserRow>((build, param) =>
  build.selectFrom("users").select(userColumns).where("id", "=", param("id")).where("deleted_at", "is", null),
);

/** Also one whose account is deleted. */
export const anyUserById = prepare<{ id: number }, UserRow>((build, param) =>
  build.selectFrom("users").select(userColumns).where("id", "=", param("id")),
);

export const credentialsById = prepare<{ id: number }, CredentialRow>((build, param) =>
  build
    .selectFrom("users")
    .select(userColumns)
    .select("password_hash")
    .where("id", "=", param("id"))
    .where("deleted_at", "is", null),
);

/** A username never holds an `@` and an e-mail address always does, so that at most one row fits. */
export const credentialsByLogin = prepare<{ key: string; network: string }, LoginRow>((build, param) =>
  build
    .selectFrom("users")
    .select(userColumns)
    .select("password_hash")
    .select((eb) =>
      eb
        .selectFrom("sessions")
        .select((each) => each.fn.countAll<number>().as("count"))
        .whereRef("sessions.user_id", "=", "users.id")
        .where("sessions.network", "=", param("network"))
        .as("known"),
    )
    .where((eb) => eb.or([eb("username_key", "=", param("key")), eb("email_key", "=", param("key"))]))
    .where(isThere),
);

export const userByUsernameKey = prepare<{ key: string }, { id: number }>((build, param) =>
  build.selectFrom("users").select("id").where("username_key", "=", param("key")),
);

export const userByEmailKey = prepare<{ key: string }, { id: number }>((build, param) =>
  build.selectFrom("users").select("id").where("email_key", "=", param("key")),
);

export const usersAfter = prepare<{ after: string; limit: number }, UserRow & { username_key: string }>(
  (build, param) =>
    build
      .selectFrom("users")
      .select(userColumns)
      .select("username_key")
      .where(isThere)
      .where("username_key", ">", param("after"))
      .orderBy("username_key")
      .limit(param("limit")),
);

/** `pattern` is of LIKE, with a backslash before what is meant as it stands. */
export const usersLikeAfter = prepare<
  { pattern: string; after: string; limit: number },
  UserRow & { username_key: string }
>((build, param) =>
  build
    .selectFrom("users")
    .select(userColumns)
    .select("username_key")
    .where(isThere)
    .where("username_key", ">", param("after"))
    .where((eb) => raw<boolean>`${eb.ref("search_key")} like ${param("pattern")} escape '!'`)
    .orderBy("username_key")
    .limit(param("limit")),
);

/** Also those whose accounts are deleted. */
export function usersByIds(sql: Sql, ids: readonly number[]): Promise<UserRow[]> {
  return sql.rows<UserRow>(
    sql.build.selectFrom("users").select(userColumns).where("id", "in", ids).orderBy("username_key"),
  );
}

export async function countActiveAmong(sql: Sql, ids: readonly number[]): Promise<number> {
  const row = await sql.first<{ count: number }>(
    sql.build
      .selectFrom("users")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("id", "in", ids)
      .where("active", "=", 1),
  );
  return row?.count ?? 0;
}

export interface NewUserRow {
  username: string;
  username_key: string;
  email: string | null;
  email_key: string | null;
  display_name: string;
  given_name: string | null;
  family_name: string | null;
  search_key: string;
  role: ServerRole;
  password_hash: string;
  must_change_password: 0 | 1;
  at: number;
}

export const insertUser = prepare<NewUserRow, { id: number }>((build, param) =>
  build
    .insertInto("users")
    .values({
      username: param("username"),
      username_key: param("username_key"),
      email: param("email"),
      email_key: param("email_key"),
      display_name: param("display_name"),
      given_name: param("given_name"),
      family_name: param("family_name"),
      search_key: param("search_key"),
      status_message: "",
      role: param("role"),
      active: 1,
      password_hash: param("password_hash"),
      must_change_password: param("must_change_password"),
      created_at: param("at"),
      updated_at: param("at"),
      last_seen_at: null,
    })
    .returning("id"),
);

export const updateProfile = prepare<{
  id: number;
  username: string;
  username_key: string;
  email: string | null;
  email_key: string | null;
  display_name: string;
  given_name: string | null;
  family_name: string | null;
  search_key: string;
  status_message: string;
  updated_at: number;
}>((build, param) =>
  build
    .updateTable("users")
    .set({
      username: param("username"),
      username_key: param("username_key"),
      email: param("email"),
      email_key: param("email_key"),
      display_name: param("display_name"),
      given_name: param("given_name"),
      family_name: param("family_name"),
      search_key: param("search_key"),
      status_message: param("status_message"),
      updated_at: param("updated_at"),
    })
    .where("id", "=", param("id")),
);

export const updateActive = prepare<{ id: number; active: 0 | 1; at: number }>((build, param) =>
  build
    .updateTable("users")
    .set({ active: param("active"), updated_at: param("at") })
    .where("id", "=", param("id")),
);

export const updateRole = prepare<{ id: number; role: ServerRole; at: number }>((build, param) =>
  build
    .updateTable("users")
    .set({ role: param("role"), updated_at: param("at") })
    .where("id", "=", param("id")),
);

/** Who holds the row as one whose key will change waits for nobody later who names it. Only Postgres needs it. */
export const holdWholly = prepare<{ id: number }>((build, param) =>
  build.selectFrom("users").select("id").where("id", "=", param("id")).forUpdate(),
);

/** Nothing but the number is left, and a name that stands in nobody's alphabet. */
export const eraseUser = prepare<{ id: number; username: string; key: string; at: number }>((build, param) =>
  build
    .updateTable("users")
    .set({
      username: param("username"),
      username_key: param("key"),
      email: null,
      email_key: null,
      display_name: "",
      given_name: null,
      family_name: null,
      search_key: "",
      status_message: "",
      avatar: null,
      role: "user",
      active: 0,
      password_hash: "",
      must_change_password: 0,
      last_seen_at: null,
      notify_level: "mentions",
      muted_until: null,
      quiet_hours: null,
      keywords: null,
      updated_at: param("at"),
      deleted_at: param("at"),
    })
    .where("id", "=", param("id")),
);

export const activeAdminsBeside = prepare<{ user: number }, { count: number }>((build, param) =>
  build
    .selectFrom("users")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("role", "=", "admin")
    .where("active", "=", 1)
    .where("deleted_at", "is", null)
    .where("id", "!=", param("user")),
);

export const anyUser = prepare<object, { id: number }>((build) =>
  build.selectFrom("users").select("id").limit(1),
);

/** Whoever writes this row holds it until the commit. */
export const holdAccounts = prepare<object>((build) =>
  build
    .insertInto("settings")
    .values({ key: "accounts.lock", value: "" })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: "" })),
);
