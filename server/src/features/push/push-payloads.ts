import { previewOf } from "@parley/protocol/previews";
import type { PushPayload } from "@parley/protocol/push";
import { secretHash } from "../../platform/hashes.ts";
import type { PushMessage } from "../../platform/push.ts";
import { fromBody } from "../../schema/bodies.ts";
import type { DueRow } from "./push-delivery-rows.ts";
import { isToBeTold, type Listener, mayHoldText } from "./push-rules.ts";

/** Seconds for which a push service keeps what it cannot deliver. */
const newsLive = 12 * 3_600;
const readLives = 3_600;

type Read = { room: number; seq: number }[];

export function mentionsOf(mentions: string | null): ReadonlySet<number> {
  return new Set(mentions === null ? [] : (JSON.parse(mentions) as number[]));
}

type Wishes = Pick<DueRow, "thread_level" | "thread_read_seq" | "quiet_hours" | "keywords">;

/** What somebody wishes beside levels and moments; of the thread that a message stands in, where they follow it. */
export function wishesOf(row: Wishes): Pick<Listener, "thread" | "quiet_hours" | "keywords"> {
  const { thread_level: level, thread_read_seq: read_seq, quiet_hours, keywords } = row;
  return {
    thread: level === null || read_seq === null ? null : { level, read_seq },
    quiet_hours: quiet_hours === null ? null : JSON.parse(quiet_hours),
    keywords: keywords === null ? [] : JSON.parse(keywords),
  };
}

/** PUSH-7. Whether, as things are now, the person is to be told of this. */
export function isWantedNow(row: DueRow, now: number): boolean {
  const isThere = row.ended_at === null && row.idle_until > now && row.expires_at > now && row.active === 1;
  if (!isThere || row.role === null || row.deleted_at !== null) return false;
  const news = {
    ...{ sender: row.sender_id, seq: row.seq, kind: row.kind, mention_all: row.mention_all === 1 },
    ...{ mentions: mentionsOf(row.mentions), in_thread: row.in_thread === 1, text: fromBody(row.body) },
  };
  const listener = {
    ...wishesOf(row),
    ...{ user: row.user_id, read_seq: row.read_seq ?? row.seq, blocks: row.blocked > 0 },
    ...({ room_level: row.room_level ?? "default", level: row.level } as const),
    ...{ room_muted_until: row.room_muted_until, muted_until: row.muted_until },
  };
  return isToBeTold(news, listener, now);
}

/** PUSH-8, PUSH-9. What is said of a message, in the place of what was said of its room before. */
export function newsMessage(row: DueRow, place: { room: number; topic: string; read: Read }): PushMessage {
  const isDirect = row.kind === "direct";
  const text = previewOf(fromBody(row.body));
  const payload: PushPayload = {
    ...{ kind: "message", language: row.language, room: place.room, message: row.message_id, seq: row.seq },
    ...{ title: row.name === "" ? row.sender : row.name, sender: row.sender, direct: isDirect },
    ...(row.in_thread === 1 && row.reply_to !== null && { thread: row.reply_to }),
    text: mayHoldText(row.push_text, row) && text !== "" ? text : null,
    read: place.read,
  };
  const isPersonal = isDirect || row.mention_all === 1 || mentionsOf(row.mentions).has(row.user_id);
  const urgency = isPersonal ? "high" : "normal";
  return { text: JSON.stringify(payload), ttl: newsLive, urgency, topic: place.topic };
}

/** PUSH-9. Takes a notification back; with the same topic it replaces one that has not come yet. */
export function readMessage(place: { topic: string; read: Read }): PushMessage {
  const payload: PushPayload = { kind: "read", read: place.read };
  return { text: JSON.stringify(payload), ttl: readLives, urgency: "normal", topic: place.topic };
}

/** Says nothing of the room to the service; at most 32 signs (RFC 8030). */
export function topicOf(epoch: string, subscription: number, room: number): string {
  return secretHash(`${epoch} ${subscription} ${room}`).slice(0, 32);
}
