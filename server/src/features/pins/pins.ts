import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { Actor, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoom, permissionsOf, requireOpen, requirePermission } from "../access/access.ts";
import { requireReachableIn } from "../blocks/blocks.ts";
import { emit } from "../logs/logs.ts";
import { accessMessageForChange, messagesFor, presentOne } from "../messages/messages.ts";
import { pinCount, pinsOf, setPinned } from "./pins-rows.ts";

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

/** PIN-2. The room is held: nobody else pins meanwhile. */
async function requireFreePin(sql: Sql, room: number): Promise<void> {
  const { count = 0 } = (await sql.first(pinCount({ room }))) ?? {};
  if (count < limits.roomPins) return;
  throw new ChatError("conflict", `at most ${limits.roomPins} messages are pinned in a room`);
}
