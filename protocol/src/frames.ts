import { z } from "zod";
import { roomEvent, userEvent } from "./events.ts";
import { clientId, id, position, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { mark } from "./messages.ts";
import { presence } from "./presence.ts";
import { lastMessage, membership } from "./rooms.ts";

export { closeCodes, livePath, liveSubprotocol } from "./live.ts";

/** Object keys are room ids in decimal. */
const roomKey = z.string().regex(/^[1-9][0-9]{0,15}$/);

/** First frame, within 5 s of the upgrade. */
export const hello = z.strictObject({
  type: z.literal("hello"),
  token: z.string().min(1).max(4096),
  /** A name for this device that outlives its connections. */
  device: text(0, limits.deviceName).default(""),
  app: text(0, 64).default(""),
  /** The epoch, private position and room positions the client holds; left out at its first start. */
  epoch: z.string().max(64).optional(),
  user_seq: position.optional(),
  /** Position and tail (`tailOf` the event held there) by room. */
  rooms: z.record(roomKey, z.tuple([position, z.int().nonnegative()])).optional(),
  /** Rooms to hear in full, however large. */
  open: z.array(id).max(limits.openRooms).optional(),
});
export type Hello = z.infer<typeof hello>;

export const doFrame = z.strictObject({
  type: z.literal("do"),
  id: clientId,
  op: z.string().max(64),
  input: z.unknown(),
});

export const clientSignal = z.discriminatedUnion("kind", [
  /** At most one every 3 s a room; those who see it let it lapse after 6 s. */
  z.strictObject({ kind: z.literal("typing"), room: id, on: z.boolean() }),
  z.strictObject({ kind: z.literal("presence"), state: z.enum(["online", "away"]) }),
  /** Watch these people's presence instead of those watched before. */
  z.strictObject({ kind: z.literal("watch"), users: z.array(id).max(limits.presenceUsers) }),
]);
export type ClientSignal = z.infer<typeof clientSignal>;

export const clientFrame = z.discriminatedUnion("type", [
  doFrame,
  z.strictObject({ type: z.literal("signal"), signal: clientSignal }),
  /** Hear a room in full from `after` on (left out: from its head), or stop hearing it so. */
  z.strictObject({ type: z.literal("open"), room: id, after: position.optional() }),
  z.strictObject({ type: z.literal("close"), room: id }),
  /** A fresh access token before the old one expires. */
  z.strictObject({ type: z.literal("auth"), token: z.string().min(1).max(4096) }),
  z.strictObject({ type: z.literal("ping"), n: z.number() }),
]);
export type ClientFrame = z.infer<typeof clientFrame>;

export const serverSignal = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("typing"), room: id, user: id, on: z.boolean() }),
  z.object({ kind: z.literal("presence"), presence }),
  /** Marks that moved in a room of up to 64 people; the newest of each person. */
  z.object({ kind: z.literal("marks"), room: id, marks: z.array(mark) }),
  /** This person's profile changed: read it again when it is shown. */
  z.object({ kind: z.literal("user"), user: id }),
  /** The server's own emoji or stickers are others now: read them again when they are shown. */
  z.object({ kind: z.literal("library"), version: position }),
]);
export type ServerSignal = z.infer<typeof serverSignal>;

export const frameError = z.object({
  code: z.string(),
  message: z.string(),
  retry: z.enum(["no", "wait", "same"]),
  /** Seconds to wait, with `retry: "wait"`. */
  after: z.number().optional(),
  fields: z
    .array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() }))
    .optional(),
});
export type FrameError = z.infer<typeof frameError>;

/** Why events of a room are not sent: `reset` fetch a fresh page; `slow` the reader fell behind; `removed` no right. */
export const gapReason = z.enum(["reset", "behind", "slow", "removed"]);

export const serverFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("ready"),
    session: id,
    epoch: z.string(),
    now: time,
    user: id,
    user_seq: position,
    /** `fresh`: drop every held position and start from what follows. */
    mode: z.enum(["resume", "fresh"]),
    rooms: z.array(membership),
    /** Whom the person blocks, as of `user_seq` or later; left out for nobody. */
    blocks: z.array(id).optional(),
    /** There are more rooms: page them with `room.list` from this cursor. */
    more: z.string().optional(),
  }),
  z.object({
    type: z.literal("done"),
    id: clientId,
    result: z.unknown(),
    /** Where the change stands in the room's log. */
    room: id.optional(),
    seq: position.optional(),
  }),
  z.object({ type: z.literal("failed"), id: clientId, error: frameError }),
  z.object({ type: z.literal("event"), room: id, seq: position, event: roomEvent }),
  z.object({
    type: z.literal("events"),
    room: id,
    from: position,
    to: position,
    events: z.array(roomEvent),
  }),
  z.object({ type: z.literal("user_event"), seq: position, event: userEvent }),
  /** Rooms not heard in full: their heads and the caller's counts, at most once a second. */
  z.object({
    type: z.literal("bump"),
    rooms: z.array(
      z.object({
        room: id,
        head: position,
        unread: z.int(),
        mentions: z.int(),
        last_message_at: time.nullable(),
        /** Perhaps later than `head`. */
        last_message: lastMessage.nullable(),
      }),
    ),
  }),
  z.object({ type: z.literal("gap"), room: id, head: position, reason: gapReason }),
  /** The private log has events after `head` that were not sent: fetch them with `user.events`. */
  z.object({ type: z.literal("user_gap"), head: position }),
  z.object({ type: z.literal("signal"), signal: serverSignal }),
  z.object({
    type: z.literal("pong"),
    n: z.number(),
    now: time,
    /** Heads of rooms heard in full that moved since the last pong: one ahead of the client's position is a hole. */
    heads: z.record(roomKey, position).optional(),
    user_seq: position,
  }),
  /** The server stops in this many seconds: reconnect within them, at a moment of the client's choice. */
  z.object({ type: z.literal("drain"), in: z.number() }),
  z.object({ type: z.literal("bye"), code: z.number(), message: z.string() }),
  /** A frame that could not be read, or that needs no `do` and failed; the socket stays open. */
  z.object({ type: z.literal("error"), error: frameError }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;
