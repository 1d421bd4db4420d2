import { limits } from "@parley/protocol/limits";
import type { ThreadPlace } from "@parley/protocol/threads";
import type { Tx } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { blockersAmong } from "../blocks/blocks.ts";
import { emitToUserIfThere } from "../logs/logs.ts";
import {
  countFollows,
  deleteFollows,
  deleteFollowsIn,
  type FollowRow,
  followOf,
  forgetOldest,
  insertFollow,
  putFollow,
  rootOf,
} from "./follows-rows.ts";
import { newcomers } from "./follows-rules.ts";

/** Something that is said in answer to a message, and whom it concerns. */
export interface Said {
  room: number;
  /** The message that is answered. */
  root: number;
  sender: number;
  seq: number;
  mentions: readonly number[];
  people: readonly number[];
}

/** THREAD-6, THREAD-7. Whoever answers follows the thread, and has read it; whom it concerns follows it too. */
export async function followAnswer(tx: Tx, said: Said): Promise<void> {
  const root = await tx.sql.first(rootOf({ message: said.root }));
  if (!root || root.deleted_at !== null) return;
  const { room, sender, seq } = said;
  const place = { message: root.id, room, at: tx.now };
  const joined = new Set<number>();
  const own = await tx.sql.first(followOf({ user: sender, message: root.id }));
  const { level = "all" } = own?.following === 1 ? own : {};
  await tx.sql.run(putFollow({ ...place, user: sender, following: 1, level, read: seq }));
  if (own?.following !== 1) joined.add(sender);
  const mentioned = root.mentions === null ? [] : (JSON.parse(root.mentions) as number[]);
  const isFirst = root.replied_seq === null;
  const found = newcomers(
    {
      sender: root.sender_id,
      seq: root.seq,
      mentions: isFirst ? await heard(tx.sql, root.sender_id, mentioned) : [],
    },
    { ...said, mentions: await heard(tx.sql, sender, said.mentions), isFirst },
  );
  for (const [user, read] of found) {
    if ((await tx.sql.run(insertFollow({ ...place, user, read }))) > 0) joined.add(user);
  }
  await tellAll(tx, root.id, joined);
}

/** THREAD-6. An answer that was changed mentions somebody more. */
export async function followMentioned(
  tx: Tx,
  { room, root, sender, seq, mentions }: Omit<Said, "people">,
): Promise<void> {
  const joined = new Set<number>();
  const place = { message: root, room, at: tx.now, read: seq - 1 };
  for (const user of await heard(tx.sql, sender, mentions)) {
    if (user !== sender && (await tx.sql.run(insertFollow({ ...place, user }))) > 0) joined.add(user);
  }
  await tellAll(tx, root, joined);
}

/** BLOCK-4. Nobody is mentioned by whom they block. */
async function heard(sql: Sql, sender: number, mentions: readonly number[]): Promise<readonly number[]> {
  if (mentions.length === 0) return [];
  const blockers = new Set(await blockersAmong(sql, sender, mentions));
  return mentions.filter((user) => !blockers.has(user));
}

/** In one order, so that two threads of the same people do not wait for each other. */
async function tellAll(tx: Tx, message: number, users: ReadonlySet<number>): Promise<void> {
  for (const user of [...users].sort((one, other) => one - other)) {
    const row = await tx.sql.first(followOf({ user, message }));
    if (row) await tell(tx, user, row);
    await keepBounded(tx, user);
  }
}

export async function setFollow(tx: Tx, user: number, row: FollowRow): Promise<void> {
  const { message_id: message, room_id: room, following, level, read_seq: read } = row;
  await tx.sql.run(putFollow({ user, message, room, following, level, read, at: tx.now }));
  await tell(tx, user, row);
  await keepBounded(tx, user);
}

async function tell(tx: Tx, user: number, row: FollowRow): Promise<void> {
  await emitToUserIfThere(tx, user, { kind: "thread.set", ...toPlace(row) });
}

/** THREAD-7. From the event on the person's log is held, so that of two at once one is counted before the other is. */
async function keepBounded(tx: Tx, user: number): Promise<void> {
  const { count = 0 } = (await tx.sql.first(countFollows({ user }))) ?? {};
  if (count <= limits.followedThreads) return;
  const forgotten = await tx.sql.rows(forgetOldest({ user, most: limits.followedThreads }));
  for (const row of forgotten) await tell(tx, user, { ...row, following: 0 });
}

export function toPlace({ message_id, room_id, following, level, read_seq }: FollowRow): ThreadPlace {
  return { message: message_id, room: room_id, following: following === 1, level, read: read_seq };
}

/** Nobody follows the thread of a message that is deleted. */
export async function forgetThread(tx: Tx, message: number): Promise<void> {
  await tx.sql.run(deleteFollows({ message }));
}

/** THREAD-8. Whoever goes from a room leaves its threads. */
export async function leaveThreads(tx: Tx, leaving: { user: number; room: number }): Promise<void> {
  await tx.sql.run(deleteFollowsIn(leaving));
}

export { type FollowRow, followOf } from "./follows-rows.ts";
