import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Thread, UnreadAnswer } from "@parley/protocol/threads";
import type { Actor, Tx } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoom } from "../access/access.ts";
import { type FollowRow, followOf, setFollow, toPlace } from "../follows/follows.ts";
import { accessMessage, accessMessageForChange, messagesFor } from "../messages/messages.ts";
import {
  followsOf,
  type ListedRow,
  listedAfter,
  newestAnswer,
  type UnreadRow,
  unreadAnswers,
} from "./threads-rows.ts";

/** Answers that are told as new in all threads together: whoever has more has not looked for long. */
const mostUnread = 3_000;

/** THREAD-9. */
export async function getThread(sql: Sql, actor: Actor, input: Checked<"thread.get">): Promise<Thread> {
  const { row } = await accessMessage(sql, actor, input.message);
  const follow = await sql.first(followOf({ user: actor.user, message: row.id }));
  return describe(sql, actor.user, follow ?? stranger(row.id, row.room_id));
}

/** THREAD-6, THREAD-7. Follows a thread or no more; what was said in it before one came is read. */
export async function setThread(tx: Tx, actor: Actor, input: Checked<"thread.set">): Promise<Thread> {
  const { row, room } = await accessMessageForChange(tx, actor, input.message);
  const before = await tx.sql.first(followOf({ user: actor.user, message: row.id }));
  const present = before ?? stranger(row.id, room.id);
  const following = input.following ? 1 : 0;
  const isSame = present.following === following && (following === 0 || present.level === input.level);
  if (isSame) return describe(tx.sql, actor.user, present);
  const read_seq = present.following === 1 ? present.read_seq : room.head;
  const next: FollowRow = { ...present, following, level: input.level, read_seq };
  await setFollow(tx, actor.user, next);
  return describe(tx.sql, actor.user, next);
}

/** THREAD-9. */
export async function readThread(tx: Tx, actor: Actor, input: Checked<"thread.read">): Promise<Thread> {
  const { row, room } = await accessMessageForChange(tx, actor, input.message, { deleted: true });
  const before = await tx.sql.first(followOf({ user: actor.user, message: row.id }));
  const present = before ?? stranger(row.id, room.id);
  const read_seq = Math.min(input.seq, room.head);
  if (present.following === 0 || read_seq <= present.read_seq) return describe(tx.sql, actor.user, present);
  const next = { ...present, read_seq };
  await setFollow(tx, actor.user, next);
  return describe(tx.sql, actor.user, next);
}

/** THREAD-9. All of them, or those of a room. */
export async function listPlaces(
  sql: Sql,
  actor: Actor,
  { room = 0 }: Checked<"thread.list_places">,
): Promise<Output<"thread.list_places">> {
  if (room !== 0) await accessOwnRoom(sql, actor.user, room);
  const rows = await sql.rows(followsOf({ user: actor.user, room }));
  return { threads: await withUnread(sql, { user: actor.user, room, message: 0 }, rows) };
}

/** THREAD-10. */
export async function listThreads(
  sql: Sql,
  actor: Actor,
  input: Checked<"thread.list">,
): Promise<Output<"thread.list">> {
  const place = readCursor(input.cursor);
  const rows = await sql.rows(listedAfter({ user: actor.user, ...place, limit: input.limit + 1 }));
  const page = rows.slice(0, input.limit);
  const places = await withUnread(sql, { user: actor.user, room: 0, message: 0 }, page);
  const newest = new Map<number, number>();
  for (const { message_id } of page) {
    const answer = await sql.first(newestAnswer({ message: message_id }));
    if (answer) newest.set(message_id, answer.id);
  }
  const messages = await messagesFor(sql, [...page.map((row) => row.message_id), ...newest.values()]);
  const threads = places.flatMap((own) => {
    const parent = messages.get(own.message);
    // Deleted while it was read.
    if (!parent || parent.deleted_at !== undefined) return [];
    return [{ parent, newest: messages.get(newest.get(own.message) ?? 0) ?? null, place: own }];
  });
  const last = page.at(-1);
  return { threads, next: rows.length > page.length && last ? writeCursor(last) : null };
}

function stranger(message: number, room: number): FollowRow {
  return { message_id: message, room_id: room, following: 0, level: "all", read_seq: 0 };
}

async function describe(sql: Sql, user: number, row: FollowRow): Promise<Thread> {
  const [thread] = await withUnread(sql, { user, room: 0, message: row.message_id }, [row]);
  if (!thread) throw new Error("a thread that was described is not there");
  return thread;
}

async function withUnread(
  sql: Sql,
  among: { user: number; room: number; message: number },
  rows: readonly FollowRow[],
): Promise<Thread[]> {
  const found = rows.length === 0 ? [] : await sql.rows(unreadAnswers({ ...among, limit: mostUnread }));
  const unread = Map.groupBy(found, (answer) => answer.reply_to);
  return rows.map((row) => {
    const answers = unread.get(row.message_id)?.slice(0, limits.threadUnread) ?? [];
    const told = row.following === 1 ? answers.reverse() : [];
    return { ...toPlace(row), unread: told.map((answer) => toUnread(answer, among.user)) };
  });
}

function toUnread(row: UnreadRow, user: number): UnreadAnswer {
  const mentions: number[] = row.mentions === null ? [] : JSON.parse(row.mentions);
  return {
    ...{ message: row.id, seq: row.seq },
    ...(row.in_thread === 1 && { in_thread: true as const }),
    ...((row.mention_all === 1 || mentions.includes(user)) && { mentions_me: true as const }),
  };
}

function writeCursor({ fresh, moved_at, message_id }: ListedRow): string {
  return `${fresh}.${moved_at}.${message_id}`;
}

function readCursor(cursor: string | undefined): { fresh: number; moved: number; message: number } {
  if (cursor === undefined) return { fresh: 2, moved: 0, message: 0 };
  const [fresh, moved, message] = (/^([01])\.(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? [])
    .slice(1)
    .map(Number);
  if (fresh === undefined || moved === undefined || message === undefined) {
    throw new ChatError("invalid", "this cursor is not from this list");
  }
  return { fresh, moved, message };
}
