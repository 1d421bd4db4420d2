import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Membership, Permissions, Room, RoomKind } from "@parley/protocol/rooms";
import type { Actor, Tx } from "../../context.ts";
import { likePattern } from "../../platform/like.ts";
import type { Sql } from "../../schema/tables.ts";
import {
  accessAnyRoomForChange,
  accessOwnRoomForChange,
  accessRoomForChange,
  describeAnyRoom,
  describeMembership,
  differencesOf,
  directKey,
  isAtLeast,
  membershipsOf,
  noSuchRoom,
  permissionsOf,
  requireOpen,
  requirePermission,
  type SeenRoom,
  toMembership,
  toRoom,
} from "../access/access.ts";
import { rewriteAnswers } from "../answers/answers.ts";
import { requireMayBring, requireNoBlock, requireReachableIn } from "../blocks/blocks.ts";
import { dropFilesOfRoom } from "../files/files.ts";
import { dropLinksOfRoom } from "../links/links.ts";
import { emit, emitToUser } from "../logs/logs.ts";
import { enter } from "../members/members.ts";
import { retainFrom } from "../messages/messages.ts";
import { dropRoomMessages } from "../search-index/search-index.ts";
import { foldName, isAdmin, personRow, requireUsers } from "../users/users.ts";
import {
  contentsOf,
  insertRoom,
  memberIdsOf,
  publicChannels,
  roomByDirectKey,
  roomById,
  setArchived,
  setDeleted,
  setRetention,
  sharedRoomsAfter,
  sharedRoomsByIds,
  updateRoom as updateRoomRow,
} from "./rooms-rows.ts";
import { browseCursor, groupIsPrivate, readBrowseCursor, requireGroupSize } from "./rooms-rules.ts";

/** ROOM-1, BLOCK-3. Makes a group or a channel; the caller owns it. */
export async function createRoom(tx: Tx, actor: Actor, input: Checked<"room.create">): Promise<Membership> {
  const others = [...new Set(input.members)].filter((user) => user !== actor.user);
  if (input.kind === "group" && input.public) throw groupIsPrivate();
  requireGroupSize(input.kind, others.length + 1);
  await requireUsers(tx.sql, others);
  await requireMayBring(tx.sql, actor.user, others);
  const room = await openRoom(tx, actor, { ...input, directKey: null });
  await enter(tx, { room, user: actor.user, role: "owner", by: actor.user });
  for (const user of others) await enter(tx, { room, user, role: "member", by: actor.user });
  return describeMembership(tx.sql, actor.user, room);
}

/** ROOM-8, BLOCK-3. One direct room for each pair, and one for notes to self. */
export async function directRoom(tx: Tx, actor: Actor, input: Checked<"room.direct">): Promise<Membership> {
  const key = directKey(actor.user, input.user);
  const present = await tx.sql.first(roomByDirectKey({ key }));
  if (present) return describeMembership(tx.sql, actor.user, present.id);
  await requireUsers(tx.sql, [input.user]);
  if (input.user !== actor.user) await requireNoBlock(tx.sql, actor.user, input.user);
  const room = await openRoom(tx, actor, {
    kind: "direct",
    name: "",
    topic: "",
    public: false,
    directKey: key,
  });
  for (const user of new Set([actor.user, input.user])) {
    await enter(tx, { room, user, role: "member", by: actor.user });
  }
  return describeMembership(tx.sql, actor.user, room);
}

/** ROOM-13. The direct room of a pair, where there is one: looking makes none. */
export async function findDirectRoom(
  sql: Sql,
  actor: Actor,
  input: Checked<"room.find_direct">,
): Promise<Output<"room.find_direct">> {
  const present = await sql.first(roomByDirectKey({ key: directKey(actor.user, input.user) }));
  if (present) return { room: await describeMembership(sql, actor.user, present.id) };
  await personRow(sql, input.user);
  return { room: null };
}

export async function listRooms(
  sql: Sql,
  actor: Actor,
  input: Checked<"room.list">,
): Promise<Output<"room.list">> {
  const after = input.cursor === undefined ? 0 : Number(input.cursor);
  if (!Number.isSafeInteger(after)) throw new ChatError("invalid", "this cursor is not from this list");
  const rooms = await membershipsOf(sql, actor.user, { after, limit: input.limit + 1 });
  const page = rooms.slice(0, input.limit);
  return { rooms: page, next: rooms.length > page.length ? String(page.at(-1)?.id) : null };
}

