import { ChatError } from "@parley/protocol/errors";
import { previewOf } from "@parley/protocol/previews";
import type { LastMessage, MemberRole, Membership, Room } from "@parley/protocol/rooms";
import type { Tx } from "../../context.ts";
import { isoTime, isoTimeOrNull } from "../../platform/clock.ts";
import { fromBody } from "../../schema/bodies.ts";
import type { Sql } from "../../schema/tables.ts";
import {
  type AccessRow,
  type LastMessageRow,
  lastMessageOf,
  lockRoom,
  type MembershipRow,
  membershipForUser,
  mentionCount,
  type PlaceRow,
  roleOf,
  roomForUser,
  roomsOfUser,
} from "./access-rows.ts";
import { noSuchRoom, permissionsOf } from "./access-rules.ts";

export {
  lastId,
  lastMessageColumns,
  type MembershipRow,
  memberColumns,
  membershipForUser,
  mentionsAfter,
  roomColumns,
  roomsOfUser,
} from "./access-rows.ts";
export * from "./access-rules.ts";

/** A room, whoever reads it. */
export type RoomRow = Omit<AccessRow, keyof PlaceRow>;
/** A room that its reader may see. */
export type SeenRoom = AccessRow;
/** A room that its reader is in. */
export type OwnRoom = AccessRow & {
  role: MemberRole;
  read_seq: number;
  read_ordinal: number;
  shown_seq: number;
  delivered_seq: number;
};

/** ACCESS-1. A room this person may see: one they are in, or a public channel. Anything else is not there. */
export async function accessRoom(sql: Sql, user: number, room: number): Promise<SeenRoom> {
  return requireSeen(await sql.first(roomForUser({ room, user })));
}

function requireSeen<Row extends AccessRow>(row: Row | undefined): Row {
  if (!row || !isSeen(row)) throw noSuchRoom();
  return row;
}

function isSeen(row: AccessRow): boolean {
  return row.deleted_at === null && (row.role !== null || (row.kind === "channel" && row.is_public === 1));
}

/** ACCESS-2. A room this person is in; a public channel they are not in tells them to join. */
export async function accessOwnRoom(sql: Sql, user: number, room: number): Promise<OwnRoom> {
  const row = await accessRoom(sql, user, room);
  if (!isOwn(row)) throw new ChatError("forbidden", "join this channel first");
  return row;
}

/** From here on the room stays as it is until the commit. */
export function holdRoom(tx: Tx, room: number): void {
  if (tx.sql.engine === "postgres") tx.sql.runAhead(lockRoom({ room }));
}

/** `accessRoom` for a change: the room stays as it was seen until the commit. */
export async function accessRoomForChange(tx: Tx, user: number, room: number): Promise<SeenRoom> {
  holdRoom(tx, room);
  return accessRoom(tx.sql, user, room);
}

/** ROOM-15. `accessRoomForChange` for an admin of the server: also a group or channel that they do not see. */
export async function accessAnyRoomForChange(tx: Tx, user: number, room: number): Promise<SeenRoom> {
  holdRoom(tx, room);
  const row = await tx.sql.first(roomForUser({ room, user }));
  return row && row.kind !== "direct" && row.deleted_at === null ? row : requireSeen(row);
}

export async function accessOwnRoomForChange(tx: Tx, user: number, room: number): Promise<OwnRoom> {
  const row = await accessRoomForChange(tx, user, room);
  if (!isOwn(row)) throw new ChatError("forbidden", "join this channel first");
  return row;
}

export async function roleIn(sql: Sql, user: number, room: number): Promise<MemberRole | null> {
  return (await sql.first(roleOf({ room, user })))?.role ?? null;
}

function isOwn(row: SeenRoom): row is OwnRoom {
  return row.role !== null;
}

/** A room with this person's place in it. */
export async function describeMembership(sql: Sql, user: number, room: number): Promise<Membership> {
  return toMembership(requireSeen(await sql.first(membershipForUser({ room, user }))));
}

