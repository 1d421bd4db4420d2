import { previewOf } from "@parley/protocol/previews";
import type { PushPayload } from "@parley/protocol/push";
import type { Context, Tx } from "../../context.ts";
import type { Push, PushMessage } from "../../platform/push.ts";
import { fromBody } from "../../schema/bodies.ts";
import { noteOutcome } from "./push-outcomes.ts";
import { topicOf } from "./push-payloads.ts";
import {
  deletePushReminder,
  insertReminders,
  type LeasedReminder,
  putOffReminder,
  type ReminderDue,
  reminderDue,
} from "./push-reminder-rows.ts";
import { type Decision, decide, mayHoldText, nextTry, takesSilence } from "./push-rules.ts";

/** Seconds for which a push service keeps what it cannot deliver. */
const reminderLives = 12 * 3_600;

/** REMIND-5. In the transaction in which its time comes, so that it is told of whatever happens next. */
export function queueReminder(tx: Tx, { id, user }: { id: number; user: number }): void {
  tx.sql.runAhead(insertReminders({ reminder: id, user, now: tx.now }));
}

/** REMIND-5. Looks once more whether the person is to be told, and of what, as things are at this moment; then sends. */
export async function deliverReminder(context: Context, push: Push, row: LeasedReminder): Promise<void> {
  const { reminder_id: reminder, subscription_id: subscription, attempts } = row;
  const { database, writer, clock } = context;
  const place = { reminder, subscription, begun: row.begun_at };
  const due = await database.first(reminderDue(place));
  const decision = due ? decisionOn(context, row, due) : ({ kind: "forget" } as const);
  if (decision.kind === "wait") {
    await writer.write((tx) => tx.sql.run(putOffReminder({ ...place, due: decision.until, attempts })));
    return;
  }
  if (decision.kind !== "show" || !due) {
    await writer.write((tx) => tx.sql.run(deletePushReminder(place)));
    return;
  }
  // Told apart from the topics of rooms, whose numbers are not below nought.
  const outcome = await push.send(due, messageOf(due, topicOf(context.epoch, subscription, -due.message_id)));
  if (outcome.kind !== "sent") context.logger.info("push.failed", { subscription, why: outcome.why });
  await writer.write(async (tx) => {
    await noteOutcome(tx, subscription, outcome);
    const again = outcome.kind === "later" ? nextTry(attempts, clock.now(), outcome.after) : null;
    if (again === null) await tx.sql.run(deletePushReminder(place));
    else await tx.sql.run(putOffReminder({ ...place, due: again, attempts: attempts + 1 }));
  });
}

function decisionOn({ clock, presence }: Context, row: LeasedReminder, due: ReminderDue): Decision {
  const now = clock.now();
  const isThere = due.ended_at === null && due.idle_until > now && due.expires_at > now && due.active === 1;
  if (isThere && due.is_due === 1 && due.muted_until !== null && due.muted_until > now) {
    return { kind: "wait", until: due.muted_until };
  }
  return decide(
    {
      ...{ state: "due", begun_at: row.begun_at, isWanted: isThere && due.is_due === 1 },
      heardAgo: presence.heardAgo(due.user_id, due.session_id),
      takesSilence: takesSilence(due.endpoint),
    },
    now,
  );
}

/** PUSH-8, REMIND-4. Of a message that is gone nothing is said but that. */
function messageOf(due: ReminderDue, topic: string): PushMessage {
  const { kind, is_public, name, sender, body } = due;
  const isSeen = kind !== null && is_public !== null && body !== null;
  const text = isSeen && mayHoldText(due.push_text, { kind, is_public }) ? previewOf(fromBody(body)) : "";
  const payload: PushPayload = {
    ...{ kind: "reminder", language: due.language, room: due.room_id, message: due.message_id },
    ...{ title: name === null || name === "" ? (sender ?? "") : name, sender: sender ?? "" },
    ...{ text: text === "" ? null : text, gone: !isSeen },
  };
  return { text: JSON.stringify(payload), ttl: reminderLives, urgency: "high", topic };
}
