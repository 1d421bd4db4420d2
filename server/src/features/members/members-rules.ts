import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { MemberRole, RoomKind } from "@parley/protocol/rooms";
import { isAbove, isAtLeast } from "../access/access.ts";

/** ROOM-3. The people of a direct room never change; a group holds at most 100. */
export function requireRoomFor(room: { kind: RoomKind; member_count: number }, more: number): void {
  requireChangeable(room.kind);
  if (room.kind === "group" && room.member_count + more > limits.groupMembers) {
    throw new ChatError("conflict", `a group holds at most ${limits.groupMembers} people`);
  }
}

export function requireChangeable(kind: RoomKind): void {
  if (kind === "direct") throw new ChatError("forbidden", "the people of a direct room do not change");
}

/** ROOM-4. Nobody gives a role above their own: a member gives none but that of a member. */
export function requireMayGive(own: MemberRole, given: MemberRole): void {
  if (!isAtLeast(own, given)) throw new ChatError("forbidden", "nobody gives a role above their own");
}

/** ROOM-5. Nobody acts on an equal or a superior; an owner may act on anyone. */
export function requireAbove(own: MemberRole, other: MemberRole): void {
  if (own === "owner") return;
  if (!isAtLeast(own, "admin") || !isAbove(own, other)) {
    throw new ChatError("forbidden", "you may act only on people of a lower role");
  }
}

/** ROOM-6. A room with people in it keeps an owner. */
export function lastOwnerStays(): ChatError {
  return new ChatError("conflict", "the last owner stays: make somebody else an owner first");
}
