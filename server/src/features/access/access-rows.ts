import type { Message } from "@parley/protocol/messages";
import type { NotificationLevel } from "@parley/protocol/notifications";
import type { MemberRole, RoomKind } from "@parley/protocol/rooms";
import { type RawBuilder, sql } from "kysely";
import { prepare } from "../../schema/tables.ts";

type MessageType = Message["type"];

/** One person's place in a room; `role` is null for somebody who is not in it. */
export interface PlaceRow {
  role: MemberRole | null;
  read_seq: number | null;
  read_ordinal: number | null;
  shown_seq: number | null;
  delivered_seq: number | null;
  notify_level: NotificationLevel | null;
  muted_until: number | null;
}

/** A room with one person's place in it. */
export interface AccessRow extends PlaceRow {
  id: number;
  kind: RoomKind;
  name: string;
  topic: string;
  is_public: 0 | 1;
  direct_key: string | null;
  permissions: string;
  created_by: number;
  created_at: number;
  archived_at: number | null;
  deleted_at: number | null;
  member_count: number;
  head: number;
  ordinal: number;
  last_message_at: number | null;
  delete_after: number | null;
  retention: number | null;
}

export const roomColumns = [
  "rooms.id",
  "rooms.kind",
  "rooms.name",
  "rooms.topic",
  "rooms.is_public",
  "rooms.direct_key",
  "rooms.permissions",
  "rooms.created_by",
  "rooms.created_at",
  "rooms.archived_at",
  "rooms.deleted_at",
  "rooms.member_count",
  "rooms.head",
  "rooms.ordinal",
  "rooms.last_message_at",
  "rooms.delete_after",
  "rooms.retention",
] as const;

export const memberColumns = [
  "members.role",
  "members.read_seq",
  "members.read_ordinal",
  "members.shown_seq",
  "members.delivered_seq",
  "members.notify_level",
  "members.muted_until",
] as const;

export const roomForUser = prepare<{ room: number; user: number }, AccessRow>((build, param) =>
  build
    .selectFrom("rooms")
    .leftJoin("members", (join) =>
      join.onRef("members.room_id", "=", "rooms.id").on("members.user_id", "=", param("user")),
    )
    .select([...roomColumns, ...memberColumns])
    .where("rooms.id", "=", param("room")),
);

/** The newest message of a room, as much as a list of rooms needs; all null in a room without one. */
export interface LastMessageRow {
  last_id: number | null;
  last_seq: number | null;
  last_sender: number | null;
  last_type: MessageType | null;
  last_body: Uint8Array | null;
  last_version: number | null;
  last_at: number | null;
  last_in_thread: 0 | 1 | null;
  last_expires_at: number | null;
  last_deleted_at: number | null;
}

/** All that is shown of a room in one person's list, read at one moment. */
export type MembershipRow = AccessRow & LastMessageRow & { mention_count: number };

export const lastMessageColumns = [
  "last.id as last_id",
  "last.seq as last_seq",
  "last.sender_id as last_sender",
  "last.type as last_type",
  "last.body as last_body",
  "last.version as last_version",
  "last.created_at as last_at",
  "last.in_thread as last_in_thread",
  "last.expires_at as last_expires_at",
  "last.deleted_at as last_deleted_at",
] as const;

/** The newest message of the row's room: one step in the index of places, whatever an engine thinks of its tables. */
export const lastId = sql<number>`(SELECT messages.id FROM messages
  WHERE messages.room_id = ${sql.ref("rooms.id")} ORDER BY messages.seq DESC LIMIT 1)`;

export const lastMessageOf = prepare<{ room: number }, LastMessageRow>((build, param) =>
  build
    .selectFrom("messages as last")
    .select(lastMessageColumns)
    .where("last.room_id", "=", param("room"))
    .orderBy("last.seq", "desc")
    .limit(1),
);

export const membershipForUser = prepare<{ room: number; user: number }, MembershipRow>((build, param) => {
  const mentions = mentionsAfter(param("user"), sql.ref("rooms.id"), sql.ref("members.read_seq"));
  return build
    .selectFrom("rooms")
    .leftJoin("members", (join) =>
      join.onRef("members.room_id", "=", "rooms.id").on("members.user_id", "=", param("user")),
    )
    .leftJoin("messages as last", (join) => join.on("last.id", "=", lastId))
    .select([...roomColumns, ...memberColumns, ...lastMessageColumns])
    .select(mentions.as("mention_count"))
    .where("rooms.id", "=", param("room"));
});

export const roleOf = prepare<{ room: number; user: number }, { role: MemberRole }>((build, param) =>
  build
    .selectFrom("members")
    .select("role")
    .where("room_id", "=", param("room"))
    .where("user_id", "=", param("user")),
);

/** Locks a room until the commit, so that what was checked still holds when it is written. Only Postgres needs it. */
export const lockRoom = prepare<{ room: number }>((build, param) =>
  build.selectFrom("rooms").select("id").where("id", "=", param("room")).forNoKeyUpdate(),
);

/** Messages of others after a read mark that mention a person, by name or with everyone else, but for those by whom they block. */
export function mentionsAfter(user: RawBuilder<number>, room: RawBuilder<number>, read: RawBuilder<number>) {
  return sql<number>`(SELECT count(*) FROM mentions
      WHERE mentions.user_id = ${user} AND mentions.room_id = ${room} AND mentions.seq > ${read}
        AND mentions.in_thread = 0
        AND NOT EXISTS (SELECT 1 FROM messages JOIN blocks ON blocks.blocked_id = messages.sender_id
          WHERE messages.id = mentions.message_id AND blocks.user_id = mentions.user_id))
    + (SELECT count(*) FROM messages
      WHERE messages.room_id = ${room} AND messages.mention_all = 1 AND messages.seq > ${read}
        AND messages.sender_id <> ${user}
        AND NOT EXISTS (SELECT 1 FROM blocks
          WHERE blocks.user_id = ${user} AND blocks.blocked_id = messages.sender_id))`;
}

export const mentionCount = prepare<{ user: number; room: number; read: number }, { count: number }>(
  (build, param) =>
    build.selectNoFrom(mentionsAfter(param("user"), param("room"), param("read")).as("count")),
);

export const roomsOfUser = prepare<{ user: number; after: number; limit: number }, MembershipRow>(
  (build, param) => {
    const mentions = mentionsAfter(param("user"), sql.ref("rooms.id"), sql.ref("members.read_seq"));
    return build
      .selectFrom("members")
      .innerJoin("rooms", "rooms.id", "members.room_id")
      .leftJoin("messages as last", (join) => join.on("last.id", "=", lastId))
      .select([...roomColumns, ...memberColumns, ...lastMessageColumns])
      .select(mentions.as("mention_count"))
      .where("members.user_id", "=", param("user"))
      .where("members.room_id", ">", param("after"))
      .where("rooms.deleted_at", "is", null)
      .orderBy("members.room_id")
      .limit(param("limit"));
  },
);
