import type { Notifications } from "@parley/protocol/notifications";

/** Whether a room is to keep quiet now. */
export function isMuted({ level, muted_until }: Notifications, now = Date.now()): boolean {
  return level === "none" || (muted_until !== null && Date.parse(muted_until) > now);
}