export async function browseChannels(
  sql: Sql,
  actor: Actor,
  input: Checked<"room.browse">,
): Promise<Output<"room.browse">> {
  const place = readBrowseCursor(input.cursor);
  const query = {
    user: actor.user,
    ...place,
    pattern: likePattern(foldName(input.search ?? "")),
    limit: input.limit + 1,
  };
  const rows = await sql.rows(publicChannels(query));
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    rooms: page.map(toMembership),
    next: rows.length > page.length && last ? browseCursor(last) : null,
  };
}

/** ROOM-14. What an admin may know of rooms that they are not in. */
export async function listAllRooms(
  sql: Sql,
  _actor: Actor,
  input: Checked<"room.list_all">,
): Promise<Output<"room.list_all">> {
  const after = input.cursor === undefined ? 0 : Number(input.cursor);
  if (!Number.isSafeInteger(after)) throw new ChatError("invalid", "this cursor is not from this list");
  if (input.ids) {
    const rows = input.ids.length === 0 ? [] : await sharedRoomsByIds(sql, [...new Set(input.ids)]);
    return { rooms: rows.map(toRoom), next: null };
  }
  const rows = await sql.rows(sharedRoomsAfter({ after, limit: input.limit + 1 }));
  const page = rows.slice(0, input.limit);
  return { rooms: page.map(toRoom), next: rows.length > page.length ? String(page.at(-1)?.id) : null };
}

export async function getRoom(sql: Sql, actor: Actor, input: Checked<"room.get">): Promise<Membership> {
  return describeMembership(sql, actor.user, input.room);
}

/**
 * ROOM-9, ROOM-15. Name and topic need the permission to change them; visibility and permissions need the owner. A
 * change that changes nothing is no event.
 */
export async function updateRoom(tx: Tx, actor: Actor, input: Checked<"room.update">): Promise<Membership> {
  const manages = await isAdmin(tx.sql, actor.user);
  const access = manages ? accessAnyRoomForChange : accessOwnRoomForChange;
  const room = await access(tx, actor.user, input.room);
  requireOpen(room);
  if (room.kind === "direct") await requireMayTime(tx, actor, room, input);
  else if (!(manages && isManaging(room, input))) requireMayChange(room, input);
  if (input.public && room.kind === "group") throw groupIsPrivate();
  const description = descriptionOf(room, input);
  if (Bun.deepEquals(description, descriptionOf(room, {}))) {
    return describeAnyRoom(tx.sql, actor.user, room.id);
  }
  const search_key = foldName(description.name);
  await tx.sql.run(updateRoomRow({ room: room.id, search_key, ...description }));
  return changed(tx, actor, room.id);
}

/** EXPIRE-7. An admin of the server says it of any group or channel, and its people are told. */
export async function retainRoom(tx: Tx, actor: Actor, input: Checked<"room.retain">): Promise<Room> {
  const room = await accessAnyRoomForChange(tx, actor.user, input.room);
  requireNotDirect(room.kind);
  if (room.retention !== input.retention) {
    await tx.sql.run(setRetention({ room: room.id, retention: input.retention }));
    await retainFrom(tx, room.id, input.retention);
    await tellUpdated(tx, actor, room.id);
  }
  return roomNow(tx.sql, room.id);
}

/** ROOM-7. Only an owner closes a room for writing, or opens it again. */
export async function archiveRoom(tx: Tx, actor: Actor, input: Checked<"room.archive">): Promise<Membership> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  requireNotDirect(room.kind);
  requirePermission(room.role, "owner", "archive it");
  if ((room.archived_at !== null) === input.archived) return describeMembership(tx.sql, actor.user, room.id);
  await tx.sql.run(setArchived({ room: room.id, at: input.archived ? tx.now : null }));
  return changed(tx, actor, room.id);
}

/** ROOM-10, ROOM-15. Deletes a room and all that was said in it: for its owner, or an admin of the server. */
export async function deleteRoom(
  tx: Tx,
  actor: Actor,
  input: Checked<"room.delete">,
): Promise<Record<string, never>> {
  const manages = await isAdmin(tx.sql, actor.user);
  const access = manages ? accessAnyRoomForChange : accessRoomForChange;
  const room = await access(tx, actor.user, input.room);
  requireNotDirect(room.kind);
  const owns = room.role !== null && isAtLeast(room.role, "owner");
  if (!owns && !manages) {
    throw new ChatError("forbidden", "only its owner or an admin of the server may do this");
  }
  await eraseRoom(tx, room, actor.user);
  return {};
}

/** ACC-35. Deletes what somebody wrote to themselves alone: nobody else can ever read it. */
export async function eraseNotes(tx: Tx, of: { user: number; by: number }): Promise<void> {
  const notes = await tx.sql.first(roomByDirectKey({ key: directKey(of.user, of.user) }));
  if (notes) await eraseRoom(tx, { id: notes.id, created_by: of.user }, of.by);
}

