import type { ThreadLevel } from "@parley/protocol/threads";
import { sql } from "kysely";
import { prepare } from "../../schema/tables.ts";

export interface FollowRow {
  message_id: number;
  room_id: number;
  following: 0 | 1;
  level: ThreadLevel;
  read_seq: number;
}

type Place = { user: number; message: number };

const columns = ["message_id", "room_id", "following", "level", "read_seq"] as const;

export const followOf = prepare<Place, FollowRow>((build, param) =>
  build
    .selectFrom("thread_follows")
    .select(columns)
    .where("user_id", "=", param("user"))
    .where("message_id", "=", param("message")),
);

export interface RootRow {
  id: number;
  room_id: number;
  seq: number;
  sender_id: number;
  mentions: string | null;
  replied_seq: number | null;
  deleted_at: number | null;
}

export const rootOf = prepare<{ message: number }, RootRow>((build, param) =>
  build
    .selectFrom("messages")
    .select(["id", "room_id", "seq", "sender_id", "mentions", "replied_seq", "deleted_at"])
    .where("id", "=", param("message")),
);

/** Only somebody who is in the room follows, and nobody anew who has said no. */
export const insertFollow = prepare<Place & { room: number; read: number; at: number }>((build, param) => ({
  compile: () =>
    sql`INSERT INTO thread_follows (user_id, message_id, room_id, following, level, read_seq, at)
      SELECT members.user_id, CAST(${param("message")} AS BIGINT), members.room_id, 1, 'all',
        CAST(${param("read")} AS BIGINT), CAST(${param("at")} AS BIGINT)
      FROM members WHERE members.room_id = ${param("room")} AND members.user_id = ${param("user")}
      ON CONFLICT (user_id, message_id) DO NOTHING`.compile(build),
}));

export const putFollow = prepare<
  Place & { room: number; following: 0 | 1; level: ThreadLevel; read: number; at: number }
>((build, param) =>
  build
    .insertInto("thread_follows")
    .values({
      user_id: param("user"),
      message_id: param("message"),
      room_id: param("room"),
      following: param("following"),
      level: param("level"),
      read_seq: param("read"),
      at: param("at"),
    })
    .onConflict((conflict) =>
      conflict.columns(["user_id", "message_id"]).doUpdateSet((eb) => ({
        following: eb.ref("excluded.following"),
        level: eb.ref("excluded.level"),
        read_seq: eb.ref("excluded.read_seq"),
        at: eb.ref("excluded.at"),
      })),
    ),
);

export const countFollows = prepare<{ user: number }, { count: number }>((build, param) =>
  build
    .selectFrom("thread_follows")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("user_id", "=", param("user")),
);

/** Those that were left alone for longest, but for so many. */
export const forgetOldest = prepare<{ user: number; most: number }, FollowRow>((build, param) => ({
  compile: () =>
    sql<FollowRow>`DELETE FROM thread_follows WHERE user_id = ${param("user")} AND message_id IN (
        SELECT message_id FROM thread_follows WHERE user_id = ${param("user")}
        ORDER BY at DESC, message_id DESC LIMIT 1000000 OFFSET ${param("most")})
      RETURNING message_id, room_id, following, level, read_seq`.compile(build),
}));

export const deleteFollows = prepare<{ message: number }>((build, param) =>
  build.deleteFrom("thread_follows").where("message_id", "=", param("message")),
);

export const deleteFollowsIn = prepare<{ user: number; room: number }>((build, param) =>
  build
    .deleteFrom("thread_follows")
    .where("user_id", "=", param("user"))
    .where("room_id", "=", param("room")),
);
