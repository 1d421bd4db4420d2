import { z } from "zod";
import { clientId, deleteAfter, id, moment, nothing, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";

/**
 * Why a message was not sent at its time. `no_room`: its author is not in the room any longer, or the room is gone.
 * `archived`: the room is closed for writing. `not_allowed`: others alone may write there, or mention everyone.
 * `blocked`: a block stands between the two people of a direct room. `inactive`: the author's account was closed.
 * `refused`: for another reason, such as a client id that was used meanwhile.
 */
export const failureReason = z.enum(["no_room", "archived", "not_allowed", "blocked", "inactive", "refused"]);
export type FailureReason = z.infer<typeof failureReason>;

/** A message that is to be sent at a time. Its author alone knows of it. */
export const scheduled = z.object({
  id,
  room: id,
  text: z.string(),
  mentions: z.array(id).optional(),
  mention_all: z.literal(true).optional(),
  /** The message it answers. */
  reply_to: id.optional(),
  /** Seconds after its sending at which the message is deleted by itself, or earlier where the room's time is shorter. */
  delete_after: z.int().optional(),
  /** As that of the message it becomes. */
  in_thread: z.literal(true).optional(),
  /** That of the message it becomes. */
  client_id: z.string(),
  send_at: time,
  /** `failed`: its time came and it was not sent; it stays so until it gets another time, is sent or taken back. */
  state: z.enum(["waiting", "failed"]),
  /** Of a failed one alone. */
  reason: failureReason.optional(),
  created_at: time,
});
export type Scheduled = z.infer<typeof scheduled>;

const content = {
  text: text(1, limits.messageText),
  /** People to notify. Those who have left the room by then are left out. */
  mentions: z.array(id).max(limits.messageMentions).optional(),
};
/** Later than now, by a year at most. */
const sendAt = moment;
const one = z.strictObject({ scheduled: id });

export const scheduledOperations = {
  "scheduled.create": operation({
    summary:
      "Send a message at a time, at most a year ahead. It is checked then as if it were sent then. Without files. At most 100 a person: one more is a `conflict`",
    kind: "write",
    who: "user",
    rest: "POST /rooms/{room}/scheduled",
    status: 201,
    input: z.strictObject({
      room: id,
      ...content,
      /** As of `message.send`: a repeat returns what it made. */
      client_id: clientId.optional(),
      reply_to: id.optional(),
      /** As of `message.send`. */
      in_thread: z.boolean().optional(),
      mention_all: z.boolean().optional(),
      /** Seconds; as of `message.send`, counted from its sending. */
      delete_after: deleteAfter.optional(),
      send_at: sendAt,
    }),
    output: scheduled,
  }),
  "scheduled.list": operation({
    summary: "What the caller has yet to send, by its time, in all rooms",
    kind: "read",
    who: "user",
    rest: "GET /me/scheduled",
    input: nothing,
    output: z.object({ scheduled: z.array(scheduled) }),
  }),
  "scheduled.update": operation({
    summary: "Give one's scheduled message another text or time; with a time a failed one waits again",
    kind: "write",
    who: "user",
    rest: "PATCH /scheduled/{scheduled}",
    input: z.strictObject({
      scheduled: id,
      text: content.text.optional(),
      mentions: content.mentions,
      send_at: sendAt.optional(),
    }),
    output: scheduled,
  }),
  "scheduled.send_now": operation({
    summary: "Send one's scheduled message at once; where that is refused it stays as it is",
    kind: "write",
    who: "user",
    rest: "POST /scheduled/{scheduled}/send",
    input: one,
    output: message,
  }),
  "scheduled.cancel": operation({
    summary: "Take one's scheduled message back",
    kind: "write",
    who: "user",
    rest: "DELETE /scheduled/{scheduled}",
    status: 204,
    input: one,
    output: nothing,
  }),
} as const;
