import { memberRole } from "@parley/protocol/rooms";
import { z } from "zod";
import { id, time } from "../fields.ts";
import { newMessage } from "./sending.ts";
import { message, reactions } from "./shapes.ts";

const frame = <Name extends string, Data extends z.ZodType>(type: Name, data: Data) =>
  z.object({ type: z.literal(type), data });

const ofRoom = z.object({ room_id: id });

/** What a client says. */
export const clientFrame = z.discriminatedUnion("type", [
  /** Hear a room from here on; one that is not joined is not heard. */
  frame("join_room", ofRoom),
  frame("leave_room", ofRoom),
  frame("typing", ofRoom.extend({ is_typing: z.boolean() })),
  frame("send_message", newMessage.extend({ room_id: id })),
  frame("mark_read", ofRoom.extend({ message_id: id })),
  z.object({ type: z.literal("ping"), data: z.object({}).optional() }),
]);
export type ClientFrame = z.output<typeof clientFrame>;

/** What a client hears. */
export const serverFrame = z.discriminatedUnion("type", [
  /** Everything that happens in the room follows; `online_users` are those of its first 200 people who are here. */
  frame("joined_room", ofRoom.extend({ online_users: z.array(id) })),
  /** Nothing more of this room follows. */
  frame("left_room", ofRoom.extend({ reason: z.enum(["left", "removed", "deleted"]) })),
  /** With the sender's own `client_id`, for the sender alone. */
  frame("new_message", message.extend({ client_id: z.string().optional() })),
  /** The answer to `send_message`, also to a repeat. */
  frame("message_sent", ofRoom.extend({ message_id: id, client_id: z.string().nullable() })),
  /** The answer to `send_message` with a `scheduled_at`. */
  frame(
    "message_scheduled",
    ofRoom.extend({ scheduled_id: id, scheduled_at: time, client_id: z.string().nullable() }),
  ),
  frame("message_edited", message),
  frame("message_deleted", ofRoom.extend({ message_id: id })),
  /** All the reactions that the message has now. */
  frame("reaction_update", ofRoom.extend({ message_id: id, reactions })),
  frame("typing_indicator", ofRoom.extend({ user_id: id, is_typing: z.boolean(), timestamp: time })),
  frame("presence_update", z.object({ user_id: id, is_online: z.boolean(), last_seen: time.nullable() })),
  /** This person has read the room up to this message. */
  frame("read_receipt", ofRoom.extend({ user_id: id, message_id: id })),
  frame("message_pinned", ofRoom.extend({ message_id: id, user_id: id, is_pinned: z.boolean() })),
  frame("member_added", ofRoom.extend({ user_id: id, username: z.string(), role: memberRole, added_by: id })),
  frame("member_removed", ofRoom.extend({ user_id: id, removed_by: id })),
  frame("pong", z.object({})),
  /** `client_id` of a `send_message` that failed. */
  frame("error", z.object({ detail: z.string(), client_id: z.string().optional() })),
]);
export type Frame = z.input<typeof serverFrame>;
