import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Reminder } from "@parley/protocol/reminders";
import type { Actor, Tx } from "../../context.ts";
import { dropJob, putJob } from "../../platform/jobs.ts";
import type { Sql } from "../../schema/tables.ts";
import { emitToUser, emitToUserIfThere, reminderNow, toReminder } from "../logs/logs.ts";
import { accessMessage, messagesFor } from "../messages/messages.ts";
import { queueReminder } from "../push/push.ts";
import {
  countReminders,
  deleteReminder,
  insertReminder,
  markDue,
  moveReminder,
  type ReminderRow,
  remindersOf,
} from "./reminders-rows.ts";

/** The job that reminds; its subject is the id. */
export const remindingJob = "reminder.remind";

const longest = limits.reminderDays * 86_400_000;

/** REMIND-1. Whoever can read a message is reminded of it; asked again, at the other time. */
export async function setReminder(tx: Tx, actor: Actor, input: Checked<"reminder.set">): Promise<Reminder> {
  const { message } = input;
  const remind_at = requireTime(input.remind_at, tx.now);
  const { row, room } = await accessMessage(tx.sql, actor, message);
  if (row.deleted_at !== null) throw new ChatError("not_found", "this message was deleted");
  const place = { user: actor.user, message };
  const before = await tx.sql.first(reminderNow(place));
  if (before) return move(tx, before, remind_at);
  const made = await tx.sql.first(insertReminder({ ...place, room: room.id, remind_at, at: tx.now }));
  if (!made) {
    // Of two at once the other was first.
    const first = await tx.sql.first(reminderNow(place));
    if (!first) throw new Error("a reminder that stands in the way is not there");
    return move(tx, first, remind_at);
  }
  await putJob(tx.sql, jobOf(made));
  // From here on the person's log is held, so that of two at once one is counted before the other is.
  await tell(tx, made);
  const { count = 0 } = (await tx.sql.first(countReminders({ user: actor.user }))) ?? {};
  if (count > limits.reminders) {
    throw new ChatError("conflict", `one person is reminded of at most ${limits.reminders} messages`);
  }
  return toReminder(made);
}

/** REMIND-2. Whoever is not reminded of a message is told what they are of any that they cannot read. */
export async function removeReminder(
  tx: Tx,
  actor: Actor,
  { message }: Checked<"reminder.remove">,
): Promise<Record<string, never>> {
  const row = await tx.sql.first(reminderNow({ user: actor.user, message }));
  if (!row) {
    await accessMessage(tx.sql, actor, message);
    return {};
  }
  // The job first and the row then, as whoever carries the job out does.
  await dropJob(tx.sql, { kind: remindingJob, subject: row.id });
  if (!(await tx.sql.first(deleteReminder({ id: row.id })))) return {};
  await emitToUser(tx, actor.user, { kind: "reminder.set", message, reminder: null });
  return {};
}

/** REMIND-2, REMIND-4. By their time; a message that cannot be read any more is not shown. */
export async function listReminders(sql: Sql, actor: Actor): Promise<Output<"reminder.list">> {
  const rows = await sql.rows(remindersOf({ user: actor.user }));
  const readable = rows.flatMap((row) => (row.readable === null ? [] : [row.readable]));
  const messages = await messagesFor(sql, readable);
  const about = (message: number) => {
    const found = messages.get(message);
    // Deleted while it was read.
    return found && found.deleted_at === undefined ? found : null;
  };
  return { reminders: rows.map((row) => ({ ...toReminder(row), about: about(row.message_id) })) };
}

/** REMIND-3. Its time has come: every device of the person's is told, by push where no page is open. */
export async function remind(tx: Tx, id: number): Promise<void> {
  const row = await tx.sql.first(markDue({ id, now: tx.now }));
  if (!row) return;
  const event = { kind: "reminder.set", message: row.message_id, reminder: toReminder(row) } as const;
  if (await emitToUserIfThere(tx, row.user_id, event)) queueReminder(tx, { id, user: row.user_id });
}

async function move(tx: Tx, { id, user_id }: ReminderRow, remind_at: number): Promise<Reminder> {
  await putJob(tx.sql, jobOf({ id, user_id, remind_at }));
  const moved = await tx.sql.first(moveReminder({ id, remind_at }));
  if (!moved) throw new ChatError("conflict", "this reminder was taken away at the same moment");
  await tell(tx, moved);
  return toReminder(moved);
}

function jobOf({ id, user_id, remind_at }: Pick<ReminderRow, "id" | "user_id" | "remind_at">) {
  return { kind: remindingJob, subject: id, lane: user_id, at: remind_at };
}

function tell(tx: Tx, row: ReminderRow): Promise<void> {
  return emitToUser(tx, row.user_id, {
    kind: "reminder.set",
    message: row.message_id,
    reminder: toReminder(row),
  });
}

function requireTime(remindAt: string, now: number): number {
  const at = Date.parse(remindAt);
  if (at > now && at <= now + longest) return at;
  throw new ChatError("invalid", "the time is yet to come, and not later than in a year", {
    fields: [{ path: ["remind_at"], message: `must be within the next ${limits.reminderDays} days` }],
  });
}
