import type { PushText } from "@parley/protocol/push";
import { prepare } from "../../schema/tables.ts";

export interface SubscriptionRow {
  id: number;
  user_id: number;
  session_id: number;
  endpoint: string;
  p256dh: string;
  auth: string;
  device: string;
  language: string;
  created_at: number;
  sent_at: number | null;
  failed_at: number | null;
  failure: string | null;
}

const columns = [
  ...(["push_subscriptions.id", "push_subscriptions.user_id", "push_subscriptions.session_id"] as const),
  ...(["push_subscriptions.endpoint", "push_subscriptions.p256dh", "push_subscriptions.auth"] as const),
  ...(["push_subscriptions.device", "push_subscriptions.language", "push_subscriptions.created_at"] as const),
  ...(["push_subscriptions.sent_at", "push_subscriptions.failed_at", "push_subscriptions.failure"] as const),
] as const;

/** Those of sessions that are over, but not taken away yet, are not there. */
export const subscriptionsOf = prepare<{ user: number; now: number }, SubscriptionRow>((build, param) =>
  build
    .selectFrom("push_subscriptions")
    .innerJoin("sessions", "sessions.id", "push_subscriptions.session_id")
    .select(columns)
    .where("push_subscriptions.user_id", "=", param("user"))
    .where("sessions.ended_at", "is", null)
    .where("sessions.idle_until", ">", param("now"))
    .where("sessions.expires_at", ">", param("now"))
    .orderBy("push_subscriptions.id"),
);

export const subscriptionOfSession = prepare<{ session: number }, SubscriptionRow>((build, param) =>
  build.selectFrom("push_subscriptions").select(columns).where("session_id", "=", param("session")),
);

/** Whoever else had this endpoint has it no longer. */
export const takeEndpoint = prepare<{ endpoint: string; session: number }, { user_id: number }>(
  (build, param) =>
    build
      .deleteFrom("push_subscriptions")
      .where("endpoint", "=", param("endpoint"))
      .where("session_id", "!=", param("session"))
      .returning("user_id"),
);

export const insertSubscription = prepare<
  {
    user: number;
    session: number;
    endpoint: string;
    p256dh: string;
    auth: string;
    device: string;
    language: string;
    now: number;
  },
  SubscriptionRow
>((build, param) =>
  build
    .insertInto("push_subscriptions")
    .values({
      user_id: param("user"),
      session_id: param("session"),
      endpoint: param("endpoint"),
      p256dh: param("p256dh"),
      auth: param("auth"),
      device: param("device"),
      language: param("language"),
      created_at: param("now"),
    })
    .returning(columns),
);

export const renameSubscription = prepare<
  { session: number; device: string; language: string },
  SubscriptionRow
>((build, param) =>
  build
    .updateTable("push_subscriptions")
    .set({ device: param("device"), language: param("language") })
    .where("session_id", "=", param("session"))
    .returning(columns),
);

export const deleteOfSession = prepare<{ session: number }, { id: number }>((build, param) =>
  build.deleteFrom("push_subscriptions").where("session_id", "=", param("session")).returning("id"),
);

export const deleteOwn = prepare<{ id: number; user: number }, { id: number }>((build, param) =>
  build
    .deleteFrom("push_subscriptions")
    .where("id", "=", param("id"))
    .where("user_id", "=", param("user"))
    .returning("id"),
);

/** Holds the person's row, so that of two subscriptions at once one is counted before the other is. */
export const holdPerson = prepare<{ user: number }>((build, param) =>
  build.selectFrom("users").select("id").where("id", "=", param("user")).forNoKeyUpdate(),
);

export const sessionDevice = prepare<{ session: number; user: number; now: number }, { device: string }>(
  (build, param) =>
    build
      .selectFrom("sessions")
      .select("device")
      .where("id", "=", param("session"))
      .where("user_id", "=", param("user"))
      .where("ended_at", "is", null)
      .where("idle_until", ">", param("now")),
);

export const textOf = prepare<{ user: number }, { push_text: PushText }>((build, param) =>
  build.selectFrom("users").select("push_text").where("id", "=", param("user")),
);

export const setText = prepare<{ user: number; text: PushText }>((build, param) =>
  build
    .updateTable("users")
    .set({ push_text: param("text") })
    .where("id", "=", param("user"))
    .where("push_text", "!=", param("text")),
);

export const noteSent = prepare<{ id: number; now: number }>((build, param) =>
  build
    .updateTable("push_subscriptions")
    .set({ sent_at: param("now") })
    .where("id", "=", param("id")),
);

export const noteFailed = prepare<{ id: number; now: number; failure: string }>((build, param) =>
  build
    .updateTable("push_subscriptions")
    .set({ failed_at: param("now"), failure: param("failure") })
    .where("id", "=", param("id")),
);

/** Of sessions that are over. */
export const deleteOfEnded = prepare<{ now: number }>((build, param) =>
  build.deleteFrom("push_subscriptions").where((eb) =>
    eb(
      "session_id",
      "in",
      eb
        .selectFrom("sessions")
        .innerJoin("push_subscriptions as own", "own.session_id", "sessions.id")
        .select("sessions.id")
        .where((over) =>
          over.or([
            over("sessions.ended_at", "is not", null),
            over("sessions.idle_until", "<=", param("now")),
            over("sessions.expires_at", "<=", param("now")),
          ]),
        ),
    ),
  ),
);

export const deleteQueue = prepare<object>((build) => build.deleteFrom("push_queue"));
export const deleteSubscriptions = prepare<object>((build) => build.deleteFrom("push_subscriptions"));

export const subscriptionOf = prepare<{ id: number; user: number; now: number }, SubscriptionRow>(
  (build, param) =>
    build
      .selectFrom("push_subscriptions")
      .innerJoin("sessions", "sessions.id", "push_subscriptions.session_id")
      .select(columns)
      .where("push_subscriptions.id", "=", param("id"))
      .where("push_subscriptions.user_id", "=", param("user"))
      .where("sessions.ended_at", "is", null)
      .where("sessions.idle_until", ">", param("now"))
      .where("sessions.expires_at", ">", param("now")),
);

export interface HealthRow {
  id: number;
  endpoint: string;
  sent_at: number | null;
  failed_at: number | null;
  failure: string | null;
}

/** Some of all devices, in the order of their ids. */
export const healthAfter = prepare<{ after: number; limit: number }, HealthRow>((build, param) =>
  build
    .selectFrom("push_subscriptions")
    .select(["id", "endpoint", "sent_at", "failed_at", "failure"])
    .where("id", ">", param("after"))
    .orderBy("id")
    .limit(param("limit")),
);

export const countDue = prepare<{ now: number }, { count: number }>((build, param) =>
  build
    .selectFrom("push_deliveries")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("state", "!=", "shown")
    .where("due_at", "<=", param("now")),
);
