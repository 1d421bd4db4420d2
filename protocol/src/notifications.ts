import { z } from "zod";
import { id, time } from "./fields.ts";
import { operation } from "./operation.ts";

/** `default`: as the person wishes for all rooms. `mentions`: only what mentions them. */
export const notificationLevel = z.enum(["default", "all", "mentions", "none"]);
export type NotificationLevel = z.infer<typeof notificationLevel>;

/** Of what in a room a person wishes to be told. */
export const notifications = z.object({
  level: notificationLevel,
  /** Of nothing before this moment; null, or a moment that has passed, mutes nothing. */
  muted_until: time.nullable(),
});
export type Notifications = z.infer<typeof notifications>;

export const notificationOperations = {
  "notification.set": operation({
    summary: "Say of what in a room one wishes to be told, on all one's devices",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/notifications",
    input: z.strictObject({ room: id, level: notificationLevel, muted_until: time.nullable() }),
    output: notifications.extend({ room: id }),
  }),
} as const;
