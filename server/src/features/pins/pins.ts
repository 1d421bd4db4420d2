import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { Actor, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import {
  accessOwnRoom,
  accessOwnRoomForChange,
  permissionsOf,
  requireOpen,
  requirePermission,
} from "../access/access.ts";
import { requireReachableIn } from "../blocks/blocks.ts";
import { emit } from "../logs/logs.ts";
import { accessMessageForChange, messagesFor, presentOne } from "../messages/messages.ts";
import { pinCount, pinEvents, pinnedPlaces, pinsOf, putPinAt, setPinned } from "./pins-rows.ts";

/** PIN-1, PIN-2, BLOCK-3. Pins a message in its room or takes it off; asked twice, it is as if asked once. */
export async function setPin(tx: Tx, actor: Actor, input: Checked<"pin.set">): Promise<Message> {
  const { row, room } = await accessMessageForChange(tx, actor, input.message);
  requireOpen(room);
  requirePermission(room.role, permissionsOf(room.kind, room.permissions).pin_messages, "pin messages");
  if (input.on) await requireReachableIn(tx.sql, actor.user, room);
  if ((row.pinned_at !== null) === input.on) return presentOne(tx.sql, row);
  if (input.on) await requireFreePin(tx.sql, room.id);
  const { seq, at } = await emit(tx, room.id, {
    ...{ kind: "pin.set", by: actor.user, message: row.id, on: input.on },
  });
  const pinned = input.on ? { seq, at, by: actor.user } : { seq: null, at: null, by: null };
  await tx.sql.run(setPinned({ message: row.id, ...pinned }));
  return presentOne(tx.sql, { ...row, pinned_at: pinned.at });
}

/** PIN-4. The pinned messages of a room one is in, the last pinned first. */
export async function listPins(
  sql: Sql,
  actor: Actor,
  input: Checked<"pin.list">,
): Promise<Output<"pin.list">> {
  const room = await accessOwnRoom(sql, actor.user, input.room);
  const rows = await sql.rows(pinsOf({ room: room.id, limit: limits.roomPins }));
  const messages = await messagesFor(
    sql,
    rows.map(({ id }) => id),
  );
  return {
    pins: rows.flatMap(({ id, pinned_at, pinned_by }) => {
      const message = messages.get(id);
      // Deleted or taken off since the rows were read.
      if (!message?.pinned_at) return [];
      return [{ message, pinned_by, pinned_at: isoTime(pinned_at) }];
    }),
  };
}

/** PIN-5. All that are pinned, in the order that is wished: of two who put them in order at once the later is obeyed. */
export async function orderPins(
  tx: Tx,
  actor: Actor,
  input: Checked<"pin.order">,
): Promise<Record<string, never>> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  requireOpen(room);
  requirePermission(room.role, permissionsOf(room.kind, room.permissions).pin_messages, "pin messages");
  await requireReachableIn(tx.sql, actor.user, room);
  const pinned = await tx.sql.rows(pinnedPlaces({ room: room.id, limit: limits.roomPins }));
  const { messages } = input;
  const isAll = pinned.every(({ id }) => messages.includes(id)) && new Set(messages).size === pinned.length;
  if (!isAll || messages.length !== pinned.length)
    throw new ChatError("conflict", "what is pinned has changed meanwhile");
  // The places are those that they have already: whatever is pinned later comes before all of them.
  const moved = pinned.flatMap(({ id, place }, index) => {
    const message = messages[index] ?? id;
    return message === id ? [] : [{ message, place }];
  });
  if (moved.length === 0) return {};
  for (const each of moved) await tx.sql.run(putPinAt(each));
  await emit(tx, room.id, { kind: "pin.ordered", by: actor.user, messages });
  return {};
}

/** PIN-6. What was pinned and taken off, by whom and when; a message that was deleted since says only that. */
export async function pinHistory(
  sql: Sql,
  actor: Actor,
  input: Checked<"pin.history">,
): Promise<Output<"pin.history">> {
  const room = await accessOwnRoom(sql, actor.user, input.room);
  const { before = Number.MAX_SAFE_INTEGER, limit } = input;
  const rows = await sql.rows(pinEvents[sql.engine]({ room: room.id, before, limit: limit + 1 }));
  const page = rows.slice(0, limit).map((row) => ({ ...row, ...(JSON.parse(row.body) as Said) }));
  const messages = await messagesFor(sql, [...new Set(page.map(({ message }) => message))]);
  return {
    changes: page.flatMap(({ seq, at, by_id: by, on, message: id }) => {
      const message = messages.get(id);
      return message ? [{ seq, at: isoTime(at), by, on, message }] : [];
    }),
    before: rows.length > limit ? (page.at(-1)?.seq ?? null) : null,
  };
}

interface Said {
  message: number;
  on: boolean;
}

/** PIN-2. The room is held: nobody else pins meanwhile. */
async function requireFreePin(sql: Sql, room: number): Promise<void> {
  const { count = 0 } = (await sql.first(pinCount({ room }))) ?? {};
  if (count < limits.roomPins) return;
  throw new ChatError("conflict", `at most ${limits.roomPins} messages are pinned in a room`);
}
