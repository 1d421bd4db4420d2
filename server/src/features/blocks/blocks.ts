import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Actor, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { directKey, peopleOf } from "../access/access.ts";
import { emitToUser } from "../logs/logs.ts";
import {
  blockedAmong,
  blockersAmong,
  blocksBetween,
  blocksOf,
  countBlocks,
  deleteBlock,
  holdDirectRoom,
  holdPerson,
  insertBlock,
  personById,
} from "./blocks-rows.ts";

export { type BlockRow, blockersAmong, blocksAround } from "./blocks-rows.ts";

/** BLOCK-1, BLOCK-2. Blocks a person or takes the block off; asked twice, it is as if asked once. */
export async function setBlock(
  tx: Tx,
  actor: Actor,
  input: Checked<"block.set">,
): Promise<Record<string, never>> {
  const { user: blocked, on } = input;
  if (blocked === actor.user) throw new ChatError("invalid", "nobody blocks themselves");
  const person = await tx.sql.first(personById({ user: blocked }));
  // A block on somebody whose account is deleted since can still be taken off.
  if (!person || (on && person.deleted_at !== null))
    throw new ChatError("not_found", "there is no such person");
  if (tx.sql.engine === "postgres") {
    await tx.sql.run(holdDirectRoom({ key: directKey(actor.user, blocked) }));
    await tx.sql.run(holdPerson({ user: actor.user }));
  }
  const pair = { user: actor.user, blocked };
  const changed = await tx.sql.run(on ? insertBlock({ ...pair, at: tx.now }) : deleteBlock(pair));
  if (changed === 0) return {};
  const { count = 0 } = (await tx.sql.first(countBlocks({ user: actor.user }))) ?? {};
  if (on && count > limits.blocks)
    throw new ChatError("conflict", `one person blocks at most ${limits.blocks} others`);
  await emitToUser(tx, actor.user, { kind: "block.set", user: blocked, on });
  return {};
}

/** BLOCK-1. */
export async function listBlocks(sql: Sql, actor: Actor): Promise<Output<"block.list">> {
  const rows = await sql.rows(blocksOf({ user: actor.user }));
  return { blocks: rows.map((row) => ({ user: row.blocked_id, at: isoTime(row.at) })) };
}

/** BLOCK-3. Two people between whom there is a block say nothing to one another alone. */
export async function requireNoBlock(sql: Sql, actor: number, other: number): Promise<void> {
  const rows = await sql.rows(blocksBetween({ one: actor, other }));
  if (rows.some((row) => row.user_id === actor)) throw new ChatError("forbidden", "you block this person");
  if (rows.length > 0) throw takesNone();
}

/**
 * BLOCK-3, ACC-38. Whoever is alone with another in a room reaches them there: neither blocks the other, and both are
 * still in it, which nobody leaves but with a deleted account. Of any other room nothing is asked.
 */
export async function requireReachableIn(
  sql: Sql,
  actor: number,
  room: { direct_key: string | null; member_count: number },
): Promise<void> {
  if (room.direct_key === null) return;
  const other = peopleOf(room.direct_key).find((user) => user !== actor);
  if (other === undefined) return;
  if (room.member_count < 2) throw new ChatError("forbidden", "this person's account is deleted");
  await requireNoBlock(sql, actor, other);
}

/** BLOCK-3. Nobody is brought into a room by whom they block. */
export async function requireMayBring(sql: Sql, actor: number, others: readonly number[]): Promise<void> {
  if ((await blockersAmong(sql, actor, others)).length > 0) throw takesNone();
}

/** BLOCK-5. Those of these people between whom and this one there is a block, whoever set it. */
export async function apartFrom(sql: Sql, user: number, others: readonly number[]): Promise<Set<number>> {
  const found = [await blockersAmong(sql, user, others), await blockedAmong(sql, user, others)];
  return new Set(found.flat());
}

/** It is not said who of the two has blocked the other. */
function takesNone(): ChatError {
  return new ChatError("forbidden", "this person does not take messages from you");
}
