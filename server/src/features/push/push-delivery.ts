import type { Context } from "../../context.ts";
import type { Push, PushMessage, PushOutcome } from "../../platform/push.ts";
import {
  closingsOf,
  type DeliveryRow,
  type DueRow,
  deleteDelivery,
  dropDue,
  dueNow,
  markShown,
  putOff,
  putOffAll,
} from "./push-delivery-rows.ts";
import { noteOutcome } from "./push-outcomes.ts";
import { isWantedNow, newsMessage, readMessage, topicOf } from "./push-payloads.ts";
import { type Decision, decide, nextTry, takesSilence } from "./push-rules.ts";

type Read = { room: number; seq: number }[];

/** PUSH-7. Looks once more whether the person is to be told, by the rights and wishes of this moment; then sends. */
export async function deliver(context: Context, push: Push, row: DeliveryRow): Promise<void> {
  const place = { subscription: row.subscription_id, room: row.room_id };
  const due = await context.database.first(dueNow(place));
  const now = context.clock.now();
  const decision = due ? decisionOn(context, row, due, now) : ({ kind: "forget" } as const);
  const { writer } = context;
  if (decision.kind === "wait") {
    const { seq, attempts } = row;
    await writer.write((tx) => tx.sql.run(putOff({ ...place, seq, due: decision.until, attempts })));
  } else if (decision.kind === "drop") {
    await writer.write((tx) => dropDue(tx.sql, row));
  } else if (decision.kind === "forget" || !due) {
    await writer.write((tx) => dropDue(tx.sql, { ...row, shown_seq: null }));
  } else {
    await send(context, push, row, due, decision.kind);
  }
}

function decisionOn(context: Context, row: DeliveryRow, due: DueRow, now: number): Decision {
  // What is due by now is a later one: it is looked at in its own turn.
  if (due.seq !== row.seq) return { kind: "wait", until: now };
  return decide(
    {
      ...{ state: row.state, begun_at: row.begun_at, isWanted: isWantedNow(due, now) },
      heardAgo: context.presence.heardAgo(due.user_id, due.session_id),
      takesSilence: takesSilence(due.endpoint),
    },
    now,
  );
}

async function send(
  context: Context,
  push: Push,
  row: DeliveryRow,
  due: DueRow,
  kind: "show" | "close",
): Promise<void> {
  const place = { subscription: row.subscription_id, room: row.room_id };
  const topic = topicOf(context.epoch, row.subscription_id, row.room_id);
  let message: PushMessage;
  let read: Read = [];
  if (kind === "close") {
    message = readMessage({ topic, read: [{ room: row.room_id, seq: row.seq }] });
  } else {
    const closings = await context.database.rows(closingsOf(place));
    read = closings.map(({ room_id, seq }) => ({ room: room_id, seq }));
    message = newsMessage(due, { room: row.room_id, topic, read });
  }
  const outcome = await push.send(due, message);
  if (outcome.kind !== "sent") {
    context.logger.info("push.failed", { subscription: row.subscription_id, why: outcome.why });
  }
  await settle(context, row, { kind, outcome, read });
}

interface Sent {
  kind: "show" | "close";
  outcome: PushOutcome;
  /** What it took along. */
  read: Read;
}

/** PUSH-10. */
async function settle({ writer }: Context, row: DeliveryRow, { kind, outcome, read }: Sent): Promise<void> {
  const place = { subscription: row.subscription_id, room: row.room_id };
  const { seq, attempts } = row;
  await writer.write(async (tx) => {
    await noteOutcome(tx, row.subscription_id, outcome);
    if (outcome.kind === "gone") return;
    if (outcome.kind === "sent" && kind === "show") {
      await tx.sql.run(markShown({ ...place, message: row.message_id, seq }));
      for (const each of read) await tx.sql.run(deleteDelivery({ ...place, ...each }));
      return;
    }
    const again = outcome.kind === "later" ? nextTry(attempts, tx.now, outcome.after) : null;
    if (again === null) {
      await dropDue(tx.sql, kind === "close" ? { ...row, shown_seq: null } : row);
      return;
    }
    await tx.sql.run(putOff({ ...place, seq, due: again, attempts: attempts + 1 }));
    if (outcome.kind === "later" && outcome.after !== null) {
      await tx.sql.run(putOffAll({ subscription: row.subscription_id, due: again }));
    }
  });
}
