import type { Context, Tx } from "../../context.ts";
import { fromBody } from "../../schema/bodies.ts";
import { blockersAmong } from "../blocks/blocks.ts";
import { mentionsOf, wishesOf } from "./push-payloads.ts";
import {
  type ListenerRow,
  listenersIn,
  type NewsRow,
  newsOf,
  putBack,
  putDelivery,
  queuedMessages,
  takeQueued,
} from "./push-queue-rows.ts";
import { glance, isToBeTold } from "./push-rules.ts";

/** Messages looked at together, and devices of one room in one transaction: others wait for the same lane. */
const chunk = 100;
const mostListeners = 500;

type Parts = Pick<Context, "database" | "writer" | "presence">;

/** PUSH-5. Finds out who is to be told of what was said; answers whether there is more. */
export async function expandQueue({ database, writer, presence }: Parts): Promise<boolean> {
  const queued = await database.rows(queuedMessages({ limit: chunk }));
  for (const { message_id } of queued) await writer.write((tx) => expandOne(tx, message_id, presence));
  return queued.length > 0;
}

/** Taken out and passed on in one transaction: whichever node does it, and whenever it ends, it is done once. */
async function expandOne(tx: Tx, message: number, presence: Parts["presence"]): Promise<void> {
  const taken = await tx.sql.first(takeQueued({ message }));
  const news = taken && (await tx.sql.first(newsOf({ message })));
  if (!news || news.deleted_at !== null) return;
  const from = { room: news.room_id, thread: news.reply_to ?? 0, after: taken.after_user, now: tx.now };
  const rows = await tx.sql.rows(listenersIn({ ...from, limit: mostListeners }));
  const { whole, next } = cut(rows);
  await tell(tx, news, whole, presence);
  if (next !== null) await tx.sql.run(putBack({ message, after: next }));
}

/** Where there may be more, the last person comes with all their devices the next time. */
function cut(rows: ListenerRow[]): { whole: ListenerRow[]; next: number | null } {
  const last = rows.at(-1)?.user_id;
  if (rows.length < mostListeners || last === undefined) return { whole: rows, next: null };
  const whole = rows.filter(({ user_id }) => user_id !== last);
  return { whole, next: whole.at(-1)?.user_id ?? last };
}

async function tell(tx: Tx, news: NewsRow, rows: ListenerRow[], presence: Parts["presence"]): Promise<void> {
  const said = {
    ...{ sender: news.sender_id, seq: news.seq, kind: news.kind, mention_all: news.mention_all === 1 },
    ...{ mentions: mentionsOf(news.mentions), in_thread: news.in_thread === 1, text: fromBody(news.body) },
  };
  const users = [...new Set(rows.map(({ user_id }) => user_id))];
  const blockers = new Set(await blockersAmong(tx.sql, news.sender_id, users));
  for (const row of rows) {
    const listener = {
      ...{ ...row, user: row.user_id, ...wishesOf(row) },
      blocks: blockers.has(row.user_id),
    };
    if (!isToBeTold(said, listener, tx.now)) continue;
    const wait = presence.stateOf(row.user_id) === "online" ? glance : 0;
    const place = { subscription: row.subscription_id, room: news.room_id, message: news.id };
    await tx.sql.run(putDelivery({ ...place, seq: news.seq, now: tx.now, due: tx.now + wait }));
  }
}
