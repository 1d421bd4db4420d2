import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import type { MemberRole } from "@parley/protocol/rooms";
import type { Actor, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import { contentHash } from "../../platform/hashes.ts";
import { fromBody, toBody } from "../../schema/bodies.ts";
import type { Sql } from "../../schema/tables.ts";
import {
  accessOwnRoom,
  accessOwnRoomForChange,
  isAtLeast,
  noSuchRoom,
  type OwnRoom,
  permissionsOf,
  requireOpen,
  requirePermission,
  roleIn,
} from "../access/access.ts";
import { requireNoBlockIn } from "../blocks/blocks.ts";
import { emit, type Place, putEvent, takeMessagePlace } from "../logs/logs.ts";
import { dropMessage, queueMessage, requeueMessage } from "../search-index/search-index.ts";
import { firstSince, readPage, readReplies } from "./messages-pages.ts";
import {
  countReply,
  deleteMentions,
  deleteReactions,
  deleteVersions,
  eraseMessage,
  insertMention,
  insertMessage,
  keepVersion,
  type MessageRow,
  membersAmong,
  messageByClientId,
  messageById,
  messagePlace,
  messagesByIds,
  moveOwnMarks,
  reactionsOn,
  rewriteMessage,
  uncountReply,
  versionsOf,
} from "./messages-rows.ts";
import { mentionList, noSuchMessage, toMessage } from "./messages-rules.ts";

type Sending = Checked<"message.send"> & { client_id: string };

interface Sent {
  input: Sending;
  /** Of all that makes two messages under one client id the same. */
  hash: string;
  /** Who first said what is forwarded, and when. */
  forwarded: { sender: number; at: number } | null;
}

/** MSG-1, MSG-2, MSG-3, BLOCK-3. Sends a message; the same sender's same client id sends once for ever. */
export async function sendMessage(tx: Tx, actor: Actor, input: Sending): Promise<Message> {
  return sendOnce(tx, actor, { input, hash: sentHash(input), forwarded: null });
}

export async function sendOnce(tx: Tx, actor: Actor, sent: Sent): Promise<Message> {
  const { input, hash } = sent;
  const place = await takeMessagePlace(tx, input.room, { sender: actor.user, client: input.client_id });
  if (!place) return sentBefore(tx.sql, actor, { client_id: input.client_id, hash });
  const mentions = mentionList(input.mentions);
  const mark = { room: input.room, user: actor.user, seq: place.seq, ordinal: place.room.ordinal };
  // One after the other for the store, but waited for together; a refusal undoes both.
  const [sender, row] = await Promise.all([
    tx.sql.first(moveOwnMarks(mark)),
    storeMessage(tx, actor, { ...sent, place, mentions }),
  ]);
  requireMaySend(sender?.role ?? null, input, place);
  await requireNoBlockIn(tx.sql, actor.user, place.room);
  await requireReferences(tx.sql, input.room, { mentions: mentions ?? [], replyTo: input.reply_to });
  if (row.reply_to !== null) {
    tx.sql.runAhead(countReply({ message: row.reply_to, seq: place.seq, at: place.at }));
  }
  const message = toMessage(row);
  putEvent(tx, input.room, place, { kind: "message.sent", by: actor.user, message }, row.id);
  if (mentions) notify(tx, row, mentions);
  return message;
}

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
  requireOpen(room);
  requirePermission(room.role, permissionsOf(room.kind, room.permissions).send_messages, "write");
  await requireNoBlockIn(tx.sql, actor.user, room);
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
  await tx.sql.run(deleteMentions({ room: room.id, seq: row.seq }));
  if (mentions) notify(tx, row, mentions);
  return tellChange(tx, actor, row.id, "message.edited");
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
  await tx.sql.run(eraseMessage({ id: row.id, at: tx.now, nothing: new Uint8Array() }));
  await dropMessage(tx, row);
  await tx.sql.run(deleteVersions({ id: row.id }));
  await tx.sql.run(deleteReactions({ message: row.id }));
  await tx.sql.run(deleteMentions({ room: room.id, seq: row.seq }));
  // The room is held: the event that tells of it is the next one.
  const seq = room.head + 1;
  if (row.reply_to !== null) await tx.sql.run(uncountReply({ message: row.reply_to, seq }));
  await tellChange(tx, actor, row.id, "message.deleted");
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

export async function presentOne(sql: Sql, row: MessageRow): Promise<Message> {
  const [message] = await present(sql, [row]);
  if (!message) throw new Error("a message that was read is not there");
  return message;
}

/** Why a room is not reached tells nothing of its messages; a fault of the store stays one. */
function asNoSuchMessage(error: unknown): never {
  throw error instanceof ChatError ? noSuchMessage() : error;
}

async function present(sql: Sql, rows: readonly MessageRow[]): Promise<Message[]> {
  const reacted = rows.filter((row) => row.reaction_count > 0).map((row) => row.id);
  const reactions = await reactionsOn(sql, reacted);
  return rows.map((row) =>
    toMessage(
      row,
      reactions.filter((each) => each.message_id === row.id),
    ),
  );
}

interface Repeat {
  client_id: string;
  hash: string;
}

/**
 * MSG-2. A repeat gives the first; the same client id with another content is a conflict. What a deleted message held
 * is not remembered. Whoever has left the room gets their own words back, not what others have added since.
 */
export async function repeatOf(
  sql: Sql,
  actor: Actor,
  { client_id, hash }: Repeat,
): Promise<Message | undefined> {
  const row = await sql.first(messageByClientId({ sender: actor.user, client: client_id }));
  if (!row) return undefined;
  if (row.deleted_at === null && row.sent_hash !== hash) {
    throw new ChatError("conflict", "this client id was used for another message");
  }
  return (await roleIn(sql, actor.user, row.room_id)) ? presentOne(sql, row) : toMessage(row);
}

async function sentBefore(sql: Sql, actor: Actor, repeat: Repeat): Promise<Message> {
  const first = await repeatOf(sql, actor, repeat);
  if (!first) throw noSuchRoom();
  return first;
}

function sentHash(input: Sending): string {
  const { room, text, reply_to = 0, mention_all = false } = input;
  return contentHash(JSON.stringify([room, text, reply_to, mention_all, mentionList(input.mentions)]));
}

/** MSG-3. Checked under the room's lock: who was removed a moment ago sends nothing. */
function requireMaySend(role: MemberRole | null, input: Sending, place: Place): void {
  const { room } = place;
  if (room.deleted_at !== null) throw noSuchRoom();
  if (role === null) {
    if (room.kind === "channel" && room.is_public)
      throw new ChatError("forbidden", "join this channel first");
    throw noSuchRoom();
  }
  requireOpen(room);
  const needed = permissionsOf(room.kind, room.permissions);
  requirePermission(role, needed.send_messages, "write");
  if (input.mention_all) requirePermission(role, needed.mention_all, "mention everyone");
}

/** MSG-7. Whoever is mentioned is in the room, and what is answered stands in it. */
async function requireReferences(
  sql: Sql,
  room: number,
  references: { mentions: readonly number[]; replyTo?: number | undefined },
): Promise<void> {
  const { mentions, replyTo } = references;
  if (mentions.length > 0) {
    const present = await membersAmong(sql, room, mentions);
    if (mentions.some((user) => !present.has(user))) {
      throw new ChatError("invalid", "somebody who is mentioned is not in this room", {
        fields: [{ path: ["mentions"], message: "must be people of this room" }],
      });
    }
  }
  if (replyTo !== undefined) {
    const answered = await sql.first(messagePlace({ id: replyTo }));
    if (answered?.room_id !== room) {
      throw new ChatError("invalid", "the message that is answered is not in this room", {
        fields: [{ path: ["reply_to"], message: "must be a message of this room" }],
      });
    }
  }
}

async function storeMessage(
  tx: Tx,
  actor: Actor,
  sent: Sent & { place: Place; mentions: number[] | null },
): Promise<MessageRow> {
  const { input, hash, place, mentions, forwarded } = sent;
  const stored = {
    body: toBody(input.text),
    mentions: mentions && JSON.stringify(mentions),
    reply_to: input.reply_to ?? null,
    mention_all: input.mention_all ? (1 as const) : (0 as const),
    forwarded_sender: forwarded?.sender ?? null,
    forwarded_at: forwarded?.at ?? null,
    type: "text",
    seq: place.seq,
    ordinal: place.room.ordinal,
  };
  const inserted = await tx.sql.first(
    insertMessage({
      ...stored,
      room: input.room,
      sender: actor.user,
      client: input.client_id,
      hash,
      at: place.at,
    }),
  );
  if (!inserted) throw new Error("a new message has no id");
  queueMessage(tx, inserted.id);
  return {
    ...stored,
    id: inserted.id,
    room_id: input.room,
    sender_id: actor.user,
    client_id: input.client_id,
    sent_hash: hash,
    reaction_count: 0,
    version: 1,
    reply_count: 0,
    replied_seq: null,
    replied_at: null,
    pinned_at: null,
    created_at: place.at,
    edited_at: null,
    deleted_at: null,
  };
}

/** MARK-2. Whoever is mentioned with everyone else is counted there, and only once. */
function notify(tx: Tx, row: MessageRow, users: readonly number[]): void {
  if (row.mention_all === 1) return;
  for (const user of users) {
    if (user === row.sender_id) continue;
    tx.sql.runAhead(insertMention({ user, room: row.room_id, seq: row.seq, message: row.id }));
  }
}

async function tellChange(
  tx: Tx,
  actor: Actor,
  id: number,
  kind: "message.edited" | "message.deleted",
): Promise<Message> {
  const row = await tx.sql.first(messageById({ id }));
  if (!row) throw new Error("a message that was changed is not there");
  const message = await presentOne(tx.sql, row);
  await emit(tx, row.room_id, { kind, by: actor.user, message }, id);
  return message;
}

function readMentions(row: MessageRow): number[] | null {
  return row.mentions === null ? null : JSON.parse(row.mentions);
}

function sameIds(one: number[] | null, other: number[] | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