/** ROOM-10. Everything said in a room goes from every table. */
async function eraseRoom(tx: Tx, room: { id: number; created_by: number }, by: number): Promise<void> {
  const people = await tx.sql.rows(memberIdsOf({ room: room.id }));
  await dropRoomMessages(tx, room.id);
  await dropFilesOfRoom(tx, room.id);
  await dropLinksOfRoom(tx, room.id);
  for (const statement of contentsOf) await tx.sql.run(statement({ room: room.id }));
  await emit(tx, room.id, { kind: "room.deleted", by });
  await tx.sql.run(setDeleted({ room: room.id, at: tx.now }));
  await rewriteAnswers(tx, { user: room.created_by, operation: "room.create" }, (answer) => {
    const made = answer as Membership;
    return made.id === room.id ? { ...made, name: "", topic: "" } : made;
  });
  for (const { user_id } of people)
    await emitToUser(tx, user_id, { kind: "room.disappeared", room: room.id });
}

interface NewRoom {
  kind: RoomKind;
  name: string;
  topic: string;
  public: boolean;
  directKey: string | null;
}

/** A room's log begins with the event that made it. */
async function openRoom(tx: Tx, actor: Actor, room: NewRoom): Promise<number> {
  const inserted = await tx.sql.first(
    insertRoom({
      kind: room.kind,
      name: room.name,
      search_key: foldName(room.name),
      topic: room.topic,
      is_public: room.public ? 1 : 0,
      direct_key: room.directKey,
      user: actor.user,
      now: tx.now,
    }),
  );
  if (!inserted) throw new Error("a new room has no id");
  await emit(tx, inserted.id, { kind: "room.created", by: actor.user });
  return inserted.id;
}

async function changed(tx: Tx, actor: Actor, room: number): Promise<Membership> {
  await tellUpdated(tx, actor, room);
  return describeAnyRoom(tx.sql, actor.user, room);
}

async function tellUpdated(tx: Tx, actor: Actor, room: number): Promise<void> {
  await emit(tx, room, { kind: "room.updated", by: actor.user, room: await roomNow(tx.sql, room) });
}

async function roomNow(sql: Sql, room: number): Promise<Room> {
  const row = await sql.first(roomById({ room }));
  if (!row) throw noSuchRoom();
  return toRoom(row);
}

interface Description {
  name: string;
  topic: string;
  is_public: 0 | 1;
  permissions: string;
  delete_after: number | null;
}

function descriptionOf(room: SeenRoom, changes: Omit<Checked<"room.update">, "room">): Description {
  const { name = room.name, topic = room.topic, public: isPublic = room.is_public === 1 } = changes;
  const present = permissionsOf(room.kind, room.permissions);
  const permissions = { ...present, ...changes.permissions } as Permissions;
  return {
    ...{ name, topic, is_public: isPublic ? 1 : 0 },
    permissions: differencesOf(room.kind, permissions),
    delete_after: changes.delete_after === undefined ? room.delete_after : changes.delete_after,
  };
}

/** ROOM-15. What an admin of the server may change: nothing that would show them what was said before they came, or have it deleted. */
function isManaging(room: SeenRoom, input: Checked<"room.update">): boolean {
  const opens = input.public === true && room.is_public === 0;
  return input.permissions === undefined && input.delete_after === undefined && !opens;
}

function requireMayChange(room: SeenRoom, input: Checked<"room.update">): void {
  if (room.role === null) {
    throw new ChatError(
      "forbidden",
      "only its own people may open it, change what members may do or have messages deleted",
    );
  }
  const needed = permissionsOf(room.kind, room.permissions).change_info;
  if (input.name !== undefined || input.topic !== undefined) {
    requirePermission(room.role, needed, "change its name and topic");
  }
  if (input.public !== undefined || input.permissions !== undefined) {
    requirePermission(room.role, "owner", "change who may see it and what members may do");
  }
  // EXPIRE-1
  if (input.delete_after !== undefined) requirePermission(room.role, "admin", "have messages deleted");
}

/** EXPIRE-1. Of a direct room nothing else is changed, by either of its people, where no block stands between them. */
async function requireMayTime(
  tx: Tx,
  actor: Actor,
  room: SeenRoom,
  { room: _, delete_after, ...others }: Checked<"room.update">,
): Promise<void> {
  if (delete_after === undefined || Object.values(others).some((each) => each !== undefined)) {
    requireNotDirect(room.kind);
  }
  await requireReachableIn(tx.sql, actor.user, room);
}

function requireNotDirect(kind: RoomKind): void {
  if (kind === "direct") throw new ChatError("forbidden", "a direct room stays as it is");
}
