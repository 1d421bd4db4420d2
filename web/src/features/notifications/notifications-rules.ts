import type { DefaultNotifications, Notifications } from "@parley/protocol/notifications";
import type { Membership } from "@parley/protocol/rooms";
import type { Thread, UnreadAnswer } from "@parley/protocol/threads";

/** Whether a room is to keep quiet now. */
export function isMuted({ level, muted_until }: Notifications, now = Date.now()): boolean {
  return level === "none" || isQuiet(muted_until, now);
}

/** Whether this moment is yet to come. */
export function isQuiet(until: string | null, now = Date.now()): boolean {
  return until !== null && Date.parse(until) > now;
}

/** What was known of a room before. */
export interface Known {
  /** The newest message that was told of, or was there before. */
  seq: number;
  mentions: number;
}

export interface Surroundings {
  me: number;
  wishes: DefaultNotifications;
  blocked: ReadonlySet<number>;
  /** Whether the room is in sight on this device, in whatever tab. */
  isInSight: boolean;
  now: number;
}

export function knownOf({ last_message, mentions }: Membership): Known {
  return { seq: last_message?.seq ?? 0, mentions };
}

/** NOTIFY-6. Whether what has come to a room since is to be told of. */
export function isToBeTold(room: Membership, before: Known, around: Surroundings): boolean {
  const { last_message: last, notifications } = room;
  if (!last || last.seq <= before.seq || last.deleted_at || last.in_thread) return false;
  if (last.sender === around.me || around.blocked.has(last.sender)) return false;
  if (room.role === null || room.unread === 0 || around.isInSight) return false;
  if (isQuiet(around.wishes.muted_until, around.now) || isMuted(notifications, around.now)) return false;
  const level = notifications.level === "default" ? around.wishes.level : notifications.level;
  if (level === "mentions") return room.kind === "direct" || room.mentions > before.mentions;
  return level === "all";
}

/** NOTIFY-6, PUSH-14. Whether a new answer in a thread that the person follows is to be told of. */
export function isAnswerToBeTold(
  room: Membership,
  { thread, answer }: { thread: Thread; answer: UnreadAnswer },
  around: Pick<Surroundings, "wishes" | "isInSight" | "now">,
): boolean {
  if (room.role === null || around.isInSight) return false;
  if (isQuiet(around.wishes.muted_until, around.now) || isMuted(room.notifications, around.now)) return false;
  const level = room.notifications.level === "default" ? around.wishes.level : room.notifications.level;
  if (level === "none" || thread.level === "none") return false;
  return thread.level === "all" || room.kind === "direct" || answer.mentions_me === true;
}

/** NOTIFY-7. Whether a notification of a room has nothing to say any more. */
export function isSettled(room: Membership | undefined, told: number): boolean {
  if (!room || room.unread === 0 || room.read >= told) return true;
  return room.last_message?.seq === told && room.last_message.deleted_at !== undefined;
}
