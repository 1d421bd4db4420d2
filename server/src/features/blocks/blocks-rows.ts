import { prepare, type Sql } from "../../schema/tables.ts";

export interface BlockRow {
  /** Who blocks. */
  user_id: number;
  blocked_id: number;
}

export const insertBlock = prepare<{ user: number; blocked: number; at: number }>((build, param) =>
  build
    .insertInto("blocks")
    .values({ user_id: param("user"), blocked_id: param("blocked"), at: param("at") })
    .onConflict((conflict) => conflict.doNothing()),
);

export const deleteBlock = prepare<{ user: number; blocked: number }>((build, param) =>
  build.deleteFrom("blocks").where("user_id", "=", param("user")).where("blocked_id", "=", param("blocked")),
);

export const blocksOf = prepare<{ user: number }, { blocked_id: number; at: number }>((build, param) =>
  build
    .selectFrom("blocks")
    .select(["blocked_id", "at"])
    .where("user_id", "=", param("user"))
    .orderBy("at")
    .orderBy("blocked_id"),
);

export const countBlocks = prepare<{ user: number }, { count: number }>((build, param) =>
  build
    .selectFrom("blocks")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("user_id", "=", param("user")),
);

/** Who of two people blocks the other: at most two rows, each found by its key. */
export const blocksBetween = prepare<{ one: number; other: number }, { user_id: number }>((build, param) =>
  build
    .selectFrom("blocks")
    .select("user_id")
    .where("user_id", "=", param("one"))
    .where("blocked_id", "=", param("other"))
    .unionAll(
      build
        .selectFrom("blocks")
        .select("user_id")
        .where("user_id", "=", param("other"))
        .where("blocked_id", "=", param("one")),
    ),
);

export const personById = prepare<{ user: number }, { deleted_at: number | null }>((build, param) =>
  build.selectFrom("users").select("deleted_at").where("id", "=", param("user")),
);

/** Holds the person, so that of two blocks at once one is counted before the other is. Only Postgres needs it. */
export const holdPerson = prepare<{ user: number }>((build, param) =>
  build.selectFrom("users").select("id").where("id", "=", param("user")).forNoKeyUpdate(),
);

/** Holds the two people's direct room: what is being sent in it comes before the block, or is refused by it. */
export const holdDirectRoom = prepare<{ key: string }>((build, param) =>
  build.selectFrom("rooms").select("id").where("direct_key", "=", param("key")).forNoKeyUpdate(),
);

/** Who of these people blocks a person. */
export async function blockersAmong(sql: Sql, user: number, others: readonly number[]): Promise<number[]> {
  if (others.length === 0) return [];
  const rows = await sql.rows(
    sql.build
      .selectFrom("blocks")
      .select("user_id")
      .where("blocked_id", "=", user)
      .where("user_id", "in", others),
  );
  return rows.map((row) => row.user_id);
}

/** Whom of these people a person blocks. */
export async function blockedAmong(sql: Sql, user: number, others: readonly number[]): Promise<number[]> {
  if (others.length === 0) return [];
  const rows = await sql.rows(
    sql.build
      .selectFrom("blocks")
      .select("blocked_id")
      .where("user_id", "=", user)
      .where("blocked_id", "in", others),
  );
  return rows.map((row) => row.blocked_id);
}

const blocksAroundOne = prepare<{ user: number }, BlockRow>((build, param) =>
  build
    .selectFrom("blocks")
    .select(["user_id", "blocked_id"])
    .where("user_id", "=", param("user"))
    .unionAll(
      build.selectFrom("blocks").select(["user_id", "blocked_id"]).where("blocked_id", "=", param("user")),
    ),
);

/** Every block that these people have set, and every one that is set on them. */
export async function blocksAround(sql: Sql, users: readonly number[]): Promise<BlockRow[]> {
  const [user] = users;
  // Each hello asks for one person: that is not composed anew.
  if (user !== undefined && users.length === 1) return sql.rows(blocksAroundOne({ user }));
  const columns = ["user_id", "blocked_id"] as const;
  const own = await sql.rows<BlockRow>(
    sql.build.selectFrom("blocks").select(columns).where("user_id", "in", users),
  );
  const foreign = await sql.rows<BlockRow>(
    sql.build.selectFrom("blocks").select(columns).where("blocked_id", "in", users),
  );
  return [...own, ...foreign];
}
