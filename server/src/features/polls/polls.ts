import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import type { Actor, Tx } from "../../context.ts";
import { dropJob } from "../../platform/jobs.ts";
import type { Sql } from "../../schema/tables.ts";
import { holdRoom, isAtLeast, requireOpen } from "../access/access.ts";
import { requireReachableIn } from "../blocks/blocks.ts";
import { closingJob, type StoredPoll, talliesOf } from "../extras/extras.ts";
import { emit, emitToUser } from "../logs/logs.ts";
import {
  accessMessage,
  accessMessageForChange,
  type MessageRow,
  messageById,
  messagePlace,
  presentOne,
} from "../messages/messages.ts";
import { choiceOf, deleteVote, insertVote, rewriteExtra } from "./polls-rows.ts";
import { pollIn, requireChoice, requireVotable } from "./polls-rules.ts";

export { closingJob } from "../extras/extras.ts";

/** POLL-2, POLL-3, BLOCK-3. Chooses in a poll, all at once; asked twice, it is as if asked once. */
export async function vote(tx: Tx, actor: Actor, input: Checked<"poll.vote">): Promise<Message> {
  const { row, room } = await accessMessageForChange(tx, actor, input.message);
  requireOpen(room);
  const poll = pollIn(row);
  const chosen = requireChoice(input.options, poll);
  requireVotable(poll, tx.now);
  if (chosen.length > 0) await requireReachableIn(tx.sql, actor.user, room);
  const before = await choice(tx.sql, row.id, actor.user);
  const isSame = JSON.stringify(before) === JSON.stringify(chosen);
  if (isSame) return presentOne(tx.sql, row);
  const own = { message: row.id, user: actor.user };
  for (const place of before) if (!chosen.includes(place)) await tx.sql.run(deleteVote({ ...own, place }));
  for (const place of chosen) {
    // The room is held: the event that tells of it is the next one.
    if (!before.includes(place)) await tx.sql.run(insertVote({ ...own, place, seq: room.head + 1 }));
  }
  await tellVote(tx, actor, { row, poll, chosen });
  return presentOne(tx.sql, row);
}

interface Vote {
  row: MessageRow;
  poll: StoredPoll;
  chosen: number[];
}

/** POLL-4. Of an anonymous poll the room hears how it stands, and the person alone what they chose. */
async function tellVote(tx: Tx, actor: Actor, { row, poll, chosen }: Vote): Promise<void> {
  const { id: message, room_id: room } = row;
  if (!poll.anonymous) {
    await emit(tx, room, { kind: "poll.voted", by: actor.user, message, options: chosen });
    return;
  }
  const tally = (await talliesOf(tx.sql, [row])).get(message);
  const votes = poll.options.map((_, place) => tally?.votes.get(place) ?? 0);
  const voters = tally?.voters ?? 0;
  await emit(tx, room, { kind: "poll.counted", by: row.sender_id, message, votes, voters });
  await emitToUser(tx, actor.user, { kind: "vote.set", message, options: chosen });
}

/** POLL-4. What one has chosen oneself. */
export async function choiceIn(
  sql: Sql,
  actor: Actor,
  input: Checked<"poll.choice">,
): Promise<Output<"poll.choice">> {
  const { row } = await accessMessage(sql, actor, input.message);
  return { options: await choice(sql, row.id, actor.user) };
}

async function choice(sql: Sql, message: number, user: number): Promise<number[]> {
  return (await sql.rows(choiceOf({ message, user }))).map(({ place }) => place);
}

/** POLL-6. Closed by whoever asked, or by an owner or admin of the room; closing twice is as closing once. */
export async function closePoll(tx: Tx, actor: Actor, input: Checked<"poll.close">): Promise<Message> {
  const { row, room } = await accessMessageForChange(tx, actor, input.message);
  requireOpen(room);
  const poll = pollIn(row);
  if (row.sender_id !== actor.user && !isAtLeast(room.role, "admin")) {
    throw new ChatError("forbidden", "only who asked or an admin of the room closes a poll");
  }
  if (poll.closed_at !== null) return presentOne(tx.sql, row);
  await dropJob(tx.sql, { kind: closingJob, subject: row.id });
  return close(tx, { row, poll, by: actor.user });
}

/** POLL-6. Its time is over, whatever has become of the room and of whoever asked. */
export async function closeDuePoll(tx: Tx, id: number): Promise<void> {
  const place = await tx.sql.first(messagePlace({ id }));
  if (!place) return;
  holdRoom(tx, place.room_id);
  const row = await tx.sql.first(messageById({ id }));
  if (!row || row.deleted_at !== null) return;
  const poll = pollIn(row);
  if (poll.closed_at === null) await close(tx, { row, poll, by: row.sender_id });
}

async function close(
  tx: Tx,
  { row, poll, by }: { row: MessageRow; poll: StoredPoll; by: number },
): Promise<Message> {
  const { at } = await emit(tx, row.room_id, { kind: "poll.closed", by, message: row.id });
  const extra = JSON.stringify({ poll: { ...poll, closed_at: at } });
  await tx.sql.run(rewriteExtra({ message: row.id, extra }));
  return presentOne(tx.sql, { ...row, extra });
}
