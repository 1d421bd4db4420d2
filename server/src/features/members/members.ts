import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Member, MemberRole } from "@parley/protocol/rooms";
import type { Actor, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import { likePattern } from "../../platform/like.ts";
import type { Sql } from "../../schema/tables.ts";
import {
  accessOwnRoom,
  accessOwnRoomForChange,
  accessRoomForChange,
  describeMembership,
  type OwnRoom,
  permissionsOf,
  requireOpen,
  requirePermission,
} from "../access/access.ts";
import { apartFrom, requireMayBring } from "../blocks/blocks.ts";
import { leaveThreads } from "../follows/follows.ts";
import { emit, emitToUser } from "../logs/logs.ts";
import { foldName, requireUsers } from "../users/users.ts";
import {
  addToMemberCount,
  deleteDraft,
  deleteMember,
  heirOf,
  insertMember,
  type MemberRow,
  memberByUser,
  membersAfter,
  membersLikeAfter,
  ownersOf,
  roomIdsOf,
  updateMemberRole,
} from "./members-rows.ts";
import {
  lastOwnerStays,
  requireAbove,
  requireChangeable,
  requireMayGive,
  requireRoomFor,
} from "./members-rules.ts";

/** ROOM-12, BLOCK-5. The people in a room. Marks are shown in rooms of up to 64 people. */
export async function listMembers(
  sql: Sql,
  actor: Actor,
  input: Checked<"member.list">,
): Promise<Output<"member.list">> {
  const room = await accessOwnRoom(sql, actor.user, input.room);
  const after = input.cursor === undefined ? 0 : Number(input.cursor);
  if (!Number.isSafeInteger(after)) throw new ChatError("invalid", "this cursor is not from this list");
  const place = { room: room.id, after, limit: input.limit + 1 };
  const rows = await sql.rows(
    input.search === undefined
      ? membersAfter(place)
      : membersLikeAfter({ ...place, pattern: likePattern(foldName(input.search)) }),
  );
  const page = rows.slice(0, input.limit);
  const showsMarks = room.member_count <= limits.markRoomMembers;
  const people = page.map((row) => row.user_id);
  const apart = showsMarks ? await apartFrom(sql, actor.user, people) : nobody;
  return {
    members: page.map((row) => toMember(row, showsMarks && !apart.has(row.user_id))),
    next: rows.length > page.length ? String(page.at(-1)?.user_id) : null,
  };
}

/** ROOM-3, ROOM-4, BLOCK-3. Adds a person; somebody who is in stays as they are. */
export async function addMember(tx: Tx, actor: Actor, input: Checked<"member.add">): Promise<Member> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  requireChangeable(room.kind);
  requireOpen(room);
  requirePermission(room.role, permissionsOf(room.kind, room.permissions).add_members, "add people");
  requireMayGive(room.role, input.role);
  const present = await tx.sql.first(memberByUser({ room: room.id, user: input.user }));
  if (present) return toMember(present, await showsMarksOf(tx.sql, actor, room, input.user));
  requireRoomFor(room, 1);
  await requireUsers(tx.sql, [input.user]);
  await requireMayBring(tx.sql, actor.user, [input.user]);
  return enter(tx, { room: room.id, user: input.user, role: input.role, by: actor.user });
}

/** ROOM-2. Joins a public channel; one without an owner gets one. */
export async function joinRoom(
  tx: Tx,
  actor: Actor,
  input: Checked<"room.join">,
): Promise<Output<"room.join">> {
  const room = await accessRoomForChange(tx, actor.user, input.room);
  if (room.role === null) {
    requireOpen(room);
    const { count = 0 } = (await tx.sql.first(ownersOf({ room: room.id }))) ?? {};
    await enter(tx, {
      room: room.id,
      user: actor.user,
      role: count === 0 ? "owner" : "member",
      by: actor.user,
    });
  }
  return describeMembership(tx.sql, actor.user, room.id);
}

/** ROOM-6. Leaves a group or channel; the last owner hands on to the longest-standing member of the highest role. */
export async function leaveRoom(
  tx: Tx,
  actor: Actor,
  input: Checked<"room.leave">,
): Promise<Record<string, never>> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  requireChangeable(room.kind);
  await goFrom(tx, room, { user: actor.user, by: actor.user });
  return {};
}

/** ACC-35, ROOM-6. Takes a person out of every room, direct ones too. The person's row is held: nobody brings them in. */
export async function leaveAllRooms(tx: Tx, leaving: { user: number; by: number }): Promise<void> {
  for (const { room_id } of await tx.sql.rows(roomIdsOf({ user: leaving.user }))) {
    await goFrom(tx, await accessOwnRoomForChange(tx, leaving.user, room_id), leaving);
  }
}

