import type { Message } from "@parley/protocol/messages";
import { z } from "zod";
import type { Context } from "../../context.ts";
import { id, time } from "./fields.ts";
import { usernamesOf } from "./people.ts";

/** What was said in a room, on its socket and in its history. */
export const saidFields = {
  id,
  content: z.string(),
  username: z.string(),
  user_id: id,
  timestamp: time,
  room_id: id,
};

/** A message in a room's history. Once deleted its content is empty. */
export const roomMessage = z.object({ ...saidFields, is_edited: z.boolean(), is_deleted: z.boolean() });

export function toSaid(said: Message, username: string): z.input<z.ZodObject<typeof saidFields>> {
  return {
    id: said.id,
    content: said.text,
    username,
    user_id: said.sender,
    timestamp: said.created_at,
    room_id: said.room,
  };
}

export async function toRoomMessages(
  context: Context,
  messages: readonly Message[],
): Promise<z.input<typeof roomMessage>[]> {
  const names = await usernamesOf(
    context,
    messages.map(({ sender }) => sender),
  );
  return messages.map((each) => ({
    ...toSaid(each, names.get(each.sender) ?? ""),
    is_edited: each.edited_at !== undefined,
    is_deleted: each.deleted_at !== undefined,
  }));
}
