import { prepare, type Sql } from "../../schema/tables.ts";
import type { ScheduledNow } from "../logs/logs.ts";

export type ScheduledRow = ScheduledNow;

export const insertScheduled = prepare<
  {
    user: number;
    room: number;
    client: string;
    hash: string;
    text: string;
    reply_to: number | null;
    in_thread: 0 | 1;
    mentions: string | null;
    mention_all: 0 | 1;
    delete_after: number | null;
    send_at: number;
    at: number;
  },
  ScheduledRow
>((build, param) =>
  build
    .insertInto("scheduled")
    .values({
      user_id: param("user"),
      room_id: param("room"),
      client_id: param("client"),
      made_hash: param("hash"),
      text: param("text"),
      reply_to: param("reply_to"),
      in_thread: param("in_thread"),
      mentions: param("mentions"),
      mention_all: param("mention_all"),
      delete_after: param("delete_after"),
      send_at: param("send_at"),
      failed_because: null,
      created_at: param("at"),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll(),
);

export const scheduledByClientId = prepare<{ user: number; client: string }, ScheduledRow>((build, param) =>
  build
    .selectFrom("scheduled")
    .selectAll()
    .where("user_id", "=", param("user"))
    .where("client_id", "=", param("client")),
);

export const messageByClient = prepare<{ user: number; client: string }, { id: number }>((build, param) =>
  build
    .selectFrom("messages")
    .select("id")
    .where("sender_id", "=", param("user"))
    .where("client_id", "=", param("client")),
);

export const scheduledOf = prepare<{ user: number }, ScheduledRow>((build, param) =>
  build
    .selectFrom("scheduled")
    .selectAll()
    .where("user_id", "=", param("user"))
    .orderBy("send_at")
    .orderBy("id"),
);

export const countScheduled = prepare<{ user: number }, { count: number }>((build, param) =>
  build
    .selectFrom("scheduled")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("user_id", "=", param("user")),
);

export interface DueRow extends ScheduledRow {
  /** Whether its author has an account that is open. */
  active: 0 | 1;
}

const dueOne = prepare<{ id: number }, DueRow>((build, param) =>
  build
    .selectFrom("scheduled")
    .innerJoin("users", "users.id", "scheduled.user_id")
    .selectAll("scheduled")
    .select("users.active")
    .where("scheduled.id", "=", param("id")),
);

const holdOne = prepare<{ id: number }, { id: number }>((build, param) =>
  build.selectFrom("scheduled").select("id").where("id", "=", param("id")).forUpdate(),
);

/** What is to be sent, held until the commit: nobody gives it another text meanwhile. */
export async function dueScheduled(sql: Sql, id: number): Promise<DueRow | undefined> {
  if (sql.engine === "postgres" && !(await sql.first(holdOne({ id })))) return undefined;
  return sql.first(dueOne({ id }));
}

/** What was asked for first is not remembered once it was given another text. */
export const rewriteScheduled = prepare<
  {
    id: number;
    text: string;
    mentions: string | null;
    send_at: number;
    failed_because: string | null;
  },
  ScheduledRow
>((build, param) =>
  build
    .updateTable("scheduled")
    .set({
      text: param("text"),
      mentions: param("mentions"),
      send_at: param("send_at"),
      failed_because: param("failed_because"),
      made_hash: "",
    })
    .where("id", "=", param("id"))
    .returningAll(),
);

export const failScheduled = prepare<{ id: number; because: string }, ScheduledRow>((build, param) =>
  build
    .updateTable("scheduled")
    .set({ failed_because: param("because") })
    .where("id", "=", param("id"))
    .returningAll(),
);

export const deleteScheduled = prepare<{ id: number }, ScheduledRow>((build, param) =>
  build.deleteFrom("scheduled").where("id", "=", param("id")).returningAll(),
);

export async function membersOf(sql: Sql, room: number, users: readonly number[]): Promise<Set<number>> {
  if (users.length === 0) return new Set();
  const rows = await sql.rows(
    sql.build
      .selectFrom("members")
      .select("user_id")
      .where("room_id", "=", room)
      .where("user_id", "in", users),
  );
  return new Set(rows.map((row) => row.user_id));
}

/** A person's place in a room before a message of theirs moves it; nothing where they are not in. */
export const placeIn = prepare<{ user: number; room: number }, { read_seq: number; unread: number }>(
  (build, param) =>
    build
      .selectFrom("members")
      .innerJoin("rooms", "rooms.id", "members.room_id")
      .select("members.read_seq")
      .select((eb) => eb("rooms.ordinal", "-", eb.ref("members.read_ordinal")).as("unread"))
      .where("members.room_id", "=", param("room"))
      .where("members.user_id", "=", param("user")),
);
