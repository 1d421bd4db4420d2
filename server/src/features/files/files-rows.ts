import { prepare, type Sql } from "../../schema/tables.ts";

export interface FileRow {
  id: number;
  message_id: number;
  upload_id: number;
  name: string;
  alt: string;
  type: string | null;
  size: number;
  width: number | null;
  height: number | null;
  transcript_state: string | null;
  transcript: string;
}

const columns = [
  "files.id",
  "files.message_id",
  "files.upload_id",
  "files.name",
  "files.alt",
  "files.transcript_state",
  "files.transcript",
  "uploads.type",
  "uploads.size",
  "uploads.width",
  "uploads.height",
] as const;

export const insertFile = prepare<
  { message: number; place: number; upload: number; name: string; alt: string },
  { id: number }
>((build, param) =>
  build
    .insertInto("files")
    .values({
      message_id: param("message"),
      place: param("place"),
      upload_id: param("upload"),
      name: param("name"),
      alt: param("alt"),
    })
    .returning("id"),
);

export async function filesOfMessages(sql: Sql, messages: readonly number[]): Promise<FileRow[]> {
  if (messages.length === 0) return [];
  return sql.rows(
    sql.build
      .selectFrom("files")
      .innerJoin("uploads", "uploads.id", "files.upload_id")
      .select(columns)
      .where("files.message_id", "in", messages)
      .orderBy("files.message_id")
      .orderBy("files.place"),
  );
}

export interface ReadableRow extends FileRow {
  key: string;
  created_at: number;
}

/** A file of a message in a room that the person is in. */
export const fileFor = prepare<{ id: number; user: number }, ReadableRow>((build, param) =>
  build
    .selectFrom("files")
    .innerJoin("uploads", "uploads.id", "files.upload_id")
    .innerJoin("messages", "messages.id", "files.message_id")
    .innerJoin("members", "members.room_id", "messages.room_id")
    .select([...columns, "uploads.key", "uploads.created_at"])
    .where("files.id", "=", param("id"))
    .where("members.user_id", "=", param("user"))
    .where("messages.deleted_at", "is", null),
);

/** Their uploads are looked at after the commit: another message may name them. */
export const releaseOfMessage = prepare<{ message: number; at: number }>((build, param) =>
  build
    .updateTable("uploads")
    .set({ expires_at: param("at") })
    .where("id", "in", (eb) =>
      eb.selectFrom("files").select("upload_id").where("message_id", "=", param("message")),
    ),
);

export const deleteOfMessage = prepare<{ message: number }>((build, param) =>
  build.deleteFrom("files").where("message_id", "=", param("message")),
);

export const releaseOfRoom = prepare<{ room: number; at: number }>((build, param) =>
  build
    .updateTable("uploads")
    .set({ expires_at: param("at") })
    .where("id", "in", (eb) =>
      eb
        .selectFrom("files")
        .innerJoin("messages", "messages.id", "files.message_id")
        .select("files.upload_id")
        .where("messages.room_id", "=", param("room")),
    ),
);

export const deleteOfRoom = prepare<{ room: number }>((build, param) =>
  build
    .deleteFrom("files")
    .where("message_id", "in", (eb) =>
      eb.selectFrom("messages").select("id").where("room_id", "=", param("room")),
    ),
);
