import { ChatError } from "@parley/protocol/errors";
import type { RoomEvent } from "@parley/protocol/events";
import type { Message } from "@parley/protocol/messages";
import type { Context } from "../../../context.ts";
import { messagesFor } from "../../../features/messages/messages.ts";
import { onceFor } from "../frames.ts";
import { usernameOf } from "../people.ts";
import type { Frame } from "./frames.ts";
import { toMessage, toReactions, toSent, type Viewer } from "./presenting.ts";

/** What is told of an event in a room; null for what has no frame. */
export async function frameOf(viewer: Viewer, room_id: number, event: RoomEvent): Promise<Frame | null> {
  switch (event.kind) {
    case "message.sent":
      return sent(viewer, event.message);
    case "message.edited":
      return edited(viewer, event.message);
    case "message.deleted":
      return { type: "message_deleted", data: { room_id, message_id: event.message.id } };
    case "message.previewed":
    case "message.transcribed":
      return null;
    default:
      return sameForAll(event, { room_id, context: viewer.context });
  }
}

async function sent(viewer: Viewer, message: Message): Promise<Frame | null> {
  if (message.deleted_at !== undefined) return null;
  // Addresses of files are each reader's own.
  if (!message.files) return sentToAll(message, viewer);
  return { type: "new_message", data: await toSent(viewer, message) };
}

const sentToAll = onceFor(
  async (message: Message, viewer: Viewer): Promise<Frame> => ({
    type: "new_message",
    data: await toSent(viewer, message),
  }),
);

async function edited(viewer: Viewer, message: Message): Promise<Frame | null> {
  // Deleted since: what is told next says so.
  if (message.deleted_at !== undefined) return null;
  const shown = await toMessage(viewer, message).catch((error) => {
    // Taken out of the room since; this was still theirs to hear.
    if (error instanceof ChatError) return toSent(viewer, message);
    throw error;
  });
  return { type: "message_edited", data: shown };
}

const sameForAll = onceFor(
  async (
    event: Exclude<RoomEvent, { kind: `message.${string}` }>,
    { room_id, context }: { room_id: number; context: Context },
  ): Promise<Frame | null> => {
    switch (event.kind) {
      case "reaction.set": {
        const message = (await messagesFor(context.database, [event.message])).get(event.message);
        if (!message) return null;
        const reactions = toReactions(message);
        return { type: "reaction_update", data: { room_id, message_id: message.id, reactions } };
      }
      case "pin.set": {
        const { message: message_id, by: user_id, on: is_pinned } = event;
        return { type: "message_pinned", data: { room_id, message_id, user_id, is_pinned } };
      }
      case "member.joined": {
        const { user: user_id, role, by: added_by } = event;
        const username = await usernameOf(context, user_id);
        return { type: "member_added", data: { room_id, user_id, username, role, added_by } };
      }
      case "member.left":
        return { type: "member_removed", data: { room_id, user_id: event.user, removed_by: event.by } };
      default:
        return null;
    }
  },
);