/** ROOM-5. Removes a person of a lower role; they get nothing of the room after the event that removes them. */
export async function removeMember(
  tx: Tx,
  actor: Actor,
  input: Checked<"member.remove">,
): Promise<Record<string, never>> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  requireChangeable(room.kind);
  if (input.user === actor.user) throw new ChatError("invalid", "to go yourself, leave the room");
  const target = await requireMember(tx.sql, room.id, input.user);
  requireAbove(room.role, target.role);
  await depart(tx, { room: room.id, user: input.user, by: actor.user });
  return {};
}

/** ROOM-4, ROOM-5, ROOM-6. Changes a person's role. */
export async function setMemberRole(
  tx: Tx,
  actor: Actor,
  input: Checked<"member.set_role">,
): Promise<Member> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  requireChangeable(room.kind);
  const target = await requireMember(tx.sql, room.id, input.user);
  if (input.user !== actor.user) requireAbove(room.role, target.role);
  requireMayGive(room.role, input.role);
  const showsMarks = await showsMarksOf(tx.sql, actor, room, input.user);
  if (target.role === input.role) return toMember(target, showsMarks);
  if (target.role === "owner" && (await isLastOwner(tx, room))) throw lastOwnerStays();
  await changeRole(tx, { room: room.id, user: input.user, role: input.role, by: actor.user });
  return toMember({ ...target, role: input.role }, showsMarks);
}

const nobody: ReadonlySet<number> = new Set();

interface Entry {
  room: number;
  user: number;
  role: MemberRole;
  by: number;
}

/** Puts a person into a room: everyone in it hears of it, and the person learns of the room. */
export async function enter(tx: Tx, entry: Entry): Promise<Member> {
  const { room, user, role, by } = entry;
  await tx.sql.run(addToMemberCount({ room, by: 1 }));
  const place = await emit(tx, room, { kind: "member.joined", by, user, role });
  const mark = { seq: place.seq, ordinal: place.room.ordinal };
  await tx.sql.run(insertMember({ room, user, role, at: place.at, ...mark }));
  await emitToUser(tx, user, { kind: "room.appeared", room: await describeMembership(tx.sql, user, room) });
  const row = { user_id: user, role, joined_at: place.at, shown_seq: place.seq, delivered_seq: place.seq };
  return toMember(row, place.room.member_count <= limits.markRoomMembers);
}

/** ROOM-6. Somebody goes from a room for good, and leaves it an owner where anybody is left. */
async function goFrom(tx: Tx, room: OwnRoom, leaving: { user: number; by: number }): Promise<void> {
  if (room.role === "owner" && (await isLastOwner(tx, room))) await handOn(tx, room, leaving);
  await depart(tx, { room: room.id, ...leaving });
}

/** Takes a person out of a room. */
async function depart(tx: Tx, leaving: { room: number; user: number; by: number }): Promise<void> {
  const { room, user, by } = leaving;
  await tx.sql.run(deleteMember({ room, user }));
  await tx.sql.run(deleteDraft({ room, user }));
  await leaveThreads(tx, { room, user });
  await tx.sql.run(addToMemberCount({ room, by: -1 }));
  await emit(tx, room, { kind: "member.left", by, user });
  await emitToUser(tx, user, { kind: "room.disappeared", room });
}

async function changeRole(tx: Tx, entry: Entry): Promise<void> {
  const { room, user, role, by } = entry;
  await tx.sql.run(updateMemberRole({ room, user, role }));
  await emit(tx, room, { kind: "member.role_changed", by, user, role });
}

async function handOn(tx: Tx, room: OwnRoom, leaving: { user: number; by: number }): Promise<void> {
  const heir = await tx.sql.first(heirOf({ room: room.id, leaving: leaving.user }));
  if (heir) await changeRole(tx, { room: room.id, user: heir.user_id, role: "owner", by: leaving.by });
}

async function isLastOwner(tx: Tx, room: OwnRoom): Promise<boolean> {
  const { count = 0 } = (await tx.sql.first(ownersOf({ room: room.id }))) ?? {};
  return count <= 1;
}

async function requireMember(sql: Sql, room: number, user: number): Promise<MemberRow> {
  const row = await sql.first(memberByUser({ room, user }));
  if (!row) throw new ChatError("not_found", "this person is not in the room");
  return row;
}

/** BLOCK-5. */
async function showsMarksOf(sql: Sql, actor: Actor, room: OwnRoom, user: number): Promise<boolean> {
  if (room.member_count > limits.markRoomMembers) return false;
  return !(await apartFrom(sql, actor.user, [user])).has(user);
}

function toMember(row: MemberRow, showsMarks: boolean): Member {
  return {
    user: row.user_id,
    role: row.role,
    joined_at: isoTime(row.joined_at),
    read: showsMarks ? row.shown_seq : null,
    delivered: showsMarks ? row.delivered_seq : null,
  };
}
