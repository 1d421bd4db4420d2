import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { holdsKeyword } from "@parley/protocol/keywords";
import type { Message } from "@parley/protocol/messages";
import type { Actor } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { listBlocks } from "../blocks/blocks.ts";
import { messagesFor } from "../messages/messages.ts";
import { getDefault } from "../notifications/notifications.ts";
import { searchMessages } from "../search/search.ts";
import { mentionsBefore } from "./mentions-rows.ts";

type Input = Checked<"mention.list">;

/** A part of a list, the newest first: all that belongs to it down to `floor` are there; 0 for the end of it. */
interface Part {
  messages: Message[];
  floor: number;
}

/** MENTION-1, MENTION-2. The newest first. */
export async function listMentions(sql: Sql, actor: Actor, input: Input): Promise<Output<"mention.list">> {
  const below = input.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(input.cursor);
  if (!Number.isSafeInteger(below) || below < 1) {
    throw new ChatError("invalid", "this cursor is not from this list");
  }
  const place = { below, limit: input.limit };
  const { keywords = [] } = await getDefault(sql, actor);
  const parts = [await mentioning(sql, actor, place)];
  for (const keyword of keywords) parts.push(await holding(sql, actor, { ...place, keyword }));
  return joined(parts, input.limit);
}

async function mentioning(
  sql: Sql,
  actor: Actor,
  { below, limit }: { below: number; limit: number },
): Promise<Part> {
  const rows = await sql.rows(mentionsBefore({ user: actor.user, below, limit: limit + 1 }));
  const page = rows.slice(0, limit).map(({ id }) => id);
  const found = await messagesFor(sql, page);
  // Deleted while it was read.
  const messages = page.flatMap((id) => found.get(id) ?? []).filter(({ deleted_at }) => !deleted_at);
  return { messages, floor: rows.length > page.length ? (page.at(-1) ?? 0) : 0 };
}

/** MENTION-2. What holds a word of the person's own, said by others. */
async function holding(
  sql: Sql,
  actor: Actor,
  { keyword, below, limit }: { keyword: string; below: number; limit: number },
): Promise<Part> {
  const text = `"${keyword.replace(/["“”„‟«»]/g, " ")}"`;
  const cursor = String(below);
  const { hits, next } = await searchMessages(sql, actor, { text, cursor, limit });
  const { blocks } = await listBlocks(sql, actor);
  const unheard = new Set([actor.user, ...blocks.map(({ user }) => user)]);
  const found = hits.map(({ message }) => message).filter(({ sender }) => !unheard.has(sender));
  const messages = found.filter((message) => holdsKeyword(message.text, [keyword]));
  return { messages, floor: next === null ? 0 : Number(next) };
}

/** As far back as all parts go; the next page begins where the shortest of them ends. */
function joined(parts: readonly Part[], limit: number): Output<"mention.list"> {
  const floor = Math.max(...parts.map((part) => part.floor));
  const found = new Map(parts.flatMap(({ messages }) => messages).map((message) => [message.id, message]));
  const all = [...found.values()].filter(({ id }) => id >= floor).sort((one, other) => other.id - one.id);
  const messages = all.slice(0, limit);
  if (all.length > limit) return { messages, next: String(messages.at(-1)?.id) };
  return { messages, next: floor === 0 ? null : String(floor) };
}
