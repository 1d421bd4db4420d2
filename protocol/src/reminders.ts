import { z } from "zod";
import { id, moment, nothing, time } from "./fields.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";

/** That somebody wants to come back to a message at a time. They alone know of it. */
export const reminder = z.object({
  /** There is one of a person about a message. */
  message: id,
  room: id,
  remind_at: time,
  /** `due`: its time has come, and it was neither taken away nor given another. */
  state: z.enum(["waiting", "due"]),
  created_at: time,
});
export type Reminder = z.infer<typeof reminder>;

export const reminderOperations = {
  "reminder.set": operation({
    summary:
      "Be reminded of a message at a time, at most a year ahead; a repeat gives it another time. At most 100 a person: one more is a `conflict`",
    kind: "write",
    who: "user",
    rest: "PUT /messages/{message}/reminder",
    input: z.strictObject({
      message: id,
      /** Later than now, by a year at most. */
      remind_at: moment,
    }),
    output: reminder,
  }),
  "reminder.remove": operation({
    summary: "Be reminded of a message no more; where nothing reminded of it this changes nothing",
    kind: "write",
    who: "user",
    rest: "DELETE /messages/{message}/reminder",
    status: 204,
    input: z.strictObject({ message: id }),
    output: nothing,
  }),
  "reminder.list": operation({
    summary: "What the caller is to be reminded of, and was, by its time",
    kind: "read",
    who: "user",
    rest: "GET /me/reminders",
    input: nothing,
    output: z.object({
      reminders: z.array(
        reminder.extend({
          /** The message as it is now; null where it was deleted, or is not the caller's to read any more. */
          about: message.nullable(),
        }),
      ),
    }),
  }),
} as const;
