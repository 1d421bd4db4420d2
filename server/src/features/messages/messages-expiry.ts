import type { Message } from "@parley/protocol/messages";
import type { Tx } from "../../context.ts";
import { putJob } from "../../platform/jobs.ts";
import { holdRoom } from "../access/access.ts";
import { dropExtra } from "../extras/extras.ts";
import { dropFiles } from "../files/files.ts";
import { forgetThread } from "../follows/follows.ts";
import { dropLinks } from "../links/links.ts";
import { emit } from "../logs/logs.ts";
import { dropMessage, dropMessageSoon } from "../search-index/search-index.ts";
import { presentOne } from "./messages-present.ts";
import {
  deleteMentions,
  deleteReactions,
  deleteSaves,
  deleteThreadDrafts,
  deleteTranslations,
  deleteVersions,
  eraseMessage,
  type MessageRow,
  messageById,
  messagePlace,
  uncountReply,
} from "./messages-rows.ts";

/** The job that deletes a message whose time is over; its subject is the message. */
export const expiringJob = "message.expire";

export async function expireAt(
  tx: Tx,
  { id, room, at }: { id: number; room: number; at: number },
): Promise<void> {
  await putJob(tx.sql, { kind: expiringJob, subject: id, lane: room, at, inBulk: true });
}

/** EXPIRE-3. Its time is over, whatever has become of the room and of whoever sent it. Deleted before, it stays so. */
export async function expireMessage(tx: Tx, id: number): Promise<void> {
  const place = await tx.sql.first(messagePlace({ id }));
  if (!place) return;
  holdRoom(tx, place.room_id);
  const row = await tx.sql.first(messageById({ id }));
  if (row && row.deleted_at === null) await erase(tx, row, row.sender_id, { soon: true });
}

/** MSG-6, EXPIRE-3. Nothing is left of what it held; its place in the log stays. The room is held. `soon`: many may go at once. */
export async function erase(
  tx: Tx,
  row: MessageRow,
  by: number,
  { soon = false }: { soon?: boolean } = {},
): Promise<void> {
  const { id } = row;
  await tx.sql.run(eraseMessage({ id, at: tx.now, nothing: new Uint8Array() }));
  await (soon ? dropMessageSoon(tx, row) : dropMessage(tx, row));
  if (row.file_count > 0) await dropFiles(tx, id);
  await dropLinks(tx, id);
  await tx.sql.run(deleteTranslations({ message: id }));
  await tx.sql.run(deleteVersions({ id }));
  await tx.sql.run(deleteReactions({ message: id }));
  if (row.extra !== null) await dropExtra(tx, id);
  await tx.sql.run(deleteSaves({ message: id }));
  await forgetThread(tx, id);
  await tx.sql.run(deleteThreadDrafts({ room: row.room_id, message: id }));
  await tx.sql.run(deleteMentions({ room: row.room_id, seq: row.seq }));
  const { seq } = await told(tx, id, { kind: "message.deleted", by });
  if (row.reply_to !== null) await tx.sql.run(uncountReply({ message: row.reply_to, seq }));
}

interface Told {
  kind: "message.edited" | "message.previewed" | "message.transcribed" | "message.deleted";
  by: number;
}

/** The event that tells of a message as it is now. */
export async function tellChange(tx: Tx, id: number, event: Told): Promise<Message> {
  return (await told(tx, id, event)).message;
}

async function told(tx: Tx, id: number, event: Told): Promise<{ message: Message; seq: number }> {
  const row = await tx.sql.first(messageById({ id }));
  if (!row) throw new Error("a message that was changed is not there");
  const message = await presentOne(tx.sql, row);
  const { seq } = await emit(tx, row.room_id, { ...event, message }, id);
  return { message, seq };
}
