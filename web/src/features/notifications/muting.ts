import type { Notifications } from "@parley/protocol/notifications";

/** Whether a room is to keep quiet now. */
export function isMuted({ level, muted_until }: Notifications, now = Date.now()): boolean {
  return level === "none" || isQuiet(muted_until, now);
}

/** Whether this moment is yet to come. */
export function isQuiet(until: string | null, now = Date.now()): boolean {
  return until !== null && Date.parse(until) > now;
}
