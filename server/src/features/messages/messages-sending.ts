import type { Checked } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import type { MemberRole } from "@parley/protocol/rooms";
import type { Actor, Tx } from "../../context.ts";
import { contentHash } from "../../platform/hashes.ts";
import { toBody } from "../../schema/bodies.ts";
import type { Sql } from "../../schema/tables.ts";
import {
  noSuchRoom,
  type OwnRoom,
  peopleOf,
  permissionsOf,
  requireOpen,
  requirePermission,
  roleIn,
} from "../access/access.ts";
import { requireReachableIn } from "../blocks/blocks.ts";
import { closeAt, type Extra, extraOf } from "../extras/extras.ts";
import { attached, filesOf, messageTypeOf, type NewFile, storeFiles } from "../files/files.ts";
import { followAnswer } from "../follows/follows.ts";
import { wantPreviews } from "../links/links.ts";
import { type Place, putEvent, takeMessagePlace } from "../logs/logs.ts";
import { queuePush } from "../push/push.ts";
import { queueMessage } from "../search-index/search-index.ts";
import { expireAt } from "./messages-expiry.ts";
import { presentOne } from "./messages-present.ts";
import {
  countReply,
  insertMention,
  insertMessage,
  type MessageRow,
  membersAmong,
  messageByClientId,
  messagePlace,
  moveOwnMarks,
} from "./messages-rows.ts";
import { endOf, mentionList, requireOneThing, requireThread, toMessage } from "./messages-rules.ts";

export type Sending = Checked<"message.send"> & { client_id: string };

interface Sent {
  input: Sending;
  /** Of all that makes two messages under one client id the same. */
  hash: string;
  /** Who first said what is forwarded, and when. */
  forwarded: { sender: number; at: number } | null;
  /** When what it repeats is deleted: then it goes, too. */
  until: number | null;
  /** What it carries; asked for only when it is not a repeat. */
  files: () => Promise<NewFile[]>;
  /** What it holds beside words and files, of which it tells in words; asked for likewise. */
  extra: (at: number) => Promise<Extra | null>;
}

/** MSG-1, MSG-2, MSG-3, BLOCK-3, FILE-6. Sends a message; the same sender's same client id sends once for ever. */
export async function sendMessage(tx: Tx, actor: Actor, input: Sending): Promise<Message> {
  requireOneThing(input);
  requireThread(input);
  const files = () => attached(tx, actor.user, input.files ?? []);
  const extra = (at: number) => extraOf(tx, input, at);
  return sendOnce(tx, actor, { input, hash: sentHash(input), forwarded: null, until: null, files, extra });
}

export async function sendOnce(tx: Tx, actor: Actor, sent: Sent): Promise<Message> {
  const { input, hash } = sent;
  const place = await takeMessagePlace(tx, input.room, {
    ...{ sender: actor.user, client: input.client_id },
    counted: input.in_thread ? 0 : 1,
  });
  if (!place) return sentBefore(tx.sql, actor, { client_id: input.client_id, hash });
  const mentions = mentionList(input.mentions);
  const carried = await sent.files();
  const extra = await sent.extra(place.at);
  const mark = { room: input.room, user: actor.user, seq: place.seq, ordinal: place.room.ordinal };
  // One after the other for the store, but waited for together; a refusal undoes both.
  const [role, row] = await Promise.all([
    // THREAD-11. Whoever is in a thread has not seen what was said beside it.
    input.in_thread ? roleIn(tx.sql, actor.user, input.room) : movedBySender(tx, mark),
    storeMessage(tx, actor, { ...sent, place, mentions, carried, held: extra }),
  ]);
  requireMaySend(role, input, place.room);
  await requireReachableIn(tx.sql, actor.user, place.room);
  await requireReferences(tx.sql, input.room, { mentions: mentions ?? [], replyTo: input.reply_to });
  if (row.reply_to !== null) {
    const people = place.room.direct_key === null ? [] : peopleOf(place.room.direct_key);
    const said = { room: input.room, root: row.reply_to, sender: actor.user, seq: place.seq };
    await followAnswer(tx, { ...said, mentions: mentions ?? [], people });
    tx.sql.runAhead(countReply({ message: row.reply_to, seq: place.seq, at: place.at }));
  }
  const message = toMessage(row, { files: await storeFiles(tx, row.id, carried) });
  putEvent(tx, input.room, place, { kind: "message.sent", by: actor.user, message }, row.id);
  if (mentions) notify(tx, row, mentions);
  return message;
}

