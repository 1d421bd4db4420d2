import type { DefaultLevel, NotificationLevel } from "@parley/protocol/notifications";
import type { PushText } from "@parley/protocol/push";
import type { RoomKind } from "@parley/protocol/rooms";
import type { ThreadLevel } from "@parley/protocol/threads";
import { sql } from "kysely";
import { prepare, type TxSql } from "../../schema/tables.ts";

export interface DeliveryRow {
  subscription_id: number;
  room_id: number;
  state: "due" | "shown" | "closing";
  message_id: number;
  seq: number;
  shown_seq: number | null;
  begun_at: number;
  attempts: number;
}

type Place = { subscription: number; room: number };

/** What is due and nobody else deals with, for as long as it is leased. */
export const leaseDue = prepare<{ now: number; until: number; limit: number }, DeliveryRow>(
  (build, param) => ({
    compile: () =>
      sql<DeliveryRow>`UPDATE push_deliveries SET leased_until = ${param("until")}
      WHERE (subscription_id, room_id) IN (SELECT subscription_id, room_id FROM push_deliveries
          WHERE state <> 'shown' AND due_at <= ${param("now")} AND leased_until <= ${param("now")}
          ORDER BY due_at LIMIT ${param("limit")})
        AND leased_until <= ${param("now")}
      RETURNING subscription_id, room_id, state, message_id, seq, shown_seq, begun_at, attempts`.compile(
        build,
      ),
  }),
);

/** When the next one is due, or its lease over. */
export const nextDue = prepare<object, { at: number | null }>((build) => ({
  compile: () =>
    sql<{
      at: number | null;
    }>`SELECT min(CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END) AS at
      FROM push_deliveries WHERE state <> 'shown'`.compile(build),
}));

export interface DueRow {
  user_id: number;
  session_id: number;
  endpoint: string;
  p256dh: string;
  auth: string;
  language: string;
  ended_at: number | null;
  idle_until: number;
  expires_at: number;
  active: 0 | 1;
  push_text: PushText;
  level: DefaultLevel;
  muted_until: number | null;
  quiet_hours: string | null;
  keywords: string | null;
  /** All null for somebody who is not in the room. */
  role: string | null;
  read_seq: number | null;
  room_level: NotificationLevel | null;
  room_muted_until: number | null;
  kind: RoomKind;
  is_public: 0 | 1;
  name: string;
  message_id: number;
  seq: number;
  sender_id: number;
  sender: string;
  type: string;
  body: Uint8Array;
  mentions: string | null;
  mention_all: 0 | 1;
  reply_to: number | null;
  in_thread: 0 | 1;
  /** Both null for somebody who does not follow the thread. */
  thread_level: ThreadLevel | null;
  thread_read_seq: number | null;
  deleted_at: number | null;
  blocked: number;
}

/** Everything that decides on a delivery, read at one moment. */
export const dueNow = prepare<Place, DueRow>((build, param) =>
  build
    .selectFrom("push_deliveries")
    .innerJoin("push_subscriptions", "push_subscriptions.id", "push_deliveries.subscription_id")
    .innerJoin("sessions", "sessions.id", "push_subscriptions.session_id")
    .innerJoin("users", "users.id", "push_subscriptions.user_id")
    .innerJoin("rooms", "rooms.id", "push_deliveries.room_id")
    .innerJoin("messages", "messages.id", "push_deliveries.message_id")
    .innerJoin("users as senders", "senders.id", "messages.sender_id")
    .leftJoin("members", (join) =>
      join
        .onRef("members.room_id", "=", "push_deliveries.room_id")
        .onRef("members.user_id", "=", "push_subscriptions.user_id"),
    )
    .leftJoin("thread_follows", (join) =>
      join
        .onRef("thread_follows.message_id", "=", "messages.reply_to")
        .onRef("thread_follows.user_id", "=", "push_subscriptions.user_id")
        .on("thread_follows.following", "=", 1),
    )
    .select([
      ...([
        "push_subscriptions.user_id",
        "push_subscriptions.session_id",
        "push_subscriptions.endpoint",
      ] as const),
      ...(["push_subscriptions.p256dh", "push_subscriptions.auth", "push_subscriptions.language"] as const),
      ...(["sessions.ended_at", "sessions.idle_until", "sessions.expires_at"] as const),
      ...(["users.active", "users.push_text", "users.notify_level as level", "users.muted_until"] as const),
      ...(["members.role", "members.read_seq", "members.notify_level as room_level"] as const),
      ...([
        "members.muted_until as room_muted_until",
        "rooms.kind",
        "rooms.is_public",
        "rooms.name",
      ] as const),
      ...(["messages.id as message_id", "messages.seq", "messages.sender_id", "messages.type"] as const),
      ...(["messages.body", "messages.mentions", "messages.mention_all", "messages.deleted_at"] as const),
      ...(["users.quiet_hours", "users.keywords"] as const),
      ...(["messages.reply_to", "messages.in_thread"] as const),
      ...(["thread_follows.level as thread_level", "thread_follows.read_seq as thread_read_seq"] as const),
      "senders.display_name as sender",
    ])
    .select((eb) =>
      eb
        .selectFrom("blocks")
        .select((count) => count.fn.countAll<number>().as("blocked"))
        .whereRef("blocks.user_id", "=", "push_subscriptions.user_id")
        .whereRef("blocks.blocked_id", "=", "messages.sender_id")
        .as("blocked"),
    )
    .where("push_deliveries.subscription_id", "=", param("subscription"))
    .where("push_deliveries.room_id", "=", param("room")),
);

