import type { MemberRole } from "@parley/protocol/rooms";

const ranks = { member: 0, admin: 1, owner: 2 } as const;

/** Whoever is not in the room ranks below all. */
export function rankOf(role: MemberRole | null): number {
  return role === null ? -1 : ranks[role];
}

/** ROOM-4, ROOM-8. Whether a role in a room is one of those that may. */
export function isAtLeast(role: MemberRole | null, needed: MemberRole): boolean {
  return rankOf(role) >= ranks[needed];
}
