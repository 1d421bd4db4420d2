import { z } from "zod";
import { id, nothing, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";

/**
 * Of which rooms a push may hold what was written, for whoever sees a locked screen to read: of none, of public
 * channels, of all.
 */
export const pushText = z.enum(["never", "public", "always"]);
export type PushText = z.infer<typeof pushText>;

/** A device that is reached by push while no page is open there. */
export const pushDevice = z.object({
  id,
  device: z.string(),
  /** Whether this is the device that asks. */
  current: z.boolean(),
  created_at: time,
  /** When its push service last took something, and when it last did not. */
  sent_at: time.nullable(),
  failed_at: time.nullable(),
  /** Why not, in English. */
  failure: z.string().nullable(),
});
export type PushDevice = z.infer<typeof pushDevice>;

const base64url = /^[A-Za-z0-9_-]+={0,2}$/;

/** What a browser's `PushSubscription` holds (Push API, RFC 8291). */
const keys = z.strictObject({
  p256dh: z.string().min(80).max(100).regex(base64url, "must be base64url"),
  auth: z.string().min(20).max(30).regex(base64url, "must be base64url"),
});

export const pushOperations = {
  "push.key": operation({
    summary:
      "The key with which a browser subscribes (`applicationServerKey`); null where the server sends no pushes",
    kind: "run",
    who: "user",
    rest: "GET /push/key",
    input: nothing,
    output: z.object({ key: z.string().nullable() }),
  }),
  "push.subscribe": operation({
    summary:
      "Have this device told by push while no page is open. It ends with the session; whoever had the endpoint before loses it",
    kind: "run",
    who: "user",
    rest: "PUT /me/push",
    input: z.strictObject({
      endpoint: text(10, limits.pushEndpoint),
      keys,
      /** How it is listed; without it as the session is. */
      device: text(0, limits.deviceName).optional(),
      /** A BCP 47 tag, handed back with each push: whoever shows it has no page to ask. */
      language: z
        .string()
        .min(2)
        .max(35)
        .regex(/^[A-Za-z0-9-]+$/, "must be a language tag")
        .default("en"),
    }),
    output: pushDevice,
  }),
  "push.unsubscribe": operation({
    summary: "Have a device told no longer; without an id, this one",
    kind: "write",
    who: "user",
    rest: "POST /me/push/end",
    status: 204,
    input: z.strictObject({ push: id.optional() }),
    output: nothing,
  }),
  "push.list": operation({
    summary: "One's devices that are told by push, and of which rooms a push may hold what was written",
    kind: "read",
    who: "user",
    rest: "GET /me/push",
    input: nothing,
    output: z.object({ text: pushText, devices: z.array(pushDevice) }),
  }),
  "push.set_text": operation({
    summary: "Of which rooms a push may hold what was written, on all one's devices",
    kind: "write",
    who: "user",
    rest: "PUT /me/push/text",
    input: z.strictObject({ text: pushText }),
    output: z.object({ text: pushText }),
  }),
  "push.test": operation({
    summary: "Send a push to this device, or to another of one's own, to see whether it comes",
    kind: "run",
    who: "user",
    rest: "POST /me/push/test",
    input: z.strictObject({ push: id.optional() }),
    /** `none`: this device is not told by push. */
    output: z.object({ outcome: z.enum(["sent", "failed", "none"]), why: z.string().nullable() }),
  }),
  "push.health": operation({
    summary: "How the push services take what this server sends them, for admins",
    kind: "run",
    who: "admin",
    rest: "GET /push/health",
    input: nothing,
    output: z.object({
      /** Whether the server sends any. */
      on: z.boolean(),
      services: z.array(
        z.object({
          host: z.string(),
          /** Devices that are told by it, and those of which the last push did not get through. */
          devices: z.int(),
          failing: z.int(),
          sent_at: time.nullable(),
          failed_at: time.nullable(),
          /** Why the last one that failed did, in English. */
          failure: z.string().nullable(),
        }),
      ),
      /** What is due and was not sent yet. */
      waiting: z.int(),
    }),
  }),
} as const;

/** What a push says to the device that gets it. */
export type PushPayload =
  | {
      kind: "message";
      language: string;
      room: number;
      message: number;
      seq: number;
      /** The message whose thread it stands in, where it stands there alone. */
      thread?: number;
      /** The room's name; of a direct room the sender's. */
      title: string;
      sender: string;
      direct: boolean;
      /** Null where it is not to be shown. */
      text: string | null;
      /** Rooms with nothing to tell any more. */
      read: { room: number; seq: number }[];
    }
  | {
      kind: "reminder";
      language: string;
      room: number;
      message: number;
      /** The room's name; of a direct room the sender's. Empty where the message is gone. */
      title: string;
      sender: string;
      /** Null where it is not to be shown. */
      text: string | null;
      /** The message was deleted, or is not the person's to read any more. */
      gone: boolean;
    }
  | { kind: "read"; read: { room: number; seq: number }[] }
  | { kind: "test"; language: string };
