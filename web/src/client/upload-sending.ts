import { ChatError } from "@parley/protocol/errors";
import type { Environment } from "./environment.ts";
import type { Tus } from "./tus.ts";
import type { UploadEntry } from "./uploads-storage.ts";

export interface Sending {
  entry: UploadEntry;
  bytes: Blob;
  signal: AbortSignal;
  environment: Pick<Environment, "now">;
  tus: Pick<Tus, "begin" | "offset" | "append">;
  /** The server knows it under this id from now on. */
  begun: (upload: number) => Promise<void>;
  /** So many bytes are there now. */
  came: (offset: number) => void;
}

/** Bytes of a piece: the first, at least and at most. What is told of a file's way is as fine as its pieces. */
const piece = { first: 512 * 1024, least: 128 * 1024, most: 8 * 1024 * 1024 };
/** Milliseconds: a piece that takes longer is halved the next time, one that takes less is doubled. */
const pace = { long: 4_000, short: 1_000 };

/** UPLOAD-2. From where the server has it, piece by piece; the answer is its id. */
export async function sendUp(sending: Sending): Promise<number> {
  const { bytes, signal, environment, tus, came } = sending;
  const { upload, offset } = await place(sending);
  let size = piece.first;
  for (let at = offset; at < bytes.size; ) {
    const begun = environment.now();
    at = await tus.append(upload, at, bytes.slice(at, at + size), signal);
    came(at);
    const took = environment.now() - begun;
    if (took > pace.long) size = Math.max(piece.least, size / 2);
    else if (took < pace.short) size = Math.min(piece.most, size * 2);
  }
  return upload;
}

async function place({ entry, signal, tus, begun }: Sending): Promise<{ upload: number; offset: number }> {
  if (entry.upload !== undefined) {
    const offset = await tus.offset(entry.upload, signal).catch(asGone);
    if (offset !== null) return { upload: entry.upload, offset };
  }
  const upload = await tus.begin(entry, signal);
  await begun(upload);
  return { upload, offset: 0 };
}

/** Null where the server does not know it any more. */
function asGone(error: unknown): null {
  if (error instanceof ChatError && error.code === "not_found") return null;
  throw error;
}
