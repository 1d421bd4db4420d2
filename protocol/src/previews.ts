import { limits } from "./limits.ts";
import type { Message } from "./messages.ts";
import type { LastMessage } from "./rooms.ts";

/** The beginning of a text, as much of it as a list shows: never half a character. */
export function previewOf(text: string): string {
  const start = text.slice(0, limits.previewText);
  return start.isWellFormed() ? start : start.slice(0, -1);
}

export function toLastMessage(message: Message): LastMessage {
  const { id, seq, sender, type, version, created_at, in_thread, expires_at, deleted_at } = message;
  return {
    ...{ id, seq, sender, type, text: previewOf(message.text), version, created_at },
    ...(in_thread && { in_thread }),
    ...(expires_at !== undefined && { expires_at }),
    ...(deleted_at !== undefined && { deleted_at }),
  };
}

/** ROOM-11. The later of two messages; of two states of one message the newer. */
export function laterMessage(one: LastMessage | null, other: LastMessage | null): LastMessage | null {
  if (!one || !other) return one ?? other;
  if (one.seq !== other.seq) return one.seq > other.seq ? one : other;
  return other.version > one.version ? other : one;
}
