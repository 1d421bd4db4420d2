import type { Checked } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Sql } from "../../schema/tables.ts";
import {
  type MessageRow,
  messageById,
  messageFrom,
  messagesAfter,
  messagesBefore,
  repliesBefore,
} from "./messages-rows.ts";
import { noSuchMessage } from "./messages-rules.ts";

/** A run of a room's messages, oldest first, and where the pages on both sides of it begin. */
export interface Page {
  rows: MessageRow[];
  before: number | null;
  after: number | null;
}

/** MSG-4. One row more than asked for tells whether the list goes on. */
export async function readPage(sql: Sql, room: number, input: Checked<"message.list">): Promise<Page> {
  const { limit, before, after, around } = input;
  if ([before, after, around].filter((place) => place !== undefined).length > 1) {
    throw new ChatError("invalid", "a page is either before, after or around something");
  }
  if (around !== undefined) return readAround(sql, { room, around, limit });
  if (after !== undefined) return readAfter(sql, { room, after, limit });
  return readBefore(sql, { room, before, limit });
}

async function readBefore(
  sql: Sql,
  { room, before, limit }: { room: number; before: number | undefined; limit: number },
): Promise<Page> {
  const seq = before ?? Number.MAX_SAFE_INTEGER;
  const found = await sql.rows(messagesBefore({ room, seq, limit: limit + 1 }));
  const rows = found.slice(0, limit).reverse();
  const later = before === undefined ? null : (rows.at(-1)?.seq ?? Math.max(before - 1, 0));
  return { rows, before: found.length > limit ? (rows[0]?.seq ?? null) : null, after: later };
}

async function readAfter(
  sql: Sql,
  { room, after, limit }: { room: number; after: number; limit: number },
): Promise<Page> {
  const found = await sql.rows(messagesAfter({ room, seq: after, limit: limit + 1 }));
  const rows = found.slice(0, limit);
  const earlier = after === 0 ? null : (rows[0]?.seq ?? after + 1);
  return { rows, before: earlier, after: found.length > limit ? (rows.at(-1)?.seq ?? null) : null };
}

async function readAround(
  sql: Sql,
  { room, around, limit }: { room: number; around: number; limit: number },
): Promise<Page> {
  const centre = await sql.first(messageById({ id: around }));
  if (!centre || centre.room_id !== room) throw noSuchMessage();
  const after = Math.floor((limit - 1) / 2);
  const before = limit - 1 - after;
  const later = await sql.rows(messagesAfter({ room, seq: centre.seq, limit: after + 1 }));
  const earlier = await sql.rows(messagesBefore({ room, seq: centre.seq, limit: before + 1 }));
  const rows = [...earlier.slice(0, before).reverse(), centre, ...later.slice(0, after)];
  return {
    rows,
    before: earlier.length > before ? (rows[0]?.seq ?? null) : null,
    after: later.length > after ? (rows.at(-1)?.seq ?? null) : null,
  };
}

/** MSG-11. The answers to a message before an event, or the newest, oldest first. */
export async function readReplies(
  sql: Sql,
  { message, before, limit }: Checked<"message.replies">,
): Promise<Pick<Page, "rows" | "before">> {
  const seq = before ?? Number.MAX_SAFE_INTEGER;
  const found = await sql.rows(repliesBefore({ message, seq, limit: limit + 1 }));
  const rows = found.slice(0, limit).reverse();
  return { rows, before: found.length > limit ? (rows[0]?.seq ?? null) : null };
}

/**
 * MSG-10. The first message at or after a moment. Within a room times never go back, so that it is found by halves in
 * the index of places: an index of times would cost every message a write.
 */
export async function firstSince(
  sql: Sql,
  { room, head, at }: { room: number; head: number; at: number },
): Promise<number | null> {
  let [low, high] = [1, head + 1];
  let found: number | null = null;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const message = await sql.first(messageFrom({ room, seq: middle }));
    if (message && message.created_at < at) low = message.seq + 1;
    else {
      found = message?.id ?? found;
      high = middle;
    }
  }
  return found;
}
