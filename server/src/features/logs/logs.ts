import type { Checked, Output } from "@parley/protocol/contract";
import type { Draft } from "@parley/protocol/drafts";
import { ChatError } from "@parley/protocol/errors";
import type { RoomEvent, UserEvent } from "@parley/protocol/events";
import type { Reminder } from "@parley/protocol/reminders";
import type { FailureReason, Scheduled } from "@parley/protocol/scheduled";
import type { Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { recallMembership } from "../access/access.ts";
import {
  type DraftNow,
  draftNow,
  insertRoomEvent,
  insertUserEvent,
  type RaisedRoom,
  type ReminderNow,
  raiseHead,
  raiseHeadForMessage,
  raiseUserHead,
  reminderNow,
  type ScheduledNow,
  scheduledNow,
  type UserEventRow,
  userEventRows,
  userHead,
  wishesNow,
} from "./logs-rows.ts";

export {
  headsOfRooms,
  headsOfUsers,
  type ReminderNow,
  type RoomEventRow,
  reminderNow,
  roomEventAt,
  roomEventRows,
  roomHead,
  type ScheduledNow,
  scheduledNow,
  userHead,
} from "./logs-rows.ts";

type Without<Event, Field extends string> = Event extends unknown ? Omit<Event, Field> : never;

/** A room event before it has its time: that comes from its place in the log. */
export type NewRoomEvent = Without<RoomEvent, "at">;
export type NewUserEvent = Without<UserEvent, "at">;

/** A place taken in a room's log: nobody else gets it, and it is gone again if the operation fails. */
export interface Place {
  room: RaisedRoom;
  seq: number;
  /** Milliseconds; never before the event it follows. */
  at: number;
}

/** Takes the next place in a room's log and locks the room until the commit; undefined when there is no such room. */
export async function takePlace(tx: Tx, room: number): Promise<Place | undefined> {
  return toPlace(await tx.sql.first(raiseHead({ room, now: tx.now })));
}

/** `takePlace` for a message; undefined also when its sender has sent it before. `counted`: the room shows it. */
export async function takeMessagePlace(
  tx: Tx,
  room: number,
  message: { sender: number; client: string; counted: 0 | 1 },
): Promise<Place | undefined> {
  return toPlace(await tx.sql.first(raiseHeadForMessage({ room, now: tx.now, ...message })));
}

function toPlace(row: RaisedRoom | undefined): Place | undefined {
  return row && { room: row, seq: row.head, at: row.head_at };
}

/** WRITE-1. Puts an event at a place taken before: a row and a numbered event in one transaction. */
export function putEvent(
  tx: Tx,
  room: number,
  place: Place,
  event: NewRoomEvent,
  messageId: number | null = null,
): void {
  const { kind, by, ...rest } = event;
  tx.sql.runAhead(
    insertRoomEvent({
      room,
      seq: place.seq,
      kind,
      at: place.at,
      by_id: by,
      message_id: messageId,
      body: messageId === null ? JSON.stringify(rest) : null,
    }),
  );
  const { kind: _, ...body } = event;
  const whole = { kind, at: isoTime(place.at), ...body } as RoomEvent;
  tx.announce({ log: "room", id: room, seq: place.seq, event: whole });
}

/** The next event of a room; `messageId` where it is about a message, whose row then holds its content. */
export async function emit(
  tx: Tx,
  room: number,
  event: NewRoomEvent,
  messageId: number | null = null,
): Promise<Place> {
  const place = await takePlace(tx, room);
  if (!place) throw new Error(`room ${room} has no log`);
  putEvent(tx, room, place, event, messageId);
  return place;
}

/**
 * ACC-37. The next event of a person's private log. That of a deleted account is closed, so that whatever was on its way
 * for or by that person comes to nothing.
 */
export async function emitToUser(tx: Tx, user: number, event: NewUserEvent): Promise<void> {
  if (!(await emitToUserIfThere(tx, user, event))) {
    throw new ChatError("not_found", "there is no such person");
  }
}

/** `emitToUser` where it is no matter that the account is deleted; answers whether it was told. */
export async function emitToUserIfThere(tx: Tx, user: number, event: NewUserEvent): Promise<boolean> {
  const head = (await tx.sql.first(raiseUserHead({ user })))?.head;
  if (head === undefined) return false;
  const { kind, ...rest } = event;
  const body = JSON.stringify(storedOf(event));
  tx.sql.runAhead(insertUserEvent({ user, seq: head, kind, at: tx.now, body }));
  const whole = { kind, at: isoTime(tx.now), ...rest } as UserEvent;
  tx.announce({ log: "user", id: user, seq: head, event: whole });
  return true;
}

/** A run of a person's private events after a position. */
export async function userEvents(
  sql: Sql,
  actor: { user: number },
  input: Checked<"user.events">,
): Promise<Output<"user.events">> {
  const head = (await sql.first(userHead({ user: actor.user })))?.head ?? 0;
  const rows = await sql.rows(userEventRows({ user: actor.user, after: input.after, limit: input.limit }));
  const events: UserEvent[] = [];
  for (const row of rows) events.push(await toUserEvent(sql, actor.user, row));
  const to = rows.at(-1)?.seq;
  return {
    from: input.after + 1,
    to: to ?? input.after,
    head: Math.max(head, to ?? 0),
    events,
  };
}

/** What people write stands in one place only, and not in the log. */
function storedOf(event: NewUserEvent): object {
  if (event.kind === "room.appeared") return { room: event.room.id };
  if (event.kind === "draft.set") return { room: event.draft.room, thread: event.draft.thread };
  if (event.kind === "scheduled.set") return { id: event.id };
  if (event.kind === "reminder.set") return { message: event.message };
  if (event.kind === "notification.default_changed") {
    return { level: event.level, muted_until: event.muted_until };
  }
  const { kind: _, ...rest } = event;
  return rest;
}

/** DRAFT-3, SCHED-2. A room that appeared and what somebody has yet to send are shown as they are when the event is read. */
async function toUserEvent(sql: Sql, user: number, row: UserEventRow): Promise<UserEvent> {
  const head = { kind: row.kind, at: isoTime(row.at) };
  const body = JSON.parse(row.body);
  if (row.kind === "draft.set") {
    const { room, thread = 0 } = body;
    const draft = await sql.first(draftNow({ user, room, thread }));
    const nothing = { room_id: room, thread_id: thread, text: "", reply_to: null, at: row.at };
    return { ...head, draft: toDraft(draft ?? nothing) } as UserEvent;
  }
  if (row.kind === "scheduled.set") {
    const found = await sql.first(scheduledNow({ user, id: body.id }));
    return { ...head, ...body, scheduled: found ? toScheduled(found) : null } as UserEvent;
  }
  if (row.kind === "reminder.set") {
    const found = await sql.first(reminderNow({ user, message: body.message }));
    return { ...head, ...body, reminder: found ? toReminder(found) : null } as UserEvent;
  }
  if (row.kind === "notification.default_changed") {
    const { quiet_hours = null, keywords = null } = (await sql.first(wishesNow({ user }))) ?? {};
    const more = {
      ...(quiet_hours !== null && { quiet_hours: JSON.parse(quiet_hours) }),
      ...(keywords !== null && { keywords: JSON.parse(keywords) }),
    };
    return { ...head, ...body, ...more } as UserEvent;
  }
  if (row.kind !== "room.appeared") return { ...head, ...body } as UserEvent;
  return { ...head, room: await recallMembership(sql, user, body.room) } as UserEvent;
}

export function toDraft({ room_id, thread_id, text, reply_to, at }: DraftNow): Draft {
  return {
    room: room_id,
    ...(thread_id !== 0 && { thread: thread_id }),
    text,
    ...(reply_to !== null && { reply_to }),
    at: isoTime(at),
  };
}

export function toScheduled(row: ScheduledNow): Scheduled {
  const { id, room_id: room, text, mentions, mention_all, reply_to, client_id, failed_because } = row;
  return {
    ...{ id, room, text, client_id, send_at: isoTime(row.send_at) },
    ...(mentions !== null && { mentions: JSON.parse(mentions) }),
    ...(mention_all === 1 && { mention_all: true as const }),
    ...(reply_to !== null && { reply_to }),
    ...(row.delete_after !== null && { delete_after: row.delete_after }),
    ...(row.in_thread === 1 && { in_thread: true as const }),
    state: failed_because === null ? "waiting" : "failed",
    ...(failed_because !== null && { reason: failed_because as FailureReason }),
    created_at: isoTime(row.created_at),
  };
}

export function toReminder({ message_id, room_id, remind_at, is_due, created_at }: ReminderNow): Reminder {
  return {
    ...{ message: message_id, room: room_id, remind_at: isoTime(remind_at) },
    state: is_due === 1 ? "due" : "waiting",
    created_at: isoTime(created_at),
  };
}