async function movedBySender(
  tx: Tx,
  mark: { room: number; user: number; seq: number; ordinal: number },
): Promise<MemberRole | null> {
  return (await tx.sql.first(moveOwnMarks(mark)))?.role ?? null;
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
  return (await roleIn(sql, actor.user, row.room_id)) ? presentOne(sql, row) : ownWords(sql, row);
}

async function ownWords(sql: Sql, row: MessageRow): Promise<Message> {
  return toMessage(row, { files: row.file_count > 0 ? await filesOf(sql, [row.id]) : [] });
}

async function sentBefore(sql: Sql, actor: Actor, repeat: Repeat): Promise<Message> {
  const first = await repeatOf(sql, actor, repeat);
  if (!first) throw noSuchRoom();
  return first;
}

function sentHash(input: Sending): string {
  const { room, text, reply_to = 0, mention_all = false, files = [], delete_after, in_thread } = input;
  const said = [room, text, reply_to, mention_all, mentionList(input.mentions)];
  const { poll, location, contact, sticker } = input;
  const carried = files.length > 0 ? [...said, files] : said;
  const held =
    poll || location || contact || sticker ? [...carried, { poll, location, contact, sticker }] : carried;
  const more = { ...(delete_after !== undefined && { delete_after }), ...(in_thread && { in_thread }) };
  return contentHash(JSON.stringify(Object.keys(more).length === 0 ? held : [...held, more]));
}

/** MSG-3. Checked under the room's lock: who was removed a moment ago sends nothing. */
function requireMaySend(
  role: MemberRole | null,
  input: Pick<Sending, "mention_all">,
  room: Pick<Place["room"], "kind" | "is_public" | "permissions" | "archived_at" | "deleted_at">,
): void {
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

/** MSG-3, MSG-7, BLOCK-3. Whether somebody might send this to a room as things are, without sending it. */
export async function requireSendable(
  sql: Sql,
  actor: Actor,
  room: OwnRoom,
  input: Pick<Sending, "mentions" | "mention_all" | "reply_to">,
): Promise<void> {
  requireMaySend(room.role, input, room);
  await requireReachableIn(sql, actor.user, room);
  await requireReferences(sql, room.id, { mentions: input.mentions ?? [], replyTo: input.reply_to });
}

/** MSG-7. Whoever is mentioned is in the room, and what is answered stands in it. */
export async function requireReferences(
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

interface Stored {
  place: Place;
  mentions: number[] | null;
  carried: readonly NewFile[];
  held: Extra | null;
}

async function storeMessage(tx: Tx, actor: Actor, sent: Sent & Stored): Promise<MessageRow> {
  const { input, hash, place, mentions, forwarded, until, carried, held } = sent;
  const stored = {
    body: toBody(held?.text ?? input.text),
    mentions: mentions && JSON.stringify(mentions),
    reply_to: input.reply_to ?? null,
    in_thread: input.in_thread ? (1 as const) : (0 as const),
    mention_all: input.mention_all ? (1 as const) : (0 as const),
    forwarded_sender: forwarded?.sender ?? null,
    forwarded_at: forwarded?.at ?? null,
    type: held?.type ?? messageTypeOf(carried.map(({ type }) => type)),
    extra: held && JSON.stringify(held.stored),
    file_count: carried.length,
    expires_at: endOf(place.at, {
      ...{ own: input.delete_after, room: place.room.delete_after, most: place.room.retention, until },
    }),
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
  queuePush(tx, inserted.id);
  await wantPreviews(tx, { id: inserted.id, room: input.room, text: input.text });
  if (stored.expires_at !== null)
    await expireAt(tx, { id: inserted.id, room: input.room, at: stored.expires_at });
  if (held) await closeAt(tx, { id: inserted.id, room: input.room, extra: held });
  return {
    ...stored,
    id: inserted.id,
    room_id: input.room,
    sender_id: actor.user,
    client_id: input.client_id,
    sent_hash: hash,
    reaction_count: 0,
    preview_count: 0,
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
export function notify(tx: Tx, row: MessageRow, users: readonly number[]): void {
  if (row.mention_all === 1) return;
  for (const user of users) {
    if (user === row.sender_id) continue;
    const { room_id: room, seq, id: message, in_thread } = row;
    tx.sql.runAhead(insertMention({ user, room, seq, message, in_thread }));
  }
}