/** ROOM-15. A room for an admin of the server: of one they do not see, what it is and nothing of what happens in it. */
export async function describeAnyRoom(sql: Sql, user: number, room: number): Promise<Membership> {
  const row = await sql.first(membershipForUser({ room, user }));
  if (!row) throw noSuchRoom();
  return toMembership(isSeen(row) ? row : { ...row, head: 0, last_message_at: null });
}

/** A room as it is now, for an event that speaks of it: of one that the person is not in, nothing but that it was there. */
export async function recallMembership(sql: Sql, user: number, room: number): Promise<Membership> {
  const row = await sql.first(membershipForUser({ room, user }));
  if (!row) throw noSuchRoom();
  if (row.role !== null) return toMembership(row);
  const unknown = { name: "", topic: "", is_public: 0, direct_key: null, permissions: "{}" } as const;
  const uncounted = {
    archived_at: null,
    member_count: 0,
    head: 0,
    last_message_at: null,
    delete_after: null,
    retention: null,
  };
  return toMembership({ ...row, ...unknown, ...uncounted });
}

/** The rooms a person is in, by id, after a given one. */
export async function membershipsOf(
  sql: Sql,
  user: number,
  page: { after: number; limit: number },
): Promise<Membership[]> {
  const rows = await sql.rows(roomsOfUser({ user, ...page }));
  return rows.map(toMembership);
}

/** How many messages after a person's read mark mention them. */
export async function countMentions(
  sql: Sql,
  user: number,
  row: { id: number; read_seq: number | null },
): Promise<number> {
  const found = await sql.first(mentionCount({ user, room: row.id, read: row.read_seq ?? 0 }));
  return found?.count ?? 0;
}

export function toRoom(row: RoomRow): Room {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    topic: row.topic,
    public: row.is_public === 1,
    archived: row.archived_at !== null,
    permissions: permissionsOf(row.kind, row.permissions),
    member_count: row.member_count,
    ...(row.direct_key !== null && { people: peopleOf(row.direct_key) }),
    delete_after: row.delete_after,
    retention: row.retention,
    created_by: row.created_by,
    created_at: isoTime(row.created_at),
  };
}

/** ROOM-11. What was said is shown to the people of the room alone. */
export function toMembership(row: MembershipRow): Membership {
  return {
    ...toRoom(row),
    role: row.role,
    head: row.head,
    read: row.read_seq ?? row.head,
    unread: row.role === null ? 0 : row.ordinal - (row.read_ordinal ?? row.ordinal),
    mentions: row.mention_count,
    last_message_at: isoTimeOrNull(row.last_message_at),
    last_message: row.role === null ? null : toLastMessage(row),
    notifications: { level: row.notify_level ?? "default", muted_until: isoTimeOrNull(row.muted_until) },
  };
}

/** The newest message of a room that its reader is in. */
export async function readLastMessage(sql: Sql, room: number): Promise<LastMessage | null> {
  const row = await sql.first(lastMessageOf({ room }));
  return row ? toLastMessage(row) : null;
}

function toLastMessage(row: LastMessageRow): LastMessage | null {
  if (row.last_id === null) return null;
  const last = row as { [Column in keyof LastMessageRow]: NonNullable<LastMessageRow[Column]> };
  const isDeleted = row.last_deleted_at !== null;
  return {
    id: last.last_id,
    seq: last.last_seq,
    sender: last.last_sender,
    type: last.last_type,
    text: isDeleted ? "" : previewOf(fromBody(last.last_body)),
    version: last.last_version,
    created_at: isoTime(last.last_at),
    ...(row.last_in_thread === 1 && { in_thread: true as const }),
    ...(row.last_expires_at !== null && { expires_at: isoTime(row.last_expires_at) }),
    ...(isDeleted && { deleted_at: isoTime(last.last_deleted_at) }),
  };
}

/** The people of a direct room, from its key: the sorted ids with a colon between them. */
export function peopleOf(directKey: string): number[] {
  return [...new Set(directKey.split(":").map(Number))];
}
