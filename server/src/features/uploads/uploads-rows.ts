import { prepare, type Sql } from "../../schema/tables.ts";

export interface UploadRow {
  id: number;
  user_id: number;
  key: string;
  name: string;
  size: number;
  type: string | null;
  width: number | null;
  height: number | null;
  bound: 0 | 1;
  expires_at: number | null;
}

const columns = [
  ...(["id", "user_id", "key", "name", "size", "type", "width", "height", "bound", "expires_at"] as const),
] as const;

export const insertUpload = prepare<
  { user: number; key: string; name: string; size: number; at: number; expires_at: number },
  UploadRow
>((build, param) =>
  build
    .insertInto("uploads")
    .values({
      user_id: param("user"),
      key: param("key"),
      name: param("name"),
      size: param("size"),
      created_at: param("at"),
      expires_at: param("expires_at"),
    })
    .returning(columns),
);

/** Somebody's own upload that no message has taken. */
export const openUpload = prepare<{ id: number; user: number }, UploadRow>((build, param) =>
  build
    .selectFrom("uploads")
    .select(columns)
    .where("id", "=", param("id"))
    .where("user_id", "=", param("user"))
    .where("bound", "=", 0),
);

export const countOpen = prepare<{ user: number }, { count: number }>((build, param) =>
  build
    .selectFrom("uploads")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("user_id", "=", param("user"))
    .where("bound", "=", 0),
);

export const setWhole = prepare<
  { id: number; type: string; width: number | null; height: number | null },
  UploadRow
>((build, param) =>
  build
    .updateTable("uploads")
    .set({ type: param("type"), width: param("width"), height: param("height") })
    .where("id", "=", param("id"))
    .where("bound", "=", 0)
    .returning(columns),
);

/** How many bytes it turned out to be. */
export const setSize = prepare<{ id: number; size: number }, UploadRow>((build, param) =>
  build
    .updateTable("uploads")
    .set({ size: param("size") })
    .where("id", "=", param("id"))
    .where("bound", "=", 0)
    .where("type", "is", null)
    .returning(columns),
);

/** Takes these for a message, as far as they are somebody's own, whole and not taken yet. */
export async function takeUploads(
  sql: Sql,
  of: { user: number; ids: readonly number[]; now: number },
): Promise<UploadRow[]> {
  return sql.rows(
    sql.build
      .updateTable("uploads")
      .set({ bound: 1, expires_at: null })
      .where("id", "in", of.ids)
      .where("user_id", "=", of.user)
      .where("bound", "=", 0)
      .where("type", "is not", null)
      .where("expires_at", ">", of.now)
      .returning(columns),
  );
}

/** These stay until the commit. Only Postgres needs it. */
export async function holdUploads(sql: Sql, ids: readonly number[]): Promise<number> {
  const held = sql.build.selectFrom("uploads").select("id").where("id", "in", ids).orderBy("id");
  return (await sql.rows(held.forKeyShare())).length;
}

export const expiredUploads = prepare<{ now: number; limit: number }, { id: number }>((build, param) =>
  build
    .selectFrom("uploads")
    .select("id")
    .where("expires_at", "<=", param("now"))
    .orderBy("expires_at")
    .limit(param("limit")),
);

/** Nothing where a message has the upload. */
export const deleteUnused = prepare<
  { id: number; now: number },
  { key: string; user_id: number; size: number }
>((build, param) =>
  build
    .deleteFrom("uploads")
    .where("id", "=", param("id"))
    .where("expires_at", "<=", param("now"))
    .where(({ exists, not, selectFrom }) =>
      not(exists(selectFrom("files").select("files.id").where("files.upload_id", "=", param("id")))),
    )
    .returning(["key", "user_id", "size"]),
);

export const expireAt = prepare<{ id: number; at: number }>((build, param) =>
  build
    .updateTable("uploads")
    .set({ expires_at: param("at") })
    .where("id", "=", param("id")),
);

export const keepUpload = prepare<{ id: number }>((build, param) =>
  build.updateTable("uploads").set({ expires_at: null }).where("id", "=", param("id")),
);

/** Answers how many bytes it is now. */
export const addUse = prepare<{ user: number; bytes: number }, { bytes: number }>((build, param) =>
  build
    .insertInto("storage_use")
    .values({ user_id: param("user"), bytes: param("bytes") })
    .onConflict((conflict) =>
      conflict
        .column("user_id")
        .doUpdateSet((eb) => ({ bytes: eb("storage_use.bytes", "+", param("bytes")) })),
    )
    .returning("bytes"),
);

/** Which of these keys are those of an upload. */
export async function keysAmong(sql: Sql, keys: readonly string[]): Promise<Set<string>> {
  const rows = await sql.rows(sql.build.selectFrom("uploads").select("key").where("key", "in", keys));
  return new Set(rows.map(({ key }) => key));
}
