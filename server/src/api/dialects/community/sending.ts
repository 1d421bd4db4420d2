import type { Input } from "@parley/protocol/contract";
import { clientId } from "@parley/protocol/fields";
import { limits } from "@parley/protocol/limits";
import { z } from "zod";
import { BadInput } from "../failures.ts";
import { id } from "../fields.ts";

/** A message as a client sends it, over HTTP or a socket. */
export const newMessage = z.object({
  /** May be left out where there is a file. */
  content: z.string().max(limits.messageText).default(""),
  /** What a message is, is told from its file; a type other than text needs one. */
  message_type: z.enum(["text", "image", "audio", "video", "file"]).default("text"),
  reply_to_id: id.nullable().optional(),
  /** Of an upload that no message has taken yet. */
  file_id: id.nullable().optional(),
  scheduled_at: z.null("scheduled messages are not available on this server yet").optional(),
  auto_delete_after: z
    .null("messages that delete themselves are not available on this server yet")
    .optional(),
  /** The sender's own name for it: a repeat is the first message. */
  client_id: clientId.optional(),
});

/** Names of the operation's fields here. */
export const names = { text: "content", files: "file_id", reply_to: "reply_to_id", room: "room_id" };

export function toSending(room: number, given: z.output<typeof newMessage>): Input<"message.send"> {
  const { content: text, message_type, reply_to_id: reply_to, file_id: upload, client_id } = given;
  if (message_type !== "text" && !upload) {
    throw new BadInput([
      { loc: ["body", "file_id"], msg: "is required for a message of this type", type: "missing" },
    ]);
  }
  return {
    ...{ room, text },
    ...(reply_to && { reply_to }),
    ...(upload && { files: [{ upload }] }),
    ...(client_id !== undefined && { client_id }),
  };
}
