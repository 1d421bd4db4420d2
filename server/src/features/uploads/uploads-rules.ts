import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";

/** Pixels of either side of a picture, and of all of it, at most: what is shown must be unpacked somewhere. */
const mostSide = 16_384;
export const mostPixels = 50_000_000;

/** What is not seen, what turns the direction of writing, and what would lead out of a folder. */
const unwanted =
  /[\p{Cc}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff/\\]/gu;

/** A name as it is shown and saved: one line that imitates nothing. */
export function cleanName(name: string): string {
  const clean = name.replace(unwanted, "_").trim();
  if (clean.length <= limits.fileName) return clean || "file";
  // Its end says what it is for those who look at names.
  const end = /\.[^.]{1,16}$/.exec(clean)?.[0] ?? "";
  return wellFormed(clean.slice(0, limits.fileName - end.length)) + end;
}

function wellFormed(start: string): string {
  return start.isWellFormed() ? start : start.slice(0, -1);
}

/** A picture that would fill the memory of whoever looks at it is refused by its header. */
export function requireSaneSize({ width, height }: { width: number; height: number }): void {
  if (width <= mostSide && height <= mostSide && width * height <= mostPixels) return;
  throw new ChatError(
    "too_large",
    `a picture has at most ${mostPixels / 1_000_000} million pixels, and ${mostSide} a side`,
  );
}

export function noSuchUpload(): ChatError {
  return new ChatError("not_found", "there is no such upload, or a message has taken it");
}

export function personFull(): ChatError {
  return new ChatError("full", "your share of the storage is used up: delete files that nobody needs");
}

export function serverFull(): ChatError {
  return new ChatError("full", "the storage of this server is used up: tell whoever runs it");
}

/** Twice the pixels that a picture takes in a room: screens have two for one. */
export const smallBox = { width: 760, height: 600 };
/** Bytes of a picture up to which it is not worth another one, and from which on it is not unpacked here. */
const smallFrom = 100_000;
const smallUpTo = 32 * 2 ** 20;

/** FILE-12. Kinds that may move, and WebP, which is small by itself, are shown as they are. */
export function needsSmall({ type, size }: { type: string; size: number }): boolean {
  return (type === "image/jpeg" || type === "image/png") && size > smallFrom && size <= smallUpTo;
}

/** Where the small picture is kept that goes with an upload's bytes. */
export function smallKey(key: string): string {
  return `${key}-small`;
}

/** The upload to which a kept file belongs. */
export function keyOf(name: string): string {
  return name.replace(/^(.{32})-small$/, "$1");
}
