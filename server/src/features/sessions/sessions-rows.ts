import type { ServerRole } from "@parley/protocol/users";
import { prepare } from "../../schema/tables.ts";

/** When a session is over by itself, or was ended. */
export interface SessionTimes {
  idle_until: number;
  expires_at: number;
  ended_at: number | null;
}

export interface AccessRow extends SessionTimes {
  id: number;
  user_id: number;
  used_at: number;
  network: string;
  active: 0 | 1;
  role: ServerRole;
  must_change_password: 0 | 1;
}

export interface FamilyRow extends SessionTimes {
  id: number;
  user_id: number;
  family_secret: string;
  generation: number;
  rotated_at: number;
  active: 0 | 1;
}

export interface SessionRow {
  id: number;
  device: string;
  network: string;
  created_at: number;
  used_at: number;
}

export const insertSession = prepare<
  {
    user: number;
    device: string;
    network: string;
    secret: string;
    now: number;
    idle_until: number;
    expires_at: number;
  },
  { id: number }
>((build, param) =>
  build
    .insertInto("sessions")
    .values({
      user_id: param("user"),
      device: param("device"),
      network: param("network"),
      family_secret: param("secret"),
      generation: 1,
      rotated_at: param("now"),
      created_at: param("now"),
      used_at: param("now"),
      idle_until: param("idle_until"),
      expires_at: param("expires_at"),
      ended_at: null,
      ended_because: null,
    })
    .returning("id"),
);

/** Everything that decides on a call, in one look-up by key. */
export const accessRow = prepare<{ session: number }, AccessRow>((build, param) =>
  build
    .selectFrom("sessions")
    .innerJoin("users", "users.id", "sessions.user_id")
    .select([
      "sessions.id",
      "sessions.user_id",
      "sessions.used_at",
      "sessions.network",
      "sessions.idle_until",
      "sessions.expires_at",
      "sessions.ended_at",
      "users.active",
      "users.role",
      "users.must_change_password",
    ])
    .where("sessions.id", "=", param("session")),
);

export const familyRow = prepare<{ session: number }, FamilyRow>((build, param) =>
  build
    .selectFrom("sessions")
    .innerJoin("users", "users.id", "sessions.user_id")
    .select([
      "sessions.id",
      "sessions.user_id",
      "sessions.family_secret",
      "sessions.generation",
      "sessions.rotated_at",
      "sessions.idle_until",
      "sessions.expires_at",
      "sessions.ended_at",
      "users.active",
    ])
    .where("sessions.id", "=", param("session")),
);

/** Locks a session until the commit, so that two uses of one token are decided one after the other. */
export const lockSession = prepare<{ session: number }>((build, param) =>
  build
    .updateTable("sessions")
    .set((eb) => ({ generation: eb.ref("generation") }))
    .where("id", "=", param("session")),
);

export const rotateSession = prepare<{ session: number; now: number; idle_until: number; network: string }>(
  (build, param) =>
    build
      .updateTable("sessions")
      .set((eb) => ({
        generation: eb("generation", "+", 1),
        rotated_at: param("now"),
        used_at: param("now"),
        idle_until: param("idle_until"),
        network: param("network"),
      }))
      .where("id", "=", param("session")),
);

/** `before`: the last use must be older, so that of several calls at once only one writes. */
export const touchSession = prepare<{
  session: number;
  now: number;
  before: number;
  idle_until: number;
  network: string;
}>((build, param) =>
  build
    .updateTable("sessions")
    .set({ used_at: param("now"), idle_until: param("idle_until"), network: param("network") })
    .where("id", "=", param("session"))
    .where("used_at", "<=", param("before"))
    .where("ended_at", "is", null),
);

/** Newest use first. */
export const liveSessions = prepare<{ user: number; now: number }, SessionRow>((build, param) =>
  build
    .selectFrom("sessions")
    .select(["id", "device", "network", "created_at", "used_at"])
    .where("user_id", "=", param("user"))
    .where("ended_at", "is", null)
    .where("idle_until", ">", param("now"))
    .where("expires_at", ">", param("now"))
    .orderBy("used_at", "desc")
    .orderBy("id", "desc"),
);

export const ownSession = prepare<{ session: number; user: number }, { id: number }>((build, param) =>
  build
    .selectFrom("sessions")
    .select("id")
    .where("id", "=", param("session"))
    .where("user_id", "=", param("user")),
);

export const endSessionRow = prepare<{ session: number; now: number; because: string }, { user_id: number }>(
  (build, param) =>
    build
      .updateTable("sessions")
      .set({ ended_at: param("now"), ended_because: param("because") })
      .where("id", "=", param("session"))
      .where("ended_at", "is", null)
      .returning("user_id"),
);

/** Every session of a person that is not over by itself, but one; `except` 0 ends all. */
export const endSessionRows = prepare<
  { user: number; except: number; now: number; because: string },
  { id: number }
>((build, param) =>
  build
    .updateTable("sessions")
    .set({ ended_at: param("now"), ended_because: param("because") })
    .where("user_id", "=", param("user"))
    .where("id", "!=", param("except"))
    .where("ended_at", "is", null)
    .where("idle_until", ">", param("now"))
    .returning("id"),
);

export const sessionsEndedFrom = prepare<{ at: number }, { id: number; user_id: number; ended_at: number }>(
  (build, param) =>
    build
      .selectFrom("sessions")
      .select(["id", "user_id"])
      .select((eb) => eb.ref("ended_at").$notNull().as("ended_at"))
      .where("ended_at", "is not", null)
      .where("ended_at", ">=", param("at"))
      .orderBy("ended_at"),
);

/** Sessions that were over before a moment, however they ended. */
export const deleteSessionsOverBefore = prepare<{ at: number }>((build, param) =>
  build
    .deleteFrom("sessions")
    .where((eb) => eb.or([eb("ended_at", "<", param("at")), eb("expires_at", "<", param("at"))])),
);
