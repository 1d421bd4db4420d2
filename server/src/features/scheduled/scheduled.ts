import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { FailureReason, Scheduled } from "@parley/protocol/scheduled";
import type { Actor, Tx } from "../../context.ts";
import { contentHash } from "../../platform/hashes.ts";
import { dropJob, putJob } from "../../platform/jobs.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoom, accessRoom } from "../access/access.ts";
import { emitToUser, scheduledNow, toScheduled } from "../logs/logs.ts";
import { requireReferences, requireSendable, requireThread, sendMessage } from "../messages/messages.ts";
import { markUnread } from "../receipts/receipts.ts";
import {
  countScheduled,
  deleteScheduled,
  dueScheduled,
  failScheduled,
  insertScheduled,
  membersOf,
  messageByClient,
  placeIn,
  rewriteScheduled,
  type ScheduledRow,
  scheduledByClientId,
  scheduledOf,
} from "./scheduled-rows.ts";
import { noSuchScheduled, reasonOf, requireTime } from "./scheduled-rules.ts";

/*
 * Whoever changes what is to be sent takes its job first and its row then, as whoever carries the job out does: so that
 * neither waits for the other in a circle, and what a person is told of their change is what is sent.
 */

/** The job that sends; its subject is the id. */
export const sendingJob = "scheduled.send";

type Creating = Checked<"scheduled.create"> & { client_id: string };

/** SCHED-1, SCHED-3. Puts a message by until its time. */
export async function createScheduled(tx: Tx, actor: Actor, input: Creating): Promise<Scheduled> {
  requireThread(input);
  const { room, text, client_id: client } = input;
  const hash = hashOf(input);
  const made = await tx.sql.first(scheduledByClientId({ user: actor.user, client }));
  if (made) return madeBefore(made, hash);
  const send_at = requireTime(input.send_at, tx.now);
  await requireSendable(tx.sql, actor, await accessOwnRoom(tx.sql, actor.user, room), input);
  if (await tx.sql.first(messageByClient({ user: actor.user, client }))) throw usedBefore();
  const row = await tx.sql.first(
    insertScheduled({
      ...{ user: actor.user, room, client, hash, text, send_at, at: tx.now },
      reply_to: input.reply_to ?? null,
      in_thread: input.in_thread ? 1 : 0,
      mentions: storedMentions(input.mentions),
      mention_all: input.mention_all ? 1 : 0,
      delete_after: input.delete_after ?? null,
    }),
  );
  // Of two at once the other was first.
  const first = row ? null : await tx.sql.first(scheduledByClientId({ user: actor.user, client }));
  if (first) return madeBefore(first, hash);
  if (!row) throw usedBefore();
  await putJob(tx.sql, jobOf(row));
  // From here on the person's log is held, so that of two at once one is counted before the other is.
  await tell(tx, row);
  const { count = 0 } = (await tx.sql.first(countScheduled({ user: actor.user }))) ?? {};
  if (count > limits.scheduled) {
    throw new ChatError("conflict", `one person has at most ${limits.scheduled} messages to be sent later`);
  }
  return toScheduled(row);
}

/** SCHED-2. By their time. */
export async function listScheduled(sql: Sql, actor: Actor): Promise<Output<"scheduled.list">> {
  return { scheduled: (await sql.rows(scheduledOf({ user: actor.user }))).map(toScheduled) };
}

/** SCHED-5. */
export async function updateScheduled(
  tx: Tx,
  actor: Actor,
  input: Checked<"scheduled.update">,
): Promise<Scheduled> {
  const before = await accessScheduled(tx.sql, actor, input.scheduled);
  const { id, room_id: room } = before;
  if (input.mentions !== undefined) {
    await accessOwnRoom(tx.sql, actor.user, room);
    await requireReferences(tx.sql, room, { mentions: input.mentions });
  }
  const send_at = input.send_at === undefined ? before.send_at : requireTime(input.send_at, tx.now);
  const waits = before.failed_because === null || input.send_at !== undefined;
  if (waits) await putJob(tx.sql, jobOf({ ...before, send_at }));
  const after = await tx.sql.first(
    rewriteScheduled({
      ...{ id, send_at, text: input.text ?? before.text },
      mentions: input.mentions === undefined ? before.mentions : storedMentions(input.mentions),
      failed_because: waits ? null : before.failed_because,
    }),
  );
  if (!after) throw noSuchScheduled();
  await tell(tx, after);
  return toScheduled(after);
}

/** SCHED-5. A refusal leaves it as it is. */
export async function sendScheduledNow(
  tx: Tx,
  actor: Actor,
  input: Checked<"scheduled.send_now">,
): Promise<Message> {
  const row = await takeScheduled(tx, actor, input.scheduled);
  const message = await send(tx, row);
  await tellGone(tx, row);
  return message;
}

