import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Mark } from "@parley/protocol/messages";
import type { LastMessage } from "@parley/protocol/rooms";
import type { Actor, Tx } from "../../context.ts";
import { isoTimeOrNull } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoomForChange, countMentions, type OwnRoom, readLastMessage } from "../access/access.ts";
import { apartFrom } from "../blocks/blocks.ts";
import { emitToUser } from "../logs/logs.ts";
import { accessMessage } from "../messages/messages.ts";
import {
  firstMoves,
  firstWords,
  insertMarkMove,
  marksOfRooms,
  mentionsOfAll,
  moveMarks,
  ordinalAt,
  readOrdinals,
  roomCounts,
  unheardMentionsOfAll,
  unreadMentions,
} from "./receipts-rows.ts";
import { countAfter, toReceipt } from "./receipts-rules.ts";

type Marked = Output<"receipt.read">;

/** Messages after one that are looked at for words of those who have read it without moving a mark. */
const wordsLookedAt = 2_000;

/** MARK-1, MARK-2. Moves the read mark forward, and with it what others see. */
export async function markRead(tx: Tx, actor: Actor, input: Checked<"receipt.read">): Promise<Marked> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  const read = Math.min(input.seq, room.head);
  if (read <= room.read_seq) return toMarked(tx.sql, actor, room);
  const shown_seq = Math.max(read, room.shown_seq);
  const delivered_seq = Math.max(read, room.delivered_seq);
  return store(tx, actor, room, { ...(await withRead(tx.sql, room, read)), shown_seq, delivered_seq });
}

/** MARK-6. Moves one's own read mark back to just before an event; what others see does not move. */
export async function markUnread(tx: Tx, actor: Actor, input: Checked<"receipt.unread">): Promise<Marked> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  const read = input.seq - 1;
  if (read >= room.read_seq) return toMarked(tx.sql, actor, room);
  return store(tx, actor, room, await withRead(tx.sql, room, read));
}

/** MARK-1. Says that a device of this person holds everything up to an event. */
export async function markDelivered(
  tx: Tx,
  actor: Actor,
  input: Checked<"receipt.deliver">,
): Promise<Marked> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  const delivered = Math.min(input.seq, room.head);
  if (delivered <= room.delivered_seq) return toMarked(tx.sql, actor, room);
  return store(tx, actor, room, { ...room, delivered_seq: delivered });
}

/** MARK-3, BLOCK-5. Who has got and read a message, and when: the first move of each mark that covered it. */
export async function messageReceipts(
  sql: Sql,
  actor: Actor,
  input: Checked<"message.receipts">,
): Promise<Output<"message.receipts">> {
  const { row, room } = await accessMessage(sql, actor, input.message);
  if (room.member_count > limits.markRoomMembers) {
    throw new ChatError("forbidden", `receipts are shown in rooms of up to ${limits.markRoomMembers} people`);
  }
  const place = { room: room.id, seq: row.seq };
  const people = await sql.rows(firstMoves(place));
  const words = await sql.rows(firstWords({ ...place, among: wordsLookedAt }));
  const spoke = new Map(words.map(({ sender_id, at }) => [sender_id, at]));
  const others = people.filter(
    (person) => person.user_id !== row.sender_id && person.joined_at <= row.created_at,
  );
  const apart = await apartFrom(
    sql,
    actor.user,
    others.map((person) => person.user_id),
  );
  return {
    receipts: others.map((person) =>
      apart.has(person.user_id)
        ? { user: person.user_id, delivered_at: null, read_at: null }
        : toReceipt(person, spoke.get(person.user_id) ?? null, row.in_thread === 1),
    ),
  };
}

export interface RoomCounts {
  last_message_at: string | null;
  last_message: LastMessage | null;
  counts: Map<number, { unread: number; mentions: number }>;
}

/**
 * MARK-5. What everyone in a room has not read: five queries whatever its size, for those who hear it in short. The
 * message is read before the people: whoever is still there then may see it.
 */
