import { prepare } from "../../schema/tables.ts";

export const insertTranscription = prepare<{ file: number; at: number }>((build, param) =>
  build
    .insertInto("transcriptions")
    .values({ file_id: param("file"), due_at: param("at") })
    .onConflict((conflict) => conflict.doNothing()),
);

export const setTranscript = prepare<{ file: number; state: string; text: string }>((build, param) =>
  build
    .updateTable("files")
    .set({ transcript_state: param("state"), transcript: param("text") })
    .where("id", "=", param("file")),
);

/** The message is another for it. */
export const raiseVersion = prepare<{ message: number }>((build, param) =>
  build
    .updateTable("messages")
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", param("message")),
);

export const dueTranscription = prepare<{ now: number }, { file_id: number }>((build, param) =>
  build
    .selectFrom("transcriptions")
    .select("file_id")
    .where("due_at", "<=", param("now"))
    .where("leased_until", "<=", param("now"))
    .limit(1),
);

export interface TakenRow {
  file_id: number;
  tries: number;
}

export const leaseTranscription = prepare<{ now: number; until: number }, TakenRow>((build, param) =>
  build
    .updateTable("transcriptions")
    .set((eb) => ({ leased_until: param("until"), tries: eb("tries", "+", 1) }))
    .where("file_id", "=", (eb) =>
      eb
        .selectFrom("transcriptions as other")
        .select("other.file_id")
        .where("other.due_at", "<=", param("now"))
        .where("other.leased_until", "<=", param("now"))
        .orderBy("other.due_at")
        .limit(1),
    )
    .where("leased_until", "<=", param("now"))
    .returning(["file_id", "tries"]),
);

export const putOffTranscription = prepare<{ file: number; at: number }>((build, param) =>
  build
    .updateTable("transcriptions")
    .set({ due_at: param("at"), leased_until: 0 })
    .where("file_id", "=", param("file")),
);

export const endTranscription = prepare<{ file: number }>((build, param) =>
  build.deleteFrom("transcriptions").where("file_id", "=", param("file")),
);

export interface RecordingRow {
  message_id: number;
  room_id: number;
  type: string | null;
  size: number;
  key: string;
  transcript_state: string | null;
}

/** A file of a message that is not deleted. */
export const recordingOf = prepare<{ file: number }, RecordingRow>((build, param) =>
  build
    .selectFrom("files")
    .innerJoin("uploads", "uploads.id", "files.upload_id")
    .innerJoin("messages", "messages.id", "files.message_id")
    .select(["files.message_id", "messages.room_id", "uploads.type", "uploads.size", "uploads.key"])
    .select("files.transcript_state")
    .where("files.id", "=", param("file"))
    .where("messages.deleted_at", "is", null),
);
