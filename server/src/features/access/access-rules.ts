import { ChatError } from "@parley/protocol/errors";
import type { MemberRole, Permissions, RoomKind } from "@parley/protocol/rooms";

const rank: Record<MemberRole, number> = { member: 1, admin: 2, owner: 3 };

export function isAtLeast(role: MemberRole, needed: MemberRole): boolean {
  return rank[role] >= rank[needed];
}

export function isAbove(role: MemberRole, other: MemberRole): boolean {
  return rank[role] > rank[other];
}

/** Who may do what in a new room of each kind. Nobody is added to a direct room, and nothing in it is changed. */
const defaults: Record<RoomKind, Permissions> = {
  direct: {
    send_messages: "member",
    add_members: "owner",
    mention_all: "member",
    pin_messages: "member",
    change_info: "owner",
  },
  group: {
    send_messages: "member",
    add_members: "member",
    mention_all: "member",
    pin_messages: "member",
    change_info: "member",
  },
  channel: {
    send_messages: "member",
    add_members: "member",
    mention_all: "admin",
    pin_messages: "admin",
    change_info: "admin",
  },
};

/** A kind's permissions with a room's own differences (JSON) laid over them. */
export function permissionsOf(kind: RoomKind, differences: string): Permissions {
  return differences === "{}" ? defaults[kind] : { ...defaults[kind], ...JSON.parse(differences) };
}

/** The other way round: as a room keeps them, so that two rooms with the same permissions keep the same text. */
export function differencesOf(kind: RoomKind, permissions: Permissions): string {
  const differing = Object.entries(defaults[kind]).flatMap(([name, usual]) => {
    const own = permissions[name as keyof Permissions];
    return own === usual ? [] : [[name, own]];
  });
  return JSON.stringify(Object.fromEntries(differing));
}

/** What you may not see is not there. */
export function noSuchRoom(): ChatError {
  return new ChatError("not_found", "there is no such room, or you are not in it");
}

export function requirePermission(role: MemberRole, needed: MemberRole, what: string): void {
  if (!isAtLeast(role, needed)) throw new ChatError("forbidden", `in this room only ${needed}s may ${what}`);
}

/** ROOM-7. An archived room is read, not written. */
export function requireOpen(room: { archived_at: number | null }): void {
  if (room.archived_at !== null) throw new ChatError("forbidden", "this room is archived");
}

/** The key of a direct room, the sorted pair: one key whoever asks first. */
export function directKey(one: number, other: number): string {
  return one < other ? `${one}:${other}` : `${other}:${one}`;
}
