import { z } from "zod";
import { draft } from "./drafts.ts";
import { id, time } from "./fields.ts";
import { marked, message } from "./messages.ts";
import { defaultNotifications, notifications } from "./notifications.ts";
import { choice } from "./polls.ts";
import { reminder } from "./reminders.ts";
import { reportStatus } from "./reports.ts";
import { memberRole, membership, room } from "./rooms.ts";
import { scheduled } from "./scheduled.ts";
import { threadPlace } from "./threads.ts";

/** Every event says when it happened (never before the event it follows) and who did it. */
const head = { at: time, by: id };

/**
 * A room's log. Positions are dense: 1, 2, 3 …
 * An event about a message carries the message as it is when the event is read, not as it was: catching up never
 * shows a deleted text. Apply the state with the higher `version`. A message that answers another is counted there when
 * it is sent, and no longer when it is deleted.
 */
export const roomEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("message.sent"), ...head, message }),
  z.object({ kind: z.literal("message.edited"), ...head, message }),
  /** By whoever deleted it; by its sender where its time was over (`expires_at`). */
  z.object({ kind: z.literal("message.deleted"), ...head, message }),
  /** The previews of its links are others: the server has looked, or the author took one off. */
  z.object({ kind: z.literal("message.previewed"), ...head, message }),
  /** What is said in one of its files is to be written down, was, or could not be. */
  z.object({ kind: z.literal("message.transcribed"), ...head, message }),
  z.object({
    kind: z.literal("reaction.set"),
    ...head,
    message: id,
    emoji: z.string(),
    on: z.boolean(),
  }),
  /** A message was pinned in the room, or taken off. Deleting it takes it off too, without such an event. */
  z.object({ kind: z.literal("pin.set"), ...head, message: id, on: z.boolean() }),
  /** The pinned messages stand in another order: these, the first at the top. */
  z.object({ kind: z.literal("pin.ordered"), ...head, messages: z.array(id) }),
  /** Somebody has chosen among the options of a poll: all that they have chosen now. */
  z.object({ kind: z.literal("poll.voted"), ...head, message: id, options: choice }),
  /** The same of an anonymous poll, by whoever asked: how often each option is chosen now, and by how many people. */
  z.object({
    kind: z.literal("poll.counted"),
    ...head,
    message: id,
    votes: z.array(z.int()),
    voters: z.int(),
  }),
  /** A poll was closed; by whoever asked where its time was over. */
  z.object({ kind: z.literal("poll.closed"), ...head, message: id }),
  /** The first event of every room. */
  z.object({ kind: z.literal("room.created"), ...head }),
  z.object({ kind: z.literal("room.updated"), ...head, room }),
  /** The last event of a room: its contents are gone. */
  z.object({ kind: z.literal("room.deleted"), ...head }),
  z.object({ kind: z.literal("member.joined"), ...head, user: id, role: memberRole }),
  /** Left by themselves when `by` is `user`, else removed. */
  z.object({ kind: z.literal("member.left"), ...head, user: id }),
  z.object({ kind: z.literal("member.role_changed"), ...head, user: id, role: memberRole }),
]);
export type RoomEvent = z.infer<typeof roomEvent>;

/** A person's private log: what concerns them alone, on all their devices. Positions are dense. */
export const userEvent = z.discriminatedUnion("kind", [
  /** The person is in this room from now on. `room` is as it was at that moment. */
  z.object({ kind: z.literal("room.appeared"), at: time, room: membership }),
  z.object({ kind: z.literal("room.disappeared"), at: time, room: id }),
  /** The person's own read mark moved, forward or back, by whichever device. */
  z.object({ kind: z.literal("room.marked"), at: time, ...marked.shape }),
  /** The person told, on some device, of what in this room they wish to be told. */
  z.object({ kind: z.literal("notification.changed"), at: time, room: id, ...notifications.shape }),
  /** The person told the same of all rooms. */
  z.object({ kind: z.literal("notification.default_changed"), at: time, ...defaultNotifications.shape }),
  /** The person follows a thread from now on or no more, or has read it further, on whichever device. */
  z.object({ kind: z.literal("thread.set"), at: time, ...threadPlace.shape }),
  z.object({ kind: z.literal("user.updated"), at: time }),
  /** Which of the person's devices are told by push, or what a push may hold, is another. */
  z.object({ kind: z.literal("push.changed"), at: time }),
  /** The person blocks somebody from now on, or no more. */
  z.object({ kind: z.literal("block.set"), at: time, user: id, on: z.boolean() }),
  /** What a device of the person's has begun to write, as it stands when the event is read. */
  z.object({ kind: z.literal("draft.set"), at: time, draft }),
  /**
   * A message that the person is to send later, as it stands when the event is read; null where it is no longer to be
   * sent: it was sent, or taken back.
   */
  z.object({ kind: z.literal("scheduled.set"), at: time, id, scheduled: scheduled.nullable() }),
  /**
   * What reminds the person of a message, as it stands when the event is read; null where nothing does any more. It is told
   * when it is made or changed, when its time comes, and when it is taken away.
   */
  z.object({ kind: z.literal("reminder.set"), at: time, message: id, reminder: reminder.nullable() }),
  /** The person keeps a message at hand, or no more. */
  z.object({ kind: z.literal("saved.set"), at: time, message: id, on: z.boolean() }),
  /** What the person has chosen in an anonymous poll. */
  z.object({ kind: z.literal("vote.set"), at: time, message: id, options: choice }),
  /** The admins have dealt with a report of the person's. */
  z.object({ kind: z.literal("report.changed"), at: time, report: id, status: reportStatus }),
  z.object({ kind: z.literal("session.started"), at: time, session: id, device: z.string() }),
  z.object({ kind: z.literal("session.ended"), at: time, session: id }),
]);
export type UserEvent = z.infer<typeof userEvent>;

export { tailOf } from "./live.ts";
