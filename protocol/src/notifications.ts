import { z } from "zod";
import { id, nothing, time } from "./fields.ts";
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

/** `all`: of every message. `mentions`: of direct messages and of what mentions them. */
export const defaultLevel = z.enum(["all", "mentions", "none"]);
export type DefaultLevel = z.infer<typeof defaultLevel>;

/** Of what a person wishes to be told where they have said nothing else of a room. */
export const defaultNotifications = z.object({
  level: defaultLevel,
  /** Do not disturb: of nothing at all, in no room, before this moment. */
  muted_until: time.nullable(),
});
export type DefaultNotifications = z.infer<typeof defaultNotifications>;

export const notificationOperations = {
  "notification.set": operation({
    summary: "Say of what in a room one wishes to be told, on all one's devices",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/notifications",
    input: z.strictObject({ room: id, level: notificationLevel, muted_until: time.nullable() }),
    output: notifications.extend({ room: id }),
  }),
  "notification.get_default": operation({
    summary: "Of what one wishes to be told in all rooms of which one has said nothing else",
    kind: "read",
    who: "user",
    rest: "GET /me/notifications",
    input: nothing,
    output: defaultNotifications,
  }),
  "notification.set_default": operation({
    summary:
      "Say of what one wishes to be told in all rooms, on all one's devices, and until when of nothing",
    kind: "write",
    who: "user",
    rest: "PUT /me/notifications",
    input: z.strictObject({ level: defaultLevel, muted_until: time.nullable() }),
    output: defaultNotifications,
  }),
} as const;
