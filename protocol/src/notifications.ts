import { z } from "zod";
import { id, moment, nothing, text, time } from "./fields.ts";
import { isKeyword } from "./keywords.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";
import { isZone } from "./quiet-hours.ts";

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

const timeOfDay = z
  .string()
  .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, "must be a time of day such as 22:30");

/** Hours of the day in which the person is not to be disturbed. */
export const quietHours = z.object({
  from: timeOfDay,
  /** Of the next day where it is not after `from`. */
  to: timeOfDay,
  /** The days on which they begin: 1 for Monday to 7 for Sunday. */
  days: z.array(z.int().min(1).max(7)).min(1).max(7),
  /** Where the person is: an IANA time zone. */
  zone: z.string().min(1).max(64).refine(isZone, "must be a time zone such as Europe/Berlin"),
});
export type QuietHours = z.infer<typeof quietHours>;

/** A word, or several that follow each other, that count as a mention for the person alone. */
const keyword = text(1, limits.keywordText).refine(isKeyword, "must hold a letter or a digit");

/** Of what a person wishes to be told where they have said nothing else of a room. */
export const defaultNotifications = z.object({
  level: defaultLevel,
  /** Do not disturb: of nothing at all, in no room, before this moment. */
  muted_until: time.nullable(),
  /** Nor in these hours; left out where there are none. */
  quiet_hours: quietHours.optional(),
  /** Left out where there are none. */
  keywords: z.array(z.string()).optional(),
});
export type DefaultNotifications = z.infer<typeof defaultNotifications>;

export const notificationOperations = {
  "notification.set": operation({
    summary: "Say of what in a room one wishes to be told, on all one's devices",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/notifications",
    input: z.strictObject({ room: id, level: notificationLevel, muted_until: moment.nullable() }),
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
    input: z.strictObject({
      level: defaultLevel,
      muted_until: moment.nullable(),
      /** Left out, they stay as they are; null for none. */
      quiet_hours: z.strictObject(quietHours.shape).nullable().optional(),
      /** Left out, they stay as they are. */
      keywords: z.array(keyword).max(limits.keywords).optional(),
    }),
    output: defaultNotifications,
  }),
} as const;
