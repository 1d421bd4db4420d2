import type { Input, Output } from "@parley/protocol/contract";
import type { ErrorCode } from "@parley/protocol/errors";
import type { LiveSocket } from "./socket.ts";
import type { UploadEntry } from "./uploads-storage.ts";

/**
 * `queued` → `sent` → `acked` → gone, once its event is applied. `failed`: the server refused it for good, or it is
 * so old that the person is asked first; it stays until it is tried again or discarded.
 */
export type OutboxEntryState = "queued" | "sent" | "acked" | "failed";

export type Draft = Omit<Input<"message.send">, "client_id" | "files" | "text"> & {
  text: string;
  /** Its files, by their keys among the person's uploads. */
  attachments?: string[];
};

/** What a message holds beside words and files. */
export type Held = Pick<Draft, "poll" | "location" | "contact" | "sticker">;

/** A message on its way. Plain data: it outlives the page. */
export interface OutboxEntry extends Draft {
  client_id: string;
  /** Who sends it: another person on this device neither sees nor sends it. */
  user: number;
  /** Its place among this person's entries. */
  order: number;
  /** Milliseconds since 1970. */
  created_at: number;
  state: OutboxEntryState;
  error?: { code: ErrorCode; message: string };
  /** Where the server put it, and in which history. */
  acked?: { epoch: string; seq: number };
}

export interface OutboxStorage {
  /** All entries of a person, in no order. */
  all(user: number): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(clientId: string): Promise<void>;
  clear(user: number): Promise<void>;
}

/** Sends an entry once; the answer says at which event of its room the message stands. */
export async function sendEntry(
  socket: Pick<LiveSocket, "do">,
  entry: OutboxEntry,
  files: readonly UploadEntry[] = [],
): Promise<{ seq: number }> {
  const { result } = await socket.do("message.send", toMessageInput(entry, files), entry.client_id);
  return { seq: (result as Output<"message.send">).seq };
}

function toMessageInput(entry: OutboxEntry, files: readonly UploadEntry[]): Input<"message.send"> {
  const { client_id, room, text, reply_to, in_thread, mentions, mention_all, delete_after } = entry;
  const { poll, location, contact, sticker } = entry;
  return {
    client_id,
    room,
    text,
    ...(reply_to !== undefined && { reply_to }),
    ...(in_thread && { in_thread }),
    ...(mentions && { mentions }),
    ...(mention_all !== undefined && { mention_all }),
    ...(delete_after !== undefined && { delete_after }),
    ...(poll && { poll }),
    ...(location && { location }),
    ...(contact && { contact }),
    ...(sticker !== undefined && { sticker }),
    ...(files.length > 0 && { files: files.map(toAttachment) }),
  };
}

function toAttachment({ upload = 0, name, alt }: UploadEntry) {
  return { upload, name, ...(alt !== "" && { alt }) };
}
