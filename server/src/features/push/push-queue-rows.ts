import type { DefaultLevel, NotificationLevel } from "@parley/protocol/notifications";
import type { RoomKind } from "@parley/protocol/rooms";
import type { ThreadLevel } from "@parley/protocol/threads";
import { sql } from "kysely";
import { prepare } from "../../schema/tables.ts";

/** Where nobody is told by push, as on most servers most of the time, a message costs nothing more. */
export const insertQueued = prepare<{ message: number }>((build, param) => ({
  compile: () =>
    sql`INSERT INTO push_queue (message_id, after_user)
      SELECT CAST(${param("message")} AS BIGINT), 0 WHERE EXISTS (SELECT 1 FROM push_subscriptions)`.compile(
      build,
    ),
}));

export const queuedMessages = prepare<{ limit: number }, { message_id: number }>((build, param) =>
  build.selectFrom("push_queue").select("message_id").orderBy("message_id").limit(param("limit")),
);

/** Of several nodes that take the same message one gets it. */
export const takeQueued = prepare<{ message: number }, { after_user: number }>((build, param) =>
  build.deleteFrom("push_queue").where("message_id", "=", param("message")).returning("after_user"),
);

export const putBack = prepare<{ message: number; after: number }>((build, param) =>
  build.insertInto("push_queue").values({ message_id: param("message"), after_user: param("after") }),
);

export interface NewsRow {
  id: number;
  room_id: number;
  seq: number;
  sender_id: number;
  mentions: string | null;
  mention_all: 0 | 1;
  body: Uint8Array;
  reply_to: number | null;
  in_thread: 0 | 1;
  created_at: number;
  deleted_at: number | null;
  kind: RoomKind;
}

export const newsOf = prepare<{ message: number }, NewsRow>((build, param) =>
  build
    .selectFrom("messages")
    .innerJoin("rooms", "rooms.id", "messages.room_id")
    .select([
      ...([
        "messages.id",
        "messages.room_id",
        "messages.seq",
        "messages.sender_id",
        "messages.mentions",
      ] as const),
      ...(["messages.body", "messages.reply_to", "messages.in_thread"] as const),
      ...(["messages.mention_all", "messages.created_at", "messages.deleted_at", "rooms.kind"] as const),
    ])
    .where("messages.id", "=", param("message")),
);

export interface ListenerRow {
  subscription_id: number;
  user_id: number;
  read_seq: number;
  room_level: NotificationLevel;
  room_muted_until: number | null;
  level: DefaultLevel;
  muted_until: number | null;
  quiet_hours: string | null;
  keywords: string | null;
  /** Both null for whoever does not follow the thread. */
  thread_level: ThreadLevel | null;
  thread_read_seq: number | null;
}

/** The people of a room who are told by push on some device, by id, after a given one. `thread`: 0 for none. */
export const listenersIn = prepare<
  { room: number; thread: number; after: number; now: number; limit: number },
  ListenerRow
>((build, param) =>
  build
    .selectFrom("members")
    .innerJoin("push_subscriptions", "push_subscriptions.user_id", "members.user_id")
    .innerJoin("users", "users.id", "members.user_id")
    .innerJoin("sessions", "sessions.id", "push_subscriptions.session_id")
    .leftJoin("thread_follows", (join) =>
      join
        .onRef("thread_follows.user_id", "=", "members.user_id")
        .on("thread_follows.message_id", "=", param("thread"))
        .on("thread_follows.following", "=", 1),
    )
    .select([
      "push_subscriptions.id as subscription_id",
      "members.user_id",
      "members.read_seq",
      "members.notify_level as room_level",
      "members.muted_until as room_muted_until",
      "users.notify_level as level",
      "users.muted_until",
      "users.quiet_hours",
      "users.keywords",
      "thread_follows.level as thread_level",
      "thread_follows.read_seq as thread_read_seq",
    ])
    .where("members.room_id", "=", param("room"))
    .where("members.user_id", ">", param("after"))
    .where("users.active", "=", 1)
    .where("sessions.ended_at", "is", null)
    .where("sessions.idle_until", ">", param("now"))
    .orderBy("members.user_id")
    .orderBy("push_subscriptions.id")
    .limit(param("limit")),
);

/** What stands on the device stays known; what else was due is replaced. */
export const putDelivery = prepare<{
  subscription: number;
  room: number;
  message: number;
  seq: number;
  now: number;
  due: number;
}>((build, param) =>
  build
    .insertInto("push_deliveries")
    .values({
      subscription_id: param("subscription"),
      room_id: param("room"),
      state: "due",
      message_id: param("message"),
      seq: param("seq"),
      begun_at: param("now"),
      due_at: param("due"),
      attempts: 0,
      leased_until: 0,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["subscription_id", "room_id"])
        .doUpdateSet((eb) => ({
          state: "due",
          message_id: eb.ref("excluded.message_id"),
          seq: eb.ref("excluded.seq"),
          begun_at: eb.ref("excluded.begun_at"),
          due_at: eb.ref("excluded.due_at"),
          attempts: 0,
        }))
        .whereRef("push_deliveries.seq", "<", "excluded.seq"),
    ),
);
