import { prepare, type Sql } from "../../schema/tables.ts";

export interface RoomEventRow {
  seq: number;
  kind: string;
  at: number;
  by_id: number;
  message_id: number | null;
  body: string | null;
}

/** The room as it is once its head is raised. */
export interface RaisedRoom {
  kind: "direct" | "group" | "channel";
  is_public: 0 | 1;
  direct_key: string | null;
  permissions: string;
  archived_at: number | null;
  deleted_at: number | null;
  member_count: number;
  head: number;
  ordinal: number;
  head_at: number;
  delete_after: number | null;
  retention: number | null;
}

const raised = [
  "kind",
  "is_public",
  "direct_key",
  "permissions",
  "archived_at",
  "deleted_at",
  "member_count",
  "head",
  "ordinal",
  "head_at",
  "delete_after",
  "retention",
] as const;

/** The row lock this takes makes the order of numbers the order of commits. */
export const raiseHead = prepare<{ room: number; now: number }, RaisedRoom>((build, param) =>
  build
    .updateTable("rooms")
    .set((eb) => ({
      head: eb("head", "+", 1),
      head_at: eb.case().when("head_at", ">", param("now")).then(eb.ref("head_at")).else(param("now")).end(),
    }))
    .where("id", "=", param("room"))
    .returning(raised),
);

/** Nothing is raised for a message that its sender has sent before. */
export const raiseHeadForMessage = prepare<
  { room: number; now: number; sender: number; client: string; counted: 0 | 1 },
  RaisedRoom
>((build, param) =>
  build
    .updateTable("rooms")
    .set((eb) => {
      const at = eb
        .case()
        .when("head_at", ">", param("now"))
        .then(eb.ref("head_at"))
        .else(param("now"))
        .end();
      const ordinal = eb("ordinal", "+", param("counted"));
      return { head: eb("head", "+", 1), ordinal, head_at: at, last_message_at: at };
    })
    .where("id", "=", param("room"))
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom("messages")
            .select("messages.id")
            .where("messages.client_id", "=", param("client"))
            .where("messages.sender_id", "=", param("sender")),
        ),
      ),
    )
    .returning(raised),
);

export const insertRoomEvent = prepare<{ room: number } & RoomEventRow>((build, param) =>
  build.insertInto("room_events").values({
    room_id: param("room"),
    seq: param("seq"),
    kind: param("kind"),
    at: param("at"),
    by_id: param("by_id"),
    message_id: param("message_id"),
    body: param("body"),
  }),
);

export const roomEventRows = prepare<{ room: number; after: number; limit: number }, RoomEventRow>(
  (build, param) =>
    build
      .selectFrom("room_events")
      .select(["seq", "kind", "at", "by_id", "message_id", "body"])
      .where("room_id", "=", param("room"))
      .where("seq", ">", param("after"))
      .orderBy("seq")
      .limit(param("limit")),
);

export const roomEventAt = prepare<{ room: number; seq: number }, { at: number }>((build, param) =>
  build
    .selectFrom("room_events")
    .select("at")
    .where("room_id", "=", param("room"))
    .where("seq", "=", param("seq")),
);

export const roomHead = prepare<{ room: number }, { head: number }>((build, param) =>
  build.selectFrom("rooms").select("head").where("id", "=", param("room")),
);

/** Nothing is raised for a deleted account: its log is closed. */
export const raiseUserHead = prepare<{ user: number }, { head: number }>((build, param) =>
  build
    .updateTable("users")
    .set((eb) => ({ head: eb("head", "+", 1) }))
    .where("id", "=", param("user"))
    .where("deleted_at", "is", null)
    .returning("head"),
);

export const insertUserEvent = prepare<{ user: number; seq: number; kind: string; at: number; body: string }>(
  (build, param) =>
    build.insertInto("user_events").values({
      user_id: param("user"),
      seq: param("seq"),
      kind: param("kind"),
      at: param("at"),
      body: param("body"),
    }),
);

export interface UserEventRow {
  seq: number;
  kind: string;
  at: number;
  body: string;
}

export const userEventRows = prepare<{ user: number; after: number; limit: number }, UserEventRow>(
  (build, param) =>
    build
      .selectFrom("user_events")
      .select(["seq", "kind", "at", "body"])
      .where("user_id", "=", param("user"))
      .where("seq", ">", param("after"))
      .orderBy("seq")
      .limit(param("limit")),
);

export const userHead = prepare<{ user: number }, { head: number }>((build, param) =>
  build.selectFrom("users").select("head").where("id", "=", param("user")),
);

export interface DraftNow {
  room_id: number;
  thread_id: number;
  text: string;
  reply_to: number | null;
  at: number;
}

export const draftNow = prepare<{ user: number; room: number; thread: number }, DraftNow>((build, param) =>
  build
    .selectFrom("drafts")
    .select(["room_id", "thread_id", "text", "reply_to", "at"])
    .where("user_id", "=", param("user"))
    .where("room_id", "=", param("room"))
    .where("thread_id", "=", param("thread")),
);

export const wishesNow = prepare<{ user: number }, { quiet_hours: string | null; keywords: string | null }>(
  (build, param) =>
    build.selectFrom("users").select(["quiet_hours", "keywords"]).where("id", "=", param("user")),
);

export interface ScheduledNow {
  id: number;
  user_id: number;
  room_id: number;
  client_id: string;
  made_hash: string;
  text: string;
  reply_to: number | null;
  in_thread: 0 | 1;
  mentions: string | null;
  mention_all: 0 | 1;
  delete_after: number | null;
  send_at: number;
  failed_because: string | null;
  created_at: number;
}

export const scheduledNow = prepare<{ user: number; id: number }, ScheduledNow>((build, param) =>
  build
    .selectFrom("scheduled")
    .selectAll()
    .where("id", "=", param("id"))
    .where("user_id", "=", param("user")),
);

export interface ReminderNow {
  id: number;
  user_id: number;
  message_id: number;
  room_id: number;
  remind_at: number;
  is_due: 0 | 1;
  created_at: number;
}

export const reminderNow = prepare<{ user: number; message: number }, ReminderNow>((build, param) =>
  build
    .selectFrom("reminders")
    .selectAll()
    .where("user_id", "=", param("user"))
    .where("message_id", "=", param("message")),
);

export async function headsOfRooms(
  sql: Sql,
  rooms: readonly number[],
): Promise<{ id: number; head: number; head_at: number }[]> {
  return sql.rows(sql.build.selectFrom("rooms").select(["id", "head", "head_at"]).where("id", "in", rooms));
}

export async function headsOfUsers(
  sql: Sql,
  users: readonly number[],
): Promise<{ id: number; head: number }[]> {
  return sql.rows(sql.build.selectFrom("users").select(["id", "head"]).where("id", "in", users));
}
