import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Actor, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { emitToUser } from "../logs/logs.ts";
import { accessMessage, messagesFor } from "../messages/messages.ts";
import {
  countSaved,
  deleteSaved,
  deleteUnreadable,
  insertSaved,
  type SavedRow,
  savedBefore,
} from "./saved-rows.ts";

/** SAVED-1, SAVED-3. Keeps a message at hand or no more; asked twice, it is as if asked once. */
export async function setSaved(
  tx: Tx,
  actor: Actor,
  input: Checked<"saved.set">,
): Promise<Record<string, never>> {
  const { message, on } = input;
  const { row } = await accessMessage(tx.sql, actor, message);
  if (on && row.deleted_at !== null) throw new ChatError("not_found", "this message was deleted");
  const place = { user: actor.user, message };
  const changed = await tx.sql.run(on ? insertSaved({ ...place, at: tx.now }) : deleteSaved(place));
  if (changed === 0) return {};
  // From here on the person's log is held, so that of two at once one is counted before the other is.
  await emitToUser(tx, actor.user, { kind: "saved.set", message, on });
  if (on) await requireRoom(tx, actor.user);
  return {};
}

/** SAVED-2. The last saved first. */
export async function listSaved(
  sql: Sql,
  actor: Actor,
  input: Checked<"saved.list">,
): Promise<Output<"saved.list">> {
  const before = readCursor(input.cursor);
  const rows = await sql.rows(savedBefore({ user: actor.user, ...before, limit: input.limit + 1 }));
  const page = rows.slice(0, input.limit);
  const messages = await messagesFor(
    sql,
    page.map((row) => row.message_id),
  );
  const saved = page.flatMap(({ message_id, at }) => {
    const message = messages.get(message_id);
    // Deleted while it was read.
    return message && message.deleted_at === undefined ? [{ message, at: isoTime(at) }] : [];
  });
  const last = page.at(-1);
  return { saved, next: rows.length > page.length && last ? writeCursor(last) : null };
}

/** SAVED-3. What can no longer be read takes nobody's room. */
async function requireRoom(tx: Tx, user: number): Promise<void> {
  if ((await counted(tx, user)) <= limits.saved) return;
  await tx.sql.run(deleteUnreadable({ user }));
  if ((await counted(tx, user)) <= limits.saved) return;
  throw new ChatError("conflict", `one person saves at most ${limits.saved} messages`);
}

async function counted(tx: Tx, user: number): Promise<number> {
  return (await tx.sql.first(countSaved({ user })))?.count ?? 0;
}

function writeCursor({ at, message_id }: SavedRow): string {
  return `${at}.${message_id}`;
}

function readCursor(cursor: string | undefined): { at: number; message: number } {
  if (cursor === undefined) return { at: Number.MAX_SAFE_INTEGER, message: 0 };
  const [at, message] = (/^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []).slice(1).map(Number);
  if (at === undefined || message === undefined) {
    throw new ChatError("invalid", "this cursor is not from this list");
  }
  return { at, message };
}
