import { z } from "zod";
import { id, nothing, pageLimit, position, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";

/** A message that is kept in sight of everyone in its room. */
export const pin = z.object({ message, pinned_by: id, pinned_at: time });
export type Pin = z.infer<typeof pin>;

/** That a message was pinned or taken off, as it is told later; the message as it is now. */
export const pinChange = z.object({ seq: position, at: time, by: id, on: z.boolean(), message });
export type PinChange = z.infer<typeof pinChange>;

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
    summary: "The pinned messages of a room: the last pinned first, or as whoever may pin has put them",
    kind: "read",
    who: "user",
    rest: "GET /rooms/{room}/pins",
    input: z.strictObject({ room: id }),
    output: z.object({ pins: z.array(pin) }),
  }),
  "pin.order": operation({
    summary: "Put the pinned messages of a room in another order (with the permission `pin_messages`)",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/pins/order",
    status: 204,
    /** All that are pinned, the first at the top. */
    input: z.strictObject({ room: id, messages: z.array(id).min(1).max(limits.roomPins) }),
    output: nothing,
  }),
  "pin.history": operation({
    summary: "What was pinned in a room and taken off, by whom and when, the newest first",
    kind: "read",
    who: "user",
    rest: "GET /rooms/{room}/pins/history",
    input: z.strictObject({ room: id, before: position.optional(), limit: pageLimit }),
    output: z.object({
      changes: z.array(pinChange),
      /** The `before` of the next page; null at the end. */
      before: position.nullable(),
    }),
  }),
} as const;