export async function unreadCounts(sql: Sql, room: number): Promise<RoomCounts> {
  const now = await sql.first(roomCounts({ room }));
  const last_message = await readLastMessage(sql, room);
  const people = await sql.rows(readOrdinals({ room }));
  const mentions = new Map((await sql.rows(unreadMentions({ room }))).map((row) => [row.user_id, row.count]));
  const all = await sql.rows(mentionsOfAll({ room }));
  const unheard = all.length > 0 ? await sql.rows(unheardMentionsOfAll({ room })) : [];
  const rising = all.map((row) => row.seq);
  const own = Map.groupBy(all, (row) => row.sender_id);
  const counts = new Map<number, { unread: number; mentions: number }>();
  for (const { user_id, read_seq, read_ordinal } of people) {
    const unread = (now?.ordinal ?? 0) - read_ordinal;
    const ownAfter = own.get(user_id)?.filter(({ seq }) => seq > read_seq).length ?? 0;
    const passedOver = unheard.filter((each) => each.user_id === user_id && each.seq > read_seq).length;
    const ofAll = countAfter(rising, read_seq) - ownAfter - passedOver;
    counts.set(user_id, { unread, mentions: (mentions.get(user_id) ?? 0) + ofAll });
  }
  return { last_message_at: isoTimeOrNull(now?.last_message_at ?? null), last_message, counts };
}

/** MARK-4. Everyone's marks in these rooms, but for those too large to show them, and where each room's log stands. */
export async function marksIn(
  sql: Sql,
  rooms: readonly number[],
): Promise<{ room: number; head: number; mark: Mark }[]> {
  const rows = await marksOfRooms(sql, rooms, { members: limits.markRoomMembers });
  return rows.map((row) => ({
    room: row.room_id,
    head: row.head,
    mark: { user: row.user_id, read: row.shown_seq, delivered: row.delivered_seq },
  }));
}

async function store(tx: Tx, actor: Actor, before: OwnRoom, after: OwnRoom): Promise<Marked> {
  const place = { room: after.id, user: actor.user };
  await tx.sql.run(
    moveMarks({
      ...place,
      read: after.read_seq,
      ordinal: after.read_ordinal,
      shown: after.shown_seq,
      delivered: after.delivered_seq,
    }),
  );
  if (isAhead(after, before)) {
    const hasRead = after.shown_seq > before.shown_seq;
    const moved = hasRead
      ? ({ mark: "read", seq: after.shown_seq } as const)
      : ({ mark: "delivered", seq: after.delivered_seq } as const);
    await tx.sql.run(insertMarkMove({ ...place, ...moved, at: tx.now }));
  }
  const marked = await toMarked(tx.sql, actor, after);
  if (after.read_seq !== before.read_seq)
    await emitToUser(tx, actor.user, { kind: "room.marked", ...marked });
  if (isAhead(after, before)) {
    tx.announce({
      log: "mark",
      id: after.id,
      head: after.head,
      mark: { user: actor.user, read: after.shown_seq, delivered: after.delivered_seq },
    });
  }
  return marked;
}

/** Whether there is something that others learn of. */
function isAhead(after: OwnRoom, before: OwnRoom): boolean {
  return after.shown_seq > before.shown_seq || after.delivered_seq > before.delivered_seq;
}

async function withRead(sql: Sql, room: OwnRoom, read: number): Promise<OwnRoom> {
  const { ordinal = 0 } = (await sql.first(ordinalAt({ room: room.id, seq: read }))) ?? {};
  return { ...room, read_seq: read, read_ordinal: ordinal };
}

async function toMarked(sql: Sql, actor: Actor, room: OwnRoom): Promise<Marked> {
  return {
    room: room.id,
    head: room.head,
    read: room.read_seq,
    delivered: room.delivered_seq,
    unread: room.ordinal - room.read_ordinal,
    mentions: await countMentions(sql, actor.user, room),
  };
}
