import type { DefaultNotifications } from "@parley/protocol/notifications";
import { isInHours } from "@parley/protocol/quiet-hours";
import type { Membership } from "@parley/protocol/rooms";
import type { Thread, UnreadAnswer } from "@parley/protocol/threads";
import { isMuted, isQuiet } from "./muting.ts";

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
  /** What has come holds a word that counts as a mention for the person (NOTIFY-9). */
  isCalled?: boolean;
  now: number;
}

/** NOTIFY-4, NOTIFY-10. Whether the person is not to be disturbed at all. */
function isUndisturbed({ wishes, now }: Pick<Surroundings, "wishes" | "now">): boolean {
  if (isQuiet(wishes.muted_until, now)) return true;
  return wishes.quiet_hours !== undefined && isInHours(wishes.quiet_hours, now);
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
  if (isUndisturbed(around) || isMuted(notifications, around.now)) return false;
  const level = notifications.level === "default" ? around.wishes.level : notifications.level;
  if (level === "mentions")
    return room.kind === "direct" || room.mentions > before.mentions || around.isCalled === true;
  return level === "all";
}

/** NOTIFY-6, PUSH-14. Whether a new answer in a thread that the person follows is to be told of. */
export function isAnswerToBeTold(
  room: Membership,
  { thread, answer }: { thread: Thread; answer: UnreadAnswer },
  around: Pick<Surroundings, "wishes" | "isInSight" | "isCalled" | "now">,
): boolean {
  if (room.role === null || around.isInSight) return false;
  if (isUndisturbed(around) || isMuted(room.notifications, around.now)) return false;
  const level = room.notifications.level === "default" ? around.wishes.level : room.notifications.level;
  if (level === "none" || thread.level === "none") return false;
  const isNamed = answer.mentions_me === true || around.isCalled === true;
  return thread.level === "all" || room.kind === "direct" || isNamed;
}

/** NOTIFY-7. Whether a notification of a room has nothing to say any more. */
export function isSettled(room: Membership | undefined, told: number): boolean {
  if (!room || room.unread === 0 || room.read >= told) return true;
  return room.last_message?.seq === told && room.last_message.deleted_at !== undefined;
}
