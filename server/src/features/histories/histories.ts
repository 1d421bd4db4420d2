import type { Checked, Output } from "@parley/protocol/contract";
import type { RoomEvent } from "@parley/protocol/events";
import type { Message } from "@parley/protocol/messages";
import { isoTime } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoom, noSuchRoom } from "../access/access.ts";
import { type RoomEventRow, roomEventRows } from "../logs/logs.ts";
import { messagesFor } from "../messages/messages.ts";

/** LIVE-4. A room's events after a position, without a hole, for somebody who is in it. */
export async function roomEvents(
  sql: Sql,
  actor: { user: number },
  input: Checked<"room.events">,
): Promise<Output<"room.events">> {
  const room = await accessOwnRoom(sql, actor.user, input.room);
  const run = await eventsAfter(sql, room.id, { after: input.after, limit: input.limit });
  // Events that came while they were read are in the run. A position ahead of the log is told the log's own head.
  const head = run.events.length > 0 ? Math.max(room.head, run.to) : room.head;
  return { room: room.id, ...run, head };
}

/** A run of a room's events; a message in one is as it is now. Whoever calls has checked the right to it. */
export async function eventsAfter(
  sql: Sql,
  room: number,
  range: { after: number; limit: number },
): Promise<{ from: number; to: number; events: RoomEvent[] }> {
  const rows = await sql.rows(roomEventRows({ room, ...range }));
  const about = rows.flatMap((row) => (row.message_id === null ? [] : [row.message_id]));
  const messages = await messagesFor(sql, [...new Set(about)]);
  const events = rows.map((row) => toRoomEvent(row, messages));
  return { from: range.after + 1, to: rows.at(-1)?.seq ?? range.after, events };
}

function toRoomEvent(row: RoomEventRow, messages: ReadonlyMap<number, Message>): RoomEvent {
  const head = { kind: row.kind, at: isoTime(row.at), by: row.by_id };
  if (row.message_id === null) return { ...head, ...JSON.parse(row.body ?? "{}") } as RoomEvent;
  const message = messages.get(row.message_id);
  // Only the deletion of its room takes a message away, perhaps while this is read.
  if (!message) throw noSuchRoom();
  return { ...head, message } as RoomEvent;
}
