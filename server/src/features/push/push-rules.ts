import { holdsKeyword } from "@parley/protocol/keywords";
import type { DefaultLevel, NotificationLevel, QuietHours } from "@parley/protocol/notifications";
import type { PushText } from "@parley/protocol/push";
import { isInHours } from "@parley/protocol/quiet-hours";
import type { RoomKind } from "@parley/protocol/rooms";
import type { ThreadLevel } from "@parley/protocol/threads";

/** Milliseconds for which somebody who is at another device may read there what was said before this one is told. */
export const glance = 10_000;
/** Milliseconds after which a page that is open, but says nothing, is taken to be asleep, and between two looks at it. */
export const asleep = 35_000;
const lookAgain = 5_000;
/** Milliseconds before a notification is taken back: whoever pressed it has read the room a moment later. */
export const settling = 3_000;
/** Milliseconds after which nobody is told any more of what was said, or that it is read. */
const oldNews = 12 * 3_600_000;

/** Waits, in milliseconds, after each failure; after the last one the push is given up. */
const waits = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000] as const;

/** What was said, as far as it matters who is told. */
export interface News {
  sender: number;
  seq: number;
  kind: RoomKind;
  mentions: ReadonlySet<number>;
  mention_all: boolean;
  text: string;
  /** It stands in its thread alone. */
  in_thread: boolean;
}

/** Somebody in the room, with what they wish. */
export interface Listener {
  user: number;
  read_seq: number;
  /** In this room, and in all rooms of which they have said nothing else. */
  room_level: NotificationLevel;
  level: DefaultLevel;
  room_muted_until: number | null;
  muted_until: number | null;
  quiet_hours: QuietHours | null;
  keywords: readonly string[];
  /** Of the thread in which it stands; null for whoever does not follow it. */
  thread: { level: ThreadLevel; read_seq: number } | null;
  /** They block who said it. */
  blocks: boolean;
}

/** PUSH-6. Whether somebody is to be told of a message: the same rule by which an open page tells (NOTIFY-6). */
export function isToBeTold(news: News, listener: Listener, now: number): boolean {
  if (listener.user === news.sender || listener.blocks || isRead(news, listener)) return false;
  if (isQuiet(listener.muted_until, now) || isQuiet(listener.room_muted_until, now)) return false;
  if (listener.quiet_hours && isInHours(listener.quiet_hours, now)) return false;
  const level = levelFor(news, listener);
  if (level === "mentions") {
    return (
      news.kind === "direct" ||
      news.mention_all ||
      news.mentions.has(listener.user) ||
      holdsKeyword(news.text, listener.keywords)
    );
  }
  return level === "all";
}

/** THREAD-9. What the room shows is read there as well. */
export function isRead(
  news: Pick<News, "seq" | "in_thread">,
  { read_seq, thread }: Pick<Listener, "read_seq" | "thread">,
): boolean {
  if (thread && thread.read_seq >= news.seq) return true;
  return !(news.in_thread && thread) && read_seq >= news.seq;
}

/** PUSH-14. In a thread that somebody follows its own level holds, unless the room is to keep quiet. */
function levelFor(news: News, { room_level, level, thread }: Listener): DefaultLevel {
  const ofRoom = room_level === "default" ? level : room_level;
  if (ofRoom === "none") return "none";
  return thread?.level ?? (news.in_thread ? "none" : ofRoom);
}

function isQuiet(until: number | null, now: number): boolean {
  return until !== null && until > now;
}

/** PUSH-8. Whether a push may hold what was written. */
export function mayHoldText(wish: PushText, room: { kind: RoomKind; is_public: 0 | 1 }): boolean {
  return wish === "always" || (wish === "public" && room.kind === "channel" && room.is_public === 1);
}

/** A delivery at the moment at which it is due. */
export interface Due {
  state: "due" | "shown" | "closing";
  begun_at: number;
  /** The rights and wishes of this moment say that the person is told. */
  isWanted: boolean;
  /** Milliseconds since a page on this very device was heard; null where none is open. */
  heardAgo: number | null;
  /** Whether its push service lets a push show nothing. */
  takesSilence: boolean;
}

export type Decision =
  | { kind: "show" | "close" }
  /** There is nothing to tell; what stands on the device already may stay. */
  | { kind: "drop" }
  /** The device sees to it by itself. */
  | { kind: "forget" }
  | { kind: "wait"; until: number };

/** PUSH-6, PUSH-7, PUSH-9. What becomes of a delivery now. */
export function decide(due: Due, now: number): Decision {
  const { state, begun_at, heardAgo } = due;
  const age = now - begun_at;
  if (state === "closing") {
    if (age > oldNews || (heardAgo !== null && heardAgo < asleep)) return { kind: "forget" };
    return due.takesSilence ? { kind: "close" } : { kind: "wait", until: begun_at + oldNews + 1 };
  }
  if (!due.isWanted || age > oldNews) return { kind: "drop" };
  // A page that was heard since has told of it itself.
  if (heardAgo !== null && heardAgo < age) return { kind: "drop" };
  if (heardAgo !== null && age < asleep)
    return { kind: "wait", until: Math.min(now + lookAgain, begun_at + asleep) };
  return { kind: "show" };
}

/** PUSH-10. When to try again what failed so many times before; null to give it up. Seconds are the service's own wish. */
export function nextTry(attempts: number, now: number, after: number | null): number | null {
  const wait = waits[attempts];
  return wait === undefined ? null : now + Math.max(wait, (after ?? 0) * 1_000);
}

/** Apple's service takes a subscription away after some pushes that show nothing. */
export function takesSilence(endpoint: string): boolean {
  return !new URL(endpoint).hostname.endsWith(".push.apple.com");
}
