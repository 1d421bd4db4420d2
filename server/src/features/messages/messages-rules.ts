import type { Checked } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import { isoTime } from "../../platform/clock.ts";
import { fromBody } from "../../schema/bodies.ts";
import { shownExtra, type Tally } from "../extras/extras.ts";
import { type FileRow, toFile } from "../files/files.ts";
import { type PreviewRow, toPreview } from "../links/links.ts";
import type { MessageRow, ReactionRow } from "./messages-rows.ts";

/** Ids in order, each once; null for none. */
export function mentionList(ids: readonly number[] | undefined): number[] | null {
  if (!ids || ids.length === 0) return null;
  return [...new Set(ids)].sort((one, other) => one - other);
}

/** MSG-1. A message says something, or carries something. */
export function requireContent(text: string, files: number): void {
  if (text !== "" || files > 0) return;
  throw new ChatError("invalid", "a message without files has a text", {
    fields: [{ path: ["text"], message: "must not be empty" }],
  });
}

/** THREAD-11. What stands in a thread alone answers something, and is not for everyone. */
export function requireThread(input: {
  in_thread?: boolean | undefined;
  reply_to?: number | undefined;
  mention_all?: boolean | undefined;
}): void {
  if (!input.in_thread || (input.reply_to !== undefined && !input.mention_all)) return;
  const message =
    input.reply_to === undefined ? "needs a message that is answered" : "cannot mention everyone";
  throw new ChatError("invalid", `what is said in a thread alone ${message}`, {
    fields: [{ path: ["in_thread"], message }],
  });
}

/** MSG-1, POLL-1, CARD-1. A message is words and files, or one thing that it tells of in words. */
export function requireOneThing({ text, files = [], ...input }: Checked<"message.send">): void {
  const held = (["poll", "location", "contact", "sticker"] as const).filter(
    (each) => input[each] !== undefined,
  );
  const [first, another] = held;
  if (first === undefined) return requireContent(text, files.length);
  if (text === "" && files.length === 0 && another === undefined) return;
  throw new ChatError("invalid", "a poll, a place, a contact or a sticker is a message of its own", {
    fields: [{ path: [another ?? first], message: "must stand alone" }],
  });
}

/** EXPIRE-2. When a message that is sent at a moment is deleted: of what is wished and what must be the earliest. */
export function endOf(
  at: number,
  wished: { own: number | undefined; room: number | null; most: number | null; until: number | null },
): number | null {
  const seconds = [wished.own, wished.room, wished.most].filter(
    (each) => each !== undefined && each !== null,
  );
  const ends = [
    ...seconds.map((each) => at + each * 1_000),
    ...(wished.until === null ? [] : [wished.until]),
  ];
  return ends.length > 0 ? Math.min(...ends) : null;
}

export function noSuchMessage(): ChatError {
  return new ChatError("not_found", "there is no such message, or you are not in its room");
}

/** What stands in other tables than the message. */
interface Beside {
  reactions?: readonly ReactionRow[];
  files?: readonly FileRow[];
  previews?: readonly PreviewRow[];
  tally?: Tally | undefined;
}

/** A message on the wire: what does not apply is left out. */
export function toMessage(
  row: MessageRow,
  { reactions = [], files = [], previews = [], tally }: Beside = {},
): Message {
  const message: Message = {
    id: row.id,
    room: row.room_id,
    seq: row.seq,
    ordinal: row.ordinal,
    sender: row.sender_id,
    client_id: row.client_id,
    type: row.type as Message["type"],
    text: row.deleted_at === null ? fromBody(row.body) : "",
    version: row.version,
    created_at: isoTime(row.created_at),
  };
  if (row.reply_to !== null) message.reply_to = row.reply_to;
  if (row.in_thread === 1) message.in_thread = true;
  if (row.replied_seq !== null) {
    message.reply_count = row.reply_count;
    message.replied_seq = row.replied_seq;
  }
  if (row.replied_at !== null) message.replied_at = isoTime(row.replied_at);
  if (row.mentions !== null) message.mentions = JSON.parse(row.mentions);
  if (row.mention_all === 1) message.mention_all = true;
  if (files.length > 0) message.files = files.map(toFile);
  if (previews.length > 0) message.previews = previews.map(toPreview);
  if (row.extra !== null) Object.assign(message, shownExtra(row.extra, tally));
  if (reactions.length > 0) message.reactions = byEmoji(reactions);
  if (row.forwarded_sender !== null && row.forwarded_at !== null) {
    message.forwarded = { sender: row.forwarded_sender, created_at: isoTime(row.forwarded_at) };
  }
  if (row.pinned_at !== null) message.pinned_at = isoTime(row.pinned_at);
  if (row.expires_at !== null) message.expires_at = isoTime(row.expires_at);
  if (row.edited_at !== null) message.edited_at = isoTime(row.edited_at);
  if (row.deleted_at !== null) message.deleted_at = isoTime(row.deleted_at);
  return message;
}

function byEmoji(rows: readonly ReactionRow[]): { emoji: string; users: number[] }[] {
  const grouped = new Map<string, number[]>();
  for (const row of rows) {
    const users = grouped.get(row.emoji);
    if (users) users.push(row.user_id);
    else grouped.set(row.emoji, [row.user_id]);
  }
  return [...grouped].map(([emoji, users]) => ({ emoji, users }));
}
