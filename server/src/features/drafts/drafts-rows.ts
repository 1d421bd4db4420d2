import { prepare } from "../../schema/tables.ts";

export interface DraftRow {
  room_id: number;
  thread_id: number;
  text: string;
  reply_to: number | null;
  at: number;
  session_id: number;
}

export const draftIn = prepare<{ user: number; room: number; thread: number }, DraftRow>((build, param) =>
  build
    .selectFrom("drafts")
    .select(["room_id", "thread_id", "text", "reply_to", "at", "session_id"])
    .where("user_id", "=", param("user"))
    .where("room_id", "=", param("room"))
    .where("thread_id", "=", param("thread")),
);

export const draftsOf = prepare<{ user: number }, DraftRow>((build, param) =>
  build
    .selectFrom("drafts")
    .select(["room_id", "thread_id", "text", "reply_to", "at", "session_id"])
    .where("user_id", "=", param("user"))
    .where("text", "!=", "")
    .orderBy("at", "desc")
    .orderBy("room_id")
    .orderBy("thread_id"),
);

export const countDrafts = prepare<{ user: number }, { count: number }>((build, param) =>
  build
    .selectFrom("drafts")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("user_id", "=", param("user"))
    .where("text", "!=", ""),
);

/** Holds the person's place in the room: whoever leaves takes the draft with them. Only Postgres needs it. */
export const holdPlace = prepare<{ user: number; room: number }, { user_id: number }>((build, param) =>
  build
    .selectFrom("members")
    .select("user_id")
    .where("room_id", "=", param("room"))
    .where("user_id", "=", param("user"))
    .forNoKeyUpdate(),
);

export const putDraft = prepare<{
  user: number;
  room: number;
  thread: number;
  text: string;
  reply_to: number | null;
  at: number;
  session: number;
}>((build, param) =>
  build
    .insertInto("drafts")
    .values({
      user_id: param("user"),
      room_id: param("room"),
      thread_id: param("thread"),
      text: param("text"),
      reply_to: param("reply_to"),
      at: param("at"),
      session_id: param("session"),
    })
    .onConflict((conflict) =>
      conflict.columns(["user_id", "room_id", "thread_id"]).doUpdateSet((eb) => ({
        text: eb.ref("excluded.text"),
        reply_to: eb.ref("excluded.reply_to"),
        at: eb.ref("excluded.at"),
        session_id: eb.ref("excluded.session_id"),
      })),
    ),
);

export const messageIn = prepare<{ room: number; message: number }, { id: number }>((build, param) =>
  build
    .selectFrom("messages")
    .select("id")
    .where("id", "=", param("message"))
    .where("room_id", "=", param("room")),
);

export const forgetEmpty = prepare<{ before: number }>((build, param) =>
  build.deleteFrom("drafts").where("text", "=", "").where("at", "<", param("before")),
);
