import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { PushDevice } from "@parley/protocol/push";
import type { Actor, Context, Tx } from "../../context.ts";
import { isoTime, isoTimeOrNull } from "../../platform/clock.ts";
import { arePushKeys, type Push } from "../../platform/push.ts";
import type { Sql } from "../../schema/tables.ts";
import { emitToUser } from "../logs/logs.ts";
import { actorOf, type From, signInAgain } from "../sessions/sessions.ts";
import { noteOutcome } from "./push-outcomes.ts";
import { insertQueued } from "./push-queue-rows.ts";
import {
  deleteOfSession,
  deleteOwn,
  deleteQueue,
  deleteSubscriptions,
  holdPerson,
  insertSubscription,
  renameSubscription,
  type SubscriptionRow,
  sessionDevice,
  setText,
  subscriptionOf,
  subscriptionOfSession,
  subscriptionsOf,
  takeEndpoint,
  textOf,
} from "./push-rows.ts";

export { pushHealth } from "./push-health.ts";
export { queueReminder } from "./push-reminders.ts";
export { PushSender } from "./push-sender.ts";

/** Seconds for which a push service keeps a test: whoever asks for one is there. */
const testLives = 60;

/** PUSH-5. In the transaction of the message, so that it is told of whatever happens next. */
export function queuePush(tx: Tx, message: number): void {
  tx.sql.runAhead(insertQueued({ message }));
}

/** PUSH-2. Null where the server sends no pushes. */
export async function pushKey(context: Context): Promise<Output<"push.key">> {
  return { key: context.push?.publicKey ?? null };
}

/** PUSH-2, PUSH-4. Tells this device from now on; a browser has one endpoint, which goes with whoever is signed in. */
export async function subscribe(
  context: Context,
  call: From,
  input: Checked<"push.subscribe">,
): Promise<PushDevice> {
  const actor = actorOf(call);
  requireUsable(context.push, input);
  return context.writer.write(async (tx) => {
    if (tx.sql.engine === "postgres") await tx.sql.run(holdPerson({ user: actor.user }));
    const session = await tx.sql.first(sessionDevice({ ...actor, now: tx.now }));
    if (!session) throw signInAgain();
    const before = await tx.sql.first(subscriptionOfSession(actor));
    const wish = { ...actor, ...input, ...input.keys, device: input.device ?? session.device };
    if (before && isSame(before, wish)) return toDevice(before, actor);
    const row = isSameEndpoint(before, wish)
      ? await tx.sql.first(renameSubscription(wish))
      : await replace(tx, actor, wish);
    if (!row) throw new Error("a subscription was not stored");
    await emitToUser(tx, actor.user, { kind: "push.changed" });
    return toDevice(row, actor);
  });
}

function requireUsable(push: Push | null, { endpoint, keys }: Checked<"push.subscribe">): void {
  if (!push) throw new ChatError("forbidden", "this server sends no pushes");
  const fault = (path: string[], message: string) =>
    new ChatError("invalid", "the subscription cannot be used", { fields: [{ path, message }] });
  if (!push.isKnown(endpoint))
    throw fault(["endpoint"], "must be at a push service that this server sends to");
  if (!arePushKeys(keys)) throw fault(["keys"], "must be the keys of a push subscription");
}

interface Wish extends Actor {
  endpoint: string;
  p256dh: string;
  auth: string;
  device: string;
  language: string;
}

function isSameEndpoint(row: SubscriptionRow | undefined, wish: Wish): boolean {
  return row?.endpoint === wish.endpoint && row.p256dh === wish.p256dh && row.auth === wish.auth;
}

function isSame(row: SubscriptionRow, wish: Wish): boolean {
  return isSameEndpoint(row, wish) && row.device === wish.device && row.language === wish.language;
}

async function replace(tx: Tx, actor: Actor, wish: Wish): Promise<SubscriptionRow | undefined> {
  await tx.sql.run(deleteOfSession(actor));
  for (const { user_id } of await tx.sql.rows(takeEndpoint(wish))) {
    if (user_id !== actor.user) await emitToUser(tx, user_id, { kind: "push.changed" });
  }
  const others = await tx.sql.rows(subscriptionsOf({ ...actor, now: tx.now }));
  if (others.length >= limits.pushDevices) {
    throw new ChatError("conflict", `at most ${limits.pushDevices} devices of one person are told by push`);
  }
  return tx.sql.first(insertSubscription({ ...wish, now: tx.now }));
}

/** PUSH-4. What is ended already stays so; another person's is not there. */
export async function unsubscribe(
  tx: Tx,
  actor: Actor,
  { push }: Checked<"push.unsubscribe">,
): Promise<Record<string, never>> {
  const query = push === undefined ? deleteOfSession(actor) : deleteOwn({ id: push, user: actor.user });
  const gone = await tx.sql.first(query);
  if (!gone && push !== undefined) throw new ChatError("not_found", "there is no such device");
  if (gone) await emitToUser(tx, actor.user, { kind: "push.changed" });
  return {};
}

/** PUSH-4, PUSH-8. */
export async function listPush(sql: Sql, actor: Actor): Promise<Output<"push.list">> {
  const person = await sql.first(textOf(actor));
  // Whoever asks is signed in: of the others those count that could still ask.
  const rows = await sql.rows(subscriptionsOf({ ...actor, now: 0 }));
  return { text: person?.push_text ?? "never", devices: rows.map((row) => toDevice(row, actor)) };
}

/** PUSH-8. */
export async function setPushText(
  tx: Tx,
  actor: Actor,
  { text }: Checked<"push.set_text">,
): Promise<Output<"push.set_text">> {
  const changed = await tx.sql.run(setText({ user: actor.user, text }));
  if (changed > 0) await emitToUser(tx, actor.user, { kind: "push.changed" });
  return { text };
}

/** PUSH-11. Sends one to the device that asks, or another of the person's, and says what its push service answered. */
export async function testPush(
  context: Context,
  call: From,
  { push }: Checked<"push.test">,
): Promise<Output<"push.test">> {
  const actor = actorOf(call);
  const { user } = actor;
  const named = push !== undefined && subscriptionOf({ id: push, user, now: context.clock.now() });
  const row = await context.database.first(named || subscriptionOfSession(actor));
  if (!row && named) throw new ChatError("not_found", "there is no such device");
  if (!row || !context.push) return { outcome: "none", why: null };
  context.throttles.pushTests.take(String(actor.user));
  const text = JSON.stringify({ kind: "test", language: row.language });
  const outcome = await context.push.send(row, { text, ttl: testLives, urgency: "high" });
  await context.writer.write((tx) => noteOutcome(tx, row.id, outcome));
  return outcome.kind === "sent" ? { outcome: "sent", why: null } : { outcome: "failed", why: outcome.why };
}

/** Nothing is gathered where nothing is sent. */
export async function forgetPush(tx: Tx): Promise<void> {
  await tx.sql.run(deleteQueue({}));
  await tx.sql.run(deleteSubscriptions({}));
}

function toDevice(row: SubscriptionRow, actor: Actor): PushDevice {
  return {
    id: row.id,
    device: row.device,
    current: row.session_id === actor.session,
    created_at: isoTime(row.created_at),
    sent_at: isoTimeOrNull(row.sent_at),
    failed_at: isoTimeOrNull(row.failed_at),
    failure: row.failure,
  };
}
