import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { FailureReason } from "@parley/protocol/scheduled";
import { isAtLeast, permissionsOf, type SeenRoom } from "../access/access.ts";

const longest = limits.scheduleDays * 86_400_000;

/** SCHED-1. The moment, in milliseconds. */
export function requireTime(sendAt: string, now: number): number {
  const at = Date.parse(sendAt);
  if (at > now && at <= now + longest) return at;
  throw new ChatError("invalid", "the time is yet to come, and not later than in a year", {
    fields: [{ path: ["send_at"], message: `must be within the next ${limits.scheduleDays} days` }],
  });
}

export function noSuchScheduled(): ChatError {
  return new ChatError("not_found", "there is no such message to send: it was sent or taken back");
}

/** SCHED-4. Why somebody cannot send to a room what they were refused; null where they cannot see the room. */
export function reasonOf(room: SeenRoom | null, mentionsAll: boolean): FailureReason {
  if (!room?.role) return "no_room";
  if (room.archived_at !== null) return "archived";
  const { send_messages, mention_all } = permissionsOf(room.kind, room.permissions);
  if (!isAtLeast(room.role, send_messages)) return "not_allowed";
  if (mentionsAll && !isAtLeast(room.role, mention_all)) return "not_allowed";
  return room.kind === "direct" ? "blocked" : "refused";
}
