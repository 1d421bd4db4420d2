import type { MemberRole } from "@parley/protocol/rooms";

export type Rank = MemberRole;

const ranks = { member: 0, admin: 1, owner: 2 } as const;

/** Whoever is not in the room ranks below all. */
export function rankOf(role: MemberRole | null): number {
  return role === null ? -1 : ranks[role];
}