/** SCHED-5. */
export async function cancelScheduled(
  tx: Tx,
  actor: Actor,
  input: Checked<"scheduled.cancel">,
): Promise<Record<string, never>> {
  await tellGone(tx, await takeScheduled(tx, actor, input.scheduled));
  return {};
}

/** SCHED-3, SCHED-4. Its time has come: it becomes a message, or its author is told why not. */
export async function sendDue(tx: Tx, id: number): Promise<void> {
  const row = await dueScheduled(tx.sql, id);
  if (!row || row.failed_because !== null) return;
  const refusal = row.active === 1 ? await refusalOf(tx, row) : "inactive";
  if (refusal === null) {
    await tx.sql.run(deleteScheduled({ id }));
    await tellGone(tx, row);
    return;
  }
  const failed = await tx.sql.first(failScheduled({ id, because: refusal }));
  if (failed) await tell(tx, failed);
}

/** Sends it, and answers why not where that is refused: then nothing of it is left. */
async function refusalOf(tx: Tx, row: ScheduledRow): Promise<FailureReason | null> {
  try {
    await tx.sql.savepoint(() => sendUnread(tx, row));
    return null;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    const room = await accessRoom(tx.sql, row.user_id, row.room_id).catch(asUnseen);
    return reasonOf(room, row.mention_all === 1);
  }
}

function asUnseen(error: unknown): null {
  if (error instanceof ChatError) return null;
  throw error;
}

/** SCHED-6. Whoever wrote it is not there to read: what was new to them stays new. */
async function sendUnread(tx: Tx, row: ScheduledRow): Promise<void> {
  const place = await tx.sql.first(placeIn({ user: row.user_id, room: row.room_id }));
  await send(tx, row);
  if (!place || place.unread === 0) return;
  await markUnread(tx, authorOf(row), { room: row.room_id, seq: place.read_seq + 1 });
}

async function send(tx: Tx, row: ScheduledRow): Promise<Message> {
  const { room_id: room, text, client_id, reply_to, mention_all, delete_after } = row;
  const wanted: number[] = row.mentions === null ? [] : JSON.parse(row.mentions);
  const present = await membersOf(tx.sql, room, wanted);
  return sendMessage(tx, authorOf(row), {
    ...{ room, text, client_id },
    mentions: wanted.filter((user) => present.has(user)),
    ...(reply_to !== null && { reply_to }),
    ...(row.in_thread === 1 && { in_thread: true }),
    ...(mention_all === 1 && { mention_all: true }),
    ...(delete_after !== null && { delete_after }),
  });
}

/** No device of theirs does it. */
function authorOf({ user_id: user }: ScheduledRow): Actor {
  return { user, session: 0 };
}

/** What is not one's own is not there. */
async function accessScheduled(sql: Sql, actor: Actor, id: number): Promise<ScheduledRow> {
  const row = await sql.first(scheduledNow({ user: actor.user, id }));
  if (!row) throw noSuchScheduled();
  return row;
}

/** Takes it away with its job; a refusal later on undoes that. */
async function takeScheduled(tx: Tx, actor: Actor, id: number): Promise<ScheduledRow> {
  await accessScheduled(tx.sql, actor, id);
  await dropJob(tx.sql, { kind: sendingJob, subject: id });
  const row = await tx.sql.first(deleteScheduled({ id }));
  if (!row) throw noSuchScheduled();
  return row;
}

function jobOf({ id, room_id, send_at }: Pick<ScheduledRow, "id" | "room_id" | "send_at">) {
  return { kind: sendingJob, subject: id, lane: room_id, at: send_at };
}

function tell(tx: Tx, row: ScheduledRow): Promise<void> {
  return emitToUser(tx, row.user_id, {
    kind: "scheduled.set",
    id: row.id,
    scheduled: toScheduled(row),
  });
}

function tellGone(tx: Tx, { id, user_id }: ScheduledRow): Promise<void> {
  return emitToUser(tx, user_id, { kind: "scheduled.set", id, scheduled: null });
}

/** SCHED-1. What has been given another text since is given as it is now. */
function madeBefore(row: ScheduledRow, hash: string): Scheduled {
  if (row.made_hash !== "" && row.made_hash !== hash) throw usedBefore();
  return toScheduled(row);
}

function usedBefore(): ChatError {
  return new ChatError("conflict", "this client id was used for another message");
}

function hashOf(input: Creating): string {
  const { room, text, reply_to = 0, mention_all = false, delete_after = 0, send_at } = input;
  const asked = [room, text, reply_to, mention_all, storedMentions(input.mentions), send_at];
  return contentHash(
    JSON.stringify([
      ...asked,
      ...(delete_after === 0 ? [] : [delete_after]),
      ...(input.in_thread ? [{ in_thread: true }] : []),
    ]),
  );
}

function storedMentions(ids: readonly number[] | undefined): string | null {
  if (!ids || ids.length === 0) return null;
  return JSON.stringify([...new Set(ids)].sort((one, other) => one - other));
}
