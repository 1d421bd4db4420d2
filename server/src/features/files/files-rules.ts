import { ChatError } from "@parley/protocol/errors";
import type { File } from "@parley/protocol/files";
import { unknownType } from "../../platform/file-types.ts";
import type { FileRow } from "./files-rows.ts";

/** What browsers show without running anything in it; whatever is not here is only saved. */
const shown: ReadonlySet<string> = new Set([
  ...["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"],
  ...["audio/wav", "audio/mp4", "audio/ogg", "audio/flac", "audio/mpeg", "video/mp4", "video/webm"],
]);

/** A file on the wire: what does not apply is left out. */
export function toFile(row: FileRow): File {
  const { id, name, type, size, width, height, alt, transcript_state: state, transcript: text } = row;
  return {
    ...{ id, name, type: type ?? unknownType, size },
    ...(width !== null && height !== null && { width, height }),
    ...(alt !== "" && { alt }),
    ...(state !== null && {
      transcript: { state: state as "waiting" | "done" | "failed", ...(text !== "" && { text }) },
    }),
  };
}

/** What a message is called that carries these: by what all of them are, or else a file. */
export function messageTypeOf(
  types: readonly (string | null)[],
): "text" | "image" | "audio" | "video" | "file" {
  if (types.length === 0) return "text";
  const kinds = new Set(types.map((type) => type?.split("/")[0]));
  const [kind] = kinds;
  const isOne = kinds.size === 1 && (kind === "image" || kind === "audio" || kind === "video");
  return isOne ? kind : "file";
}

/** FILE-10. How a browser is told to treat a file. */
export function servedAs(type: string | null): { type: string; isShown: boolean } {
  return type !== null && shown.has(type) ? { type, isShown: true } : { type: unknownType, isShown: false };
}

export function noSuchFile(): ChatError {
  return new ChatError("not_found", "there is no such file, or you are not in its room");
}
