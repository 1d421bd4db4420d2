import { z } from "zod";
import { id, time } from "./fields.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";

/** A message that is kept in sight of everyone in its room. */
export const pin = z.object({ message, pinned_by: id, pinned_at: time });
export type Pin = z.infer<typeof pin>;

export const pinOperations = {
  "pin.set": operation({
    summary: "Pin a message in its room, or take it off (with the permission `pin_messages`)",
    kind: "write",
    who: "user",
    rest: "PUT /messages/{message}/pin",
    input: z.strictObject({ message: id, on: z.boolean() }),
    output: message,
  }),
  "pin.list": operation({
    summary: "The pinned messages of a room, the last pinned first",
    kind: "read",
    who: "user",
    rest: "GET /rooms/{room}/pins",
    input: z.strictObject({ room: id }),
    output: z.object({ pins: z.array(pin) }),
  }),
} as const;
