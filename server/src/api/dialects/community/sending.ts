import type { Input } from "@parley/protocol/contract";
import { clientId } from "@parley/protocol/fields";
import { limits } from "@parley/protocol/limits";
import { z } from "zod";
import { isoTime } from "../../../platform/clock.ts";
import { BadInput } from "../failures.ts";
import { deleteAfter, id } from "../fields.ts";
import { moment, timeOf } from "./moments.ts";

/** A message as a client sends it, over HTTP or a socket. */
export const newMessage = z.object({
  /** May be left out where there is a file. */
  content: z.string().max(limits.messageText).default(""),
  /** What a message is, is told from its file; a type other than text needs one. */
  message_type: z.enum(["text", "image", "audio", "video", "file"]).default("text"),
  reply_to_id: id.nullable().optional(),
  /** Of an upload that no message has taken yet. */
  file_id: id.nullable().optional(),
  /** Sent then, as if it were sent at that moment; within a year, and without a file. */
  scheduled_at: moment.nullable().optional(),
  /** Seconds from its sending on. */
  auto_delete_after: deleteAfter.nullable().optional(),
  /** The sender's own name for it: a repeat is the first message. */
  client_id: clientId.optional(),
});

/** Names of the operation's fields here. */
export const names = {
  ...{ text: "content", files: "file_id", reply_to: "reply_to_id", room: "room_id" },
  ...{ send_at: "scheduled_at", delete_after: "auto_delete_after" },
};

type Given = z.output<typeof newMessage>;

export function toSending(room: number, given: Given): Input<"message.send"> {
  const { content: text, message_type, reply_to_id: reply_to, file_id: upload, client_id } = given;
  const { auto_delete_after: delete_after } = given;
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
    ...(delete_after && { delete_after }),
  };
}

/** Undefined where it is to be sent at once. */
export function toScheduling(room: number, given: Given): Input<"scheduled.create"> | undefined {
  if (!given.scheduled_at) return undefined;
  const send_at = isoTime(timeOf(given.scheduled_at));
  const { files, ...sending } = toSending(room, given);
  if (!files) return { ...sending, text: given.content, send_at };
  throw new BadInput([
    { loc: ["body", "file_id"], msg: "what has a file is sent at once", type: "value_error" },
  ]);
}
