import { sql } from "kysely";
import { prepare } from "../../schema/tables.ts";
import type { FollowRow } from "../follows/follows.ts";

export interface UnreadRow {
  reply_to: number;
  id: number;
  seq: number;
  in_thread: 0 | 1;
  mentions: string | null;
  mention_all: 0 | 1;
}

/** 0 stands for any room or message. */
export interface Among {
  user: number;
  room: number;
  message: number;
}

/** Answers of others after a follower's mark in the thread, and in the room where it shows them; of nobody whom they block. */
const isNew = sql<boolean>`answers.deleted_at IS NULL AND answers.seq > thread_follows.read_seq
  AND answers.sender_id <> thread_follows.user_id AND (answers.in_thread = 1 OR answers.seq > members.read_seq)
  AND NOT EXISTS (SELECT 1 FROM blocks
    WHERE blocks.user_id = thread_follows.user_id AND blocks.blocked_id = answers.sender_id)`;

/** From the follows to their answers, whatever an engine thinks of its tables. */
export const unreadAnswers = prepare<Among & { limit: number }, UnreadRow>((build, param) => ({
  compile: () =>
    sql<UnreadRow>`SELECT answers.reply_to, answers.id, answers.seq, answers.in_thread, answers.mentions, answers.mention_all
      FROM thread_follows CROSS JOIN members CROSS JOIN messages AS answers
      WHERE thread_follows.user_id = ${param("user")} AND thread_follows.following = 1
        AND (${param("room")} = 0 OR thread_follows.room_id = ${param("room")})
        AND (${param("message")} = 0 OR thread_follows.message_id = ${param("message")})
        AND members.room_id = thread_follows.room_id AND members.user_id = thread_follows.user_id
        AND answers.reply_to = thread_follows.message_id AND ${isNew}
      ORDER BY answers.id DESC LIMIT ${param("limit")}`.compile(build),
}));

export const followsOf = prepare<{ user: number; room: number }, FollowRow>((build, param) => ({
  compile: () =>
    sql<FollowRow>`SELECT message_id, room_id, following, level, read_seq FROM thread_follows
      WHERE user_id = ${param("user")} AND following = 1 AND (${param("room")} = 0 OR room_id = ${param("room")})
      ORDER BY message_id`.compile(build),
}));

export interface ListedRow extends FollowRow {
  /** Whether something is new there. */
  fresh: 0 | 1;
  /** When it was last answered, or begun. */
  moved_at: number;
}

/** Those with something new first, then those that moved last; after a place in this order. */
export const listedAfter = prepare<
  { user: number; fresh: number; moved: number; message: number; limit: number },
  ListedRow
>((build, param) => ({
  compile: () =>
    sql<ListedRow>`SELECT * FROM (
        SELECT thread_follows.message_id, thread_follows.room_id, thread_follows.following, thread_follows.level,
          thread_follows.read_seq, coalesce(roots.replied_at, roots.created_at) AS moved_at,
          CASE WHEN EXISTS (SELECT 1 FROM messages AS answers
            WHERE answers.reply_to = thread_follows.message_id AND ${isNew}) THEN 1 ELSE 0 END AS fresh
        FROM thread_follows CROSS JOIN members CROSS JOIN messages AS roots
        WHERE thread_follows.user_id = ${param("user")} AND thread_follows.following = 1
          AND members.room_id = thread_follows.room_id AND members.user_id = thread_follows.user_id
          AND roots.id = thread_follows.message_id AND roots.deleted_at IS NULL) AS listed
      WHERE (listed.fresh, listed.moved_at, listed.message_id) < (${param("fresh")}, ${param("moved")}, ${param("message")})
      ORDER BY listed.fresh DESC, listed.moved_at DESC, listed.message_id DESC LIMIT ${param("limit")}`.compile(
      build,
    ),
}));

/** The newest answer to a message that is not deleted. */
export const newestAnswer = prepare<{ message: number }, { id: number }>((build, param) =>
  build
    .selectFrom("messages")
    .select("id")
    .where("reply_to", "=", param("message"))
    .where("deleted_at", "is", null)
    .orderBy("seq", "desc")
    .limit(1),
);
