import type { PushText } from "@parley/protocol/push";
import type { RoomKind } from "@parley/protocol/rooms";
import { sql } from "kysely";
import { prepare } from "../../schema/tables.ts";

type Place = { reminder: number; subscription: number };

/** To each device of the person's that is told by push; that it was told of an earlier time is forgotten. */
export const insertReminders = prepare<{ reminder: number; user: number; now: number }>((build, param) => ({
  compile: () =>
    sql`INSERT INTO push_reminders (reminder_id, subscription_id, begun_at, due_at)
      SELECT CAST(${param("reminder")} AS BIGINT), id, CAST(${param("now")} AS BIGINT), CAST(${param("now")} AS BIGINT)
      FROM push_subscriptions WHERE user_id = ${param("user")}
      ON CONFLICT (reminder_id, subscription_id) DO UPDATE
        SET begun_at = excluded.begun_at, due_at = excluded.due_at, attempts = 0`.compile(build),
}));

export interface LeasedReminder {
  reminder_id: number;
  subscription_id: number;
  begun_at: number;
  attempts: number;
}

/** What is due and nobody else deals with, for as long as it is leased. */
export const leaseReminders = prepare<{ now: number; until: number; limit: number }, LeasedReminder>(
  (build, param) => ({
    compile: () =>
      sql<LeasedReminder>`UPDATE push_reminders SET leased_until = ${param("until")}
      WHERE (reminder_id, subscription_id) IN (SELECT reminder_id, subscription_id FROM push_reminders
          WHERE due_at <= ${param("now")} AND leased_until <= ${param("now")}
          ORDER BY due_at LIMIT ${param("limit")})
        AND leased_until <= ${param("now")}
      RETURNING reminder_id, subscription_id, begun_at, attempts`.compile(build),
  }),
);

export const nextReminder = prepare<object, { at: number | null }>((build) => ({
  compile: () =>
    sql<{
      at: number | null;
    }>`SELECT min(CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END) AS at
      FROM push_reminders`.compile(build),
}));

export interface ReminderDue {
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
  muted_until: number | null;
  is_due: 0 | 1;
  message_id: number;
  room_id: number;
  /** All null where the message is gone, or not the person's to read any more. */
  kind: RoomKind | null;
  is_public: 0 | 1 | null;
  name: string | null;
  sender: string | null;
  body: Uint8Array | null;
}

/** Everything that decides on it, read at one moment. */
export const reminderDue = prepare<Place, ReminderDue>((build, param) => ({
  compile: () =>
    sql<ReminderDue>`SELECT push_subscriptions.user_id, push_subscriptions.session_id, push_subscriptions.endpoint,
        push_subscriptions.p256dh, push_subscriptions.auth, push_subscriptions.language, sessions.ended_at,
        sessions.idle_until, sessions.expires_at, users.active, users.push_text, users.muted_until,
        reminders.is_due, reminders.message_id, reminders.room_id,
        seen.kind, seen.is_public, seen.name, seen.sender, seen.body
      FROM reminders JOIN push_subscriptions ON push_subscriptions.user_id = reminders.user_id
      JOIN sessions ON sessions.id = push_subscriptions.session_id
      JOIN users ON users.id = reminders.user_id
      LEFT JOIN (SELECT messages.id, members.user_id, rooms.kind, rooms.is_public, rooms.name, messages.body,
          senders.display_name AS sender
        FROM messages JOIN rooms ON rooms.id = messages.room_id
        JOIN members ON members.room_id = messages.room_id
        JOIN users AS senders ON senders.id = messages.sender_id WHERE messages.deleted_at IS NULL) AS seen
        ON seen.id = reminders.message_id AND seen.user_id = reminders.user_id
      WHERE reminders.id = ${param("reminder")} AND push_subscriptions.id = ${param("subscription")}`.compile(
      build,
    ),
}));

/** As it was leased: one that has become due anew meanwhile is another. */
type Leased = Place & { begun: number };

export const deletePushReminder = prepare<Leased>((build, param) =>
  build
    .deleteFrom("push_reminders")
    .where("reminder_id", "=", param("reminder"))
    .where("subscription_id", "=", param("subscription"))
    .where("begun_at", "=", param("begun")),
);

export const putOffReminder = prepare<Leased & { due: number; attempts: number }>((build, param) =>
  build
    .updateTable("push_reminders")
    .set({ due_at: param("due"), attempts: param("attempts"), leased_until: 0 })
    .where("reminder_id", "=", param("reminder"))
    .where("subscription_id", "=", param("subscription"))
    .where("begun_at", "=", param("begun")),
);
