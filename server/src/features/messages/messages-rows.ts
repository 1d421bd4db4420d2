import type { MemberRole } from "@parley/protocol/rooms";
import { prepare, type Sql } from "../../schema/tables.ts";

export interface MessageRow {
  id: number;
  room_id: number;
  seq: number;
  ordinal: number;
  sender_id: number;
  client_id: string;
  sent_hash: string;
  type: string;
  body: Uint8Array;
  reply_to: number | null;
  in_thread: 0 | 1;
  mentions: string | null;
  mention_all: 0 | 1;
  reaction_count: number;
  version: number;
  reply_count: number;
  replied_seq: number | null;
  replied_at: number | null;
  file_count: number;
  preview_count: number;
  forwarded_sender: number | null;
  forwarded_at: number | null;
  pinned_at: number | null;
  extra: string | null;
  expires_at: number | null;
  created_at: number;
  edited_at: number | null;
  deleted_at: number | null;
}

const columns = [
  "id",
  "room_id",
  "seq",
  "ordinal",
  "sender_id",
  "client_id",
  "sent_hash",
  "type",
  "body",
  "reply_to",
  "in_thread",
  "mentions",
  "mention_all",
  "reaction_count",
  "version",
  "reply_count",
  "replied_seq",
  "replied_at",
  "file_count",
  "preview_count",
  "forwarded_sender",
  "forwarded_at",
  "pinned_at",
  "extra",
  "expires_at",
  "created_at",
  "edited_at",
  "deleted_at",
] as const;

export const messageById = prepare<{ id: number }, MessageRow>((build, param) =>
  build.selectFrom("messages").select(columns).where("id", "=", param("id")),
);

export const messageByClientId = prepare<{ sender: number; client: string }, MessageRow>((build, param) =>
  build
    .selectFrom("messages")
    .select(columns)
    .where("client_id", "=", param("client"))
    .where("sender_id", "=", param("sender")),
);

export const messagesBefore = prepare<{ room: number; seq: number; limit: number }, MessageRow>(
  (build, param) =>
    build
      .selectFrom("messages")
      .select(columns)
      .where("room_id", "=", param("room"))
      .where("seq", "<", param("seq"))
      .orderBy("seq", "desc")
      .limit(param("limit")),
);

export const messagesAfter = prepare<{ room: number; seq: number; limit: number }, MessageRow>(
  (build, param) =>
    build
      .selectFrom("messages")
      .select(columns)
      .where("room_id", "=", param("room"))
      .where("seq", ">", param("seq"))
      .orderBy("seq")
      .limit(param("limit")),
);

/** The first message at or after a place in a room, with its time. */
export const messageFrom = prepare<
  { room: number; seq: number },
  { id: number; seq: number; created_at: number }
>((build, param) =>
  build
    .selectFrom("messages")
    .select(["id", "seq", "created_at"])
    .where("room_id", "=", param("room"))
    .where("seq", ">=", param("seq"))
    .orderBy("seq")
    .limit(1),
);

/** Answers to a message that are not deleted, the newest first. */
export const repliesBefore = prepare<{ message: number; seq: number; limit: number }, MessageRow>(
  (build, param) =>
    build
      .selectFrom("messages")
      .select(columns)
      .where("reply_to", "=", param("message"))
      .where("deleted_at", "is", null)
      .where("seq", "<", param("seq"))
      .orderBy("seq", "desc")
      .limit(param("limit")),
);

/** `seq`: the event that brings the answer. */
export const countReply = prepare<{ message: number; seq: number; at: number }>((build, param) =>
  build
    .updateTable("messages")
    .set((eb) => ({
      reply_count: eb("reply_count", "+", 1),
      replied_seq: param("seq"),
      replied_at: param("at"),
    }))
    .where("id", "=", param("message")),
);

/** `seq`: the event that takes the answer away. */
export const uncountReply = prepare<{ message: number; seq: number }>((build, param) =>
  build
    .updateTable("messages")
    .set((eb) => ({ reply_count: eb("reply_count", "-", 1), replied_seq: param("seq") }))
    .where("id", "=", param("message")),
);

export async function messagesByIds(sql: Sql, ids: readonly number[]): Promise<MessageRow[]> {
  if (ids.length === 0) return [];
  return sql.rows(sql.build.selectFrom("messages").select(columns).where("id", "in", ids));
}

export const insertMessage = prepare<
  {
    room: number;
    seq: number;
    ordinal: number;
    sender: number;
    client: string;
    hash: string;
    type: string;
    body: Uint8Array;
    reply_to: number | null;
    in_thread: 0 | 1;
    mentions: string | null;
    mention_all: 0 | 1;
    forwarded_sender: number | null;
    forwarded_at: number | null;
    file_count: number;
    extra: string | null;
    expires_at: number | null;
    at: number;
  },
  { id: number }
