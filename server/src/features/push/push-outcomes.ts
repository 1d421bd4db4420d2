import type { Tx } from "../../context.ts";
import type { PushOutcome } from "../../platform/push.ts";
import { emitToUser } from "../logs/logs.ts";
import { deleteSubscription } from "./push-delivery-rows.ts";
import { noteFailed, noteSent } from "./push-rows.ts";

/** PUSH-10, PUSH-11. What a push service has said of a device: one that is gone there is gone here. */
export async function noteOutcome(tx: Tx, subscription: number, outcome: PushOutcome): Promise<void> {
  if (outcome.kind === "sent") {
    await tx.sql.run(noteSent({ id: subscription, now: tx.now }));
  } else if (outcome.kind === "gone") {
    const gone = await tx.sql.first(deleteSubscription({ id: subscription }));
    if (gone) await emitToUser(tx, gone.user_id, { kind: "push.changed" });
  } else {
    await tx.sql.run(noteFailed({ id: subscription, now: tx.now, failure: outcome.why }));
  }
}
