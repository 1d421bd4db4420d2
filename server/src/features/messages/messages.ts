import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import type { Actor, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import { fromBody, toBody } from "../../schema/bodies.ts";
import type { Sql } from "../../schema/tables.ts";
import {
  accessOwnRoom,
  accessOwnRoomForChange,
  isAtLeast,
  type OwnRoom,
  permissionsOf,
  requireOpen,
  requirePermission,
} from "../access/access.ts";
import { requireReachableIn } from "../blocks/blocks.ts";
import { followMentioned } from "../follows/follows.ts";
import { trimLinks, wantPreviews } from "../links/links.ts";
import { requeueMessage } from "../search-index/search-index.ts";
import { erase, tellChange } from "./messages-expiry.ts";
import { firstSince, readPage, readReplies } from "./messages-pages.ts";
import { present, presentOne } from "./messages-present.ts";
import {
  deleteMentions,
  deleteTranslations,
  keepVersion,
  type MessageRow,
  messageById,
  messagePlace,
  messagesByIds,
  rewriteMessage,
  versionsOf,
} from "./messages-rows.ts";
import { mentionList, noSuchMessage, requireContent } from "./messages-rules.ts";
import { notify, requireReferences } from "./messages-sending.ts";

export { expireMessage, expiringJob, tellChange } from "./messages-expiry.ts";
export { presentOne } from "./messages-present.ts";
export { retainFrom, retainingJob, retainMessages } from "./messages-retention.ts";
export {
  type MessageRow,
  messageById,
  messagePlace,
} from "./messages-rows.ts";
export { requireThread } from "./messages-rules.ts";
export { repeatOf, requireReferences, requireSendable, sendMessage, sendOnce } from "./messages-sending.ts";

/** MSG-4. A page of messages, oldest first; the room's head is read before the page. */
export async function listMessages(
  sql: Sql,
  actor: Actor,
  input: Checked<"message.list">,
): Promise<Output<"message.list">> {
  const room = await accessOwnRoom(sql, actor.user, input.room);
  const page = await readPage(sql, room.id, input);
  const { rows, before, after } = page;
  return { messages: await present(sql, rows), head: room.head, before, after };
}

export async function getMessage(sql: Sql, actor: Actor, input: Checked<"message.get">): Promise<Message> {
  const { row } = await accessMessage(sql, actor, input.message);
  return presentOne(sql, row);
}

/** MSG-10. Where a room's messages of a day begin. */
export async function findMessage(
  sql: Sql,
  actor: Actor,
  input: Checked<"message.find">,
): Promise<Output<"message.find">> {
  const { id: room, head } = await accessOwnRoom(sql, actor.user, input.room);
  return { message: await firstSince(sql, { room, head, at: Date.parse(input.at) }) };
}

/** MSG-11. The messages that answer one, page by page, and that one; the room's head is read before them. */
export async function listReplies(
  sql: Sql,
  actor: Actor,
  input: Checked<"message.replies">,
): Promise<Output<"message.replies">> {
  const { row, room } = await accessMessage(sql, actor, input.message);
  const { rows, before } = await readReplies(sql, input);
  const answered = await sql.first(messageById({ id: row.id }));
  if (!answered) throw noSuchMessage();
  const [parent, ...messages] = await present(sql, [answered, ...rows]);
  if (!parent) throw noSuchMessage();
  return { parent, messages, head: room.head, before };
}

/** MSG-5, BLOCK-3. Only its author edits a message; every earlier text is kept. */
export async function editMessage(tx: Tx, actor: Actor, input: Checked<"message.edit">): Promise<Message> {
  const { row, room } = await accessMessageForChange(tx, actor, input.message);
  if (row.sender_id !== actor.user) throw new ChatError("forbidden", "only its author edits a message");
  if (row.forwarded_sender !== null) throw new ChatError("forbidden", "what was forwarded is not edited");
  if (row.extra !== null) throw new ChatError("forbidden", "only words are edited");
  requireOpen(room);
  requirePermission(room.role, permissionsOf(room.kind, room.permissions).send_messages, "write");
  await requireReachableIn(tx.sql, actor.user, room);
  requireContent(input.text, row.file_count);
  const before = readMentions(row);
  const mentions = input.mentions === undefined ? before : mentionList(input.mentions);
  if (fromBody(row.body) === input.text && sameIds(mentions, before)) return presentOne(tx.sql, row);
  // Who was mentioned before and has left since stays mentioned.
  const added = mentions?.filter((user) => !before?.includes(user)) ?? [];
  await requireReferences(tx.sql, room.id, { mentions: added });
  await tx.sql.run(
    keepVersion({ id: row.id, version: row.version, body: row.body, at: row.edited_at ?? row.created_at }),
  );
  const stored = mentions && JSON.stringify(mentions);
  await tx.sql.run(rewriteMessage({ id: row.id, body: toBody(input.text), mentions: stored, at: tx.now }));
  await requeueMessage(tx, row);
  await tx.sql.run(deleteTranslations({ message: row.id }));
  await trimLinks(tx, { id: row.id, text: input.text });
  await wantPreviews(tx, { id: row.id, room: row.room_id, text: input.text });
  await tx.sql.run(deleteMentions({ room: room.id, seq: row.seq }));
  if (mentions) notify(tx, row, mentions);
  if (row.reply_to !== null) {
    const { room_id, reply_to: root, sender_id: sender, seq } = row;
    await followMentioned(tx, { room: room_id, root, sender, seq, mentions: added });
  }
  return tellChange(tx, row.id, { kind: "message.edited", by: actor.user });
}

/** MSG-6. Deletes for everyone: one's own message, or as an owner or admin of the room anyone's. */
export async function deleteMessage(
  tx: Tx,
  actor: Actor,
  input: Checked<"message.delete">,
): Promise<Record<string, never>> {
  const { row, room } = await accessMessageForChange(tx, actor, input.message, { deleted: true });
  if (row.sender_id !== actor.user && !isAtLeast(room.role, "admin")) {
    throw new ChatError("forbidden", "only its author or an admin of the room deletes a message");
  }
  if (row.deleted_at !== null) return {};
  await erase(tx, row, actor.user);
  return {};
}

/** MSG-5. Earlier texts, oldest first, the present one last. */
export async function messageHistory(
  sql: Sql,
  actor: Actor,
  input: Checked<"message.history">,
): Promise<Output<"message.history">> {
  const { row } = await accessMessage(sql, actor, input.message);
  const earlier = await sql.rows(versionsOf({ id: row.id }));
  const present = { version: row.version, body: row.body, at: row.edited_at ?? row.created_at };
  return {
    versions: [...earlier, present].map(({ version, body, at }) => ({
      version,
      text: fromBody(body),
      at: isoTime(at),
    })),
  };
}

/** ACCESS-3. A message in a room this person is in; anything else is not there. */
export async function accessMessage(
  sql: Sql,
  actor: Actor,
  message: number,
): Promise<{ row: MessageRow; room: OwnRoom }> {
  const row = await sql.first(messageById({ id: message }));
  if (!row) throw noSuchMessage();
  const room = await accessOwnRoom(sql, actor.user, row.room_id).catch(asNoSuchMessage);
  return { row, room };
}

/** `accessMessage` for a change: room and message stay as they were seen until the commit. */
export async function accessMessageForChange(
  tx: Tx,
  actor: Actor,
  message: number,
  options: { deleted?: boolean } = {},
): Promise<{ row: MessageRow; room: OwnRoom }> {
  const place = await tx.sql.first(messagePlace({ id: message }));
  if (!place) throw noSuchMessage();
  const room = await accessOwnRoomForChange(tx, actor.user, place.room_id).catch(asNoSuchMessage);
  const row = await tx.sql.first(messageById({ id: message }));
  if (!row) throw noSuchMessage();
  if (row.deleted_at !== null && !options.deleted)
    throw new ChatError("not_found", "this message was deleted");
  return { row, room };
}

/** Messages by id as they are now, for events that speak of them. */
export async function messagesFor(sql: Sql, ids: readonly number[]): Promise<Map<number, Message>> {
  const messages = await present(sql, await messagesByIds(sql, ids));
  return new Map(messages.map((message) => [message.id, message]));
}

/** Why a room is not reached tells nothing of its messages; a fault of the store stays one. */
function asNoSuchMessage(error: unknown): never {
  throw error instanceof ChatError ? noSuchMessage() : error;
}

function readMentions(row: MessageRow): number[] | null {
  return row.mentions === null ? null : JSON.parse(row.mentions);
}

function sameIds(one: number[] | null, other: number[] | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