>((build, param) =>
  build
    .insertInto("messages")
    .values({
      room_id: param("room"),
      seq: param("seq"),
      ordinal: param("ordinal"),
      sender_id: param("sender"),
      client_id: param("client"),
      sent_hash: param("hash"),
      type: param("type"),
      body_kind: "plain",
      body: param("body"),
      reply_to: param("reply_to"),
      in_thread: param("in_thread"),
      mentions: param("mentions"),
      mention_all: param("mention_all"),
      forwarded_sender: param("forwarded_sender"),
      forwarded_at: param("forwarded_at"),
      file_count: param("file_count"),
      extra: param("extra"),
      expires_at: param("expires_at"),
      created_at: param("at"),
    })
    .returning("id"),
);

/** An own message is read: the sender's marks move with it. Answers the sender's role; nothing for somebody who is not in. */
export const moveOwnMarks = prepare<
  { room: number; user: number; seq: number; ordinal: number },
  { role: MemberRole }
>((build, param) =>
  build
    .updateTable("members")
    .set({
      read_seq: param("seq"),
      read_ordinal: param("ordinal"),
      shown_seq: param("seq"),
      delivered_seq: param("seq"),
    })
    .where("room_id", "=", param("room"))
    .where("user_id", "=", param("user"))
    .returning("role"),
);

export const insertMention = prepare<{
  user: number;
  room: number;
  seq: number;
  message: number;
  in_thread: 0 | 1;
}>((build, param) =>
  build
    .insertInto("mentions")
    .values({
      user_id: param("user"),
      room_id: param("room"),
      seq: param("seq"),
      message_id: param("message"),
      in_thread: param("in_thread"),
    })
    .onConflict((conflict) => conflict.doNothing()),
);

export const deleteMentions = prepare<{ room: number; seq: number }>((build, param) =>
  build.deleteFrom("mentions").where("room_id", "=", param("room")).where("seq", "=", param("seq")),
);

export async function membersAmong(sql: Sql, room: number, users: readonly number[]): Promise<Set<number>> {
  const rows = await sql.rows(
    sql.build
      .selectFrom("members")
      .select("user_id")
      .where("room_id", "=", room)
      .where("user_id", "in", users),
  );
  return new Set(rows.map((row) => row.user_id));
}

export const messagePlace = prepare<{ id: number }, { room_id: number }>((build, param) =>
  build.selectFrom("messages").select("room_id").where("id", "=", param("id")),
);

export const keepVersion = prepare<{ id: number; version: number; body: Uint8Array; at: number }>(
  (build, param) =>
    build.insertInto("message_versions").values({
      message_id: param("id"),
      version: param("version"),
      body_kind: "plain",
      body: param("body"),
      at: param("at"),
    }),
);

export const versionsOf = prepare<{ id: number }, { version: number; body: Uint8Array; at: number }>(
  (build, param) =>
    build
      .selectFrom("message_versions")
      .select(["version", "body", "at"])
      .where("message_id", "=", param("id"))
      .orderBy("version"),
);

export const deleteVersions = prepare<{ id: number }>((build, param) =>
  build.deleteFrom("message_versions").where("message_id", "=", param("id")),
);

export const rewriteMessage = prepare<{
  id: number;
  body: Uint8Array;
  mentions: string | null;
  at: number;
}>((build, param) =>
  build
    .updateTable("messages")
    .set((eb) => ({
      body: param("body"),
      mentions: param("mentions"),
      edited_at: param("at"),
      version: eb("version", "+", 1),
    }))
    .where("id", "=", param("id")),
);

/** The message's place stays, and what it answered: a hole in the log would look like a loss, and those who count answers must know which is gone. From the hash of a short text it could be guessed. */
export const eraseMessage = prepare<{ id: number; at: number; nothing: Uint8Array }>((build, param) =>
  build
    .updateTable("messages")
    .set((eb) => ({
      body: param("nothing"),
      sent_hash: "",
      mentions: null,
      mention_all: 0,
      reaction_count: 0,
      file_count: 0,
      preview_count: 0,
      extra: null,
      forwarded_sender: null,
      forwarded_at: null,
      pinned_seq: null,
      pinned_at: null,
      pinned_by: null,
      deleted_at: param("at"),
      version: eb("version", "+", 1),
    }))
    .where("id", "=", param("id")),
);

export interface ReactionRow {
  message_id: number;
  emoji: string;
  user_id: number;
}

export async function reactionsOn(sql: Sql, messages: readonly number[]): Promise<ReactionRow[]> {
  if (messages.length === 0) return [];
  return sql.rows(
    sql.build
      .selectFrom("reactions")
      .select(["message_id", "emoji", "user_id"])
      .where("message_id", "in", messages)
      .orderBy("seq"),
  );
}

export const deleteSaves = prepare<{ message: number }>((build, param) =>
  build.deleteFrom("saved").where("message_id", "=", param("message")),
);

export const deleteTranslations = prepare<{ message: number }>((build, param) =>
  build.deleteFrom("translations").where("message_id", "=", param("message")),
);

/** What was begun in a thread goes with its message. */
export const deleteThreadDrafts = prepare<{ room: number; message: number }>((build, param) =>
  build.deleteFrom("drafts").where("room_id", "=", param("room")).where("thread_id", "=", param("message")),
);

export const deleteReactions = prepare<{ message: number }>((build, param) =>
  build.deleteFrom("reactions").where("message_id", "=", param("message")),
);
