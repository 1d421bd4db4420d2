import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Actor } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { messagesFor } from "../messages/messages.ts";
import { mentionsBefore } from "./mentions-rows.ts";

/** MENTION-1. The newest first. */
export async function listMentions(
  sql: Sql,
  actor: Actor,
  input: Checked<"mention.list">,
): Promise<Output<"mention.list">> {
  const below = input.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(input.cursor);
  if (!Number.isSafeInteger(below)) throw new ChatError("invalid", "this cursor is not from this list");
  const rows = await sql.rows(mentionsBefore({ user: actor.user, below, limit: input.limit + 1 }));
  const page = rows.slice(0, input.limit).map(({ id }) => id);
  const found = await messagesFor(sql, page);
  // Deleted while it was read.
  const messages = page.flatMap((id) => found.get(id) ?? []).filter(({ deleted_at }) => !deleted_at);
  return { messages, next: rows.length > page.length ? String(page.at(-1)) : null };
}