/** It stands on the device now. Something later may have become due meanwhile: that is still to come. */
export const markShown = prepare<Place & { message: number; seq: number }>((build, param) => ({
  compile: () =>
    sql`UPDATE push_deliveries SET shown_message = ${param("message")}, shown_seq = ${param("seq")}, leased_until = 0,
        state = CASE WHEN seq = ${param("seq")} THEN 'shown' ELSE state END
      WHERE subscription_id = ${param("subscription")} AND room_id = ${param("room")}`.compile(build),
}));

/** What stood there before is all there is to tell; where nothing did, nothing is kept. */
export async function dropDue(tx: TxSql, row: DeliveryRow): Promise<void> {
  const place = { subscription: row.subscription_id, room: row.room_id, seq: row.seq };
  await tx.run(row.shown_seq === null ? deleteDelivery(place) : settleBack(place));
  await tx.run(releaseLater(place));
}

export const deleteDelivery = prepare<Place & { seq: number }>((build, param) =>
  build
    .deleteFrom("push_deliveries")
    .where("subscription_id", "=", param("subscription"))
    .where("room_id", "=", param("room"))
    .where("seq", "=", param("seq")),
);

const settleBack = prepare<Place & { seq: number }>((build, param) =>
  build
    .updateTable("push_deliveries")
    .set((eb) => ({
      state: "shown",
      seq: eb.ref("shown_seq").$notNull(),
      message_id: eb.ref("shown_message").$notNull(),
      leased_until: 0,
    }))
    .where("subscription_id", "=", param("subscription"))
    .where("room_id", "=", param("room"))
    .where("seq", "=", param("seq")),
);

/** What became due while an earlier one was dealt with is free. */
const releaseLater = prepare<Place & { seq: number }>((build, param) =>
  build
    .updateTable("push_deliveries")
    .set({ leased_until: 0 })
    .where("subscription_id", "=", param("subscription"))
    .where("room_id", "=", param("room"))
    .where("seq", ">", param("seq")),
);

export const putOff = prepare<Place & { seq: number; due: number; attempts: number }>((build, param) => ({
  compile: () =>
    sql`UPDATE push_deliveries SET leased_until = 0,
        due_at = CASE WHEN seq = ${param("seq")} THEN ${param("due")} ELSE due_at END,
        attempts = CASE WHEN seq = ${param("seq")} THEN ${param("attempts")} ELSE attempts END
      WHERE subscription_id = ${param("subscription")} AND room_id = ${param("room")}`.compile(build),
}));

/** The service wants to be left alone. */
export const putOffAll = prepare<{ subscription: number; due: number }>((build, param) =>
  build
    .updateTable("push_deliveries")
    .set({ due_at: param("due") })
    .where("subscription_id", "=", param("subscription"))
    .where("state", "!=", "shown")
    .where("due_at", "<", param("due")),
);

/** What stands on devices and is read, deleted or no longer theirs to see is to be taken back. */
export const closeSettled = prepare<{ now: number; due: number }>((build, param) => ({
  compile: () =>
    sql`UPDATE push_deliveries SET state = 'closing', begun_at = ${param("now")}, due_at = ${param("due")}, attempts = 0
      WHERE state = 'shown' AND (subscription_id, room_id) IN (
        SELECT push_deliveries.subscription_id, push_deliveries.room_id FROM push_deliveries
          JOIN push_subscriptions ON push_subscriptions.id = push_deliveries.subscription_id
          LEFT JOIN members ON members.room_id = push_deliveries.room_id
            AND members.user_id = push_subscriptions.user_id
          LEFT JOIN messages ON messages.id = push_deliveries.message_id
          LEFT JOIN thread_follows ON thread_follows.user_id = push_subscriptions.user_id
            AND thread_follows.message_id = messages.reply_to AND thread_follows.following = 1
        WHERE push_deliveries.state = 'shown' AND (members.user_id IS NULL
          OR thread_follows.read_seq >= push_deliveries.seq
          OR (members.read_seq >= push_deliveries.seq
            AND (messages.in_thread = 0 OR thread_follows.user_id IS NULL)) OR messages.id IS NULL OR messages.deleted_at IS NOT NULL))`.compile(
      build,
    ),
}));

/** What else is to be taken back on a device: a push that shows something takes it along. */
export const closingsOf = prepare<{ subscription: number }, { room_id: number; seq: number }>(
  (build, param) =>
    build
      .selectFrom("push_deliveries")
      .select(["room_id", "seq"])
      .where("subscription_id", "=", param("subscription"))
      .where("state", "=", "closing")
      .orderBy("due_at")
      .limit(50),
);

export const deleteSubscription = prepare<{ id: number }, { user_id: number }>((build, param) =>
  build.deleteFrom("push_subscriptions").where("id", "=", param("id")).returning("user_id"),
);
