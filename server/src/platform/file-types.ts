/** Bytes of a file's beginning that its type is told from. */
export const headBytes = 4_096;

export const unknownType = "application/octet-stream";

interface Sign {
  type: string;
  /** Where each of these bytes stands; `null` for any. */
  at: number;
  bytes: readonly number[];
  /** What must stand elsewhere as well. */
  and?: { at: number; text: string };
}

const bytesOf = (text: string) => [...Buffer.from(text, "latin1")];
const sign = (type: string, text: string, at = 0, and?: Sign["and"]): Sign => ({
  ...{ type, at, bytes: bytesOf(text) },
  ...(and && { and }),
});

/** In this order: the first that fits is the type. */
const signs: readonly Sign[] = [
  sign("image/png", "\x89PNG\r\n\x1a\n"),
  sign("image/jpeg", "\xff\xd8\xff"),
  sign("image/gif", "GIF87a"),
  sign("image/gif", "GIF89a"),
  sign("image/webp", "RIFF", 0, { at: 8, text: "WEBP" }),
  sign("audio/wav", "RIFF", 0, { at: 8, text: "WAVE" }),
  sign("image/avif", "ftypavif", 4),
  sign("image/heic", "ftypheic", 4),
  sign("video/quicktime", "ftypqt  ", 4),
  sign("audio/mp4", "ftypM4A ", 4),
  sign("video/mp4", "ftyp", 4),
  sign("video/webm", "\x1a\x45\xdf\xa3"),
  sign("audio/ogg", "OggS"),
  sign("audio/flac", "fLaC"),
  sign("audio/mpeg", "ID3"),
  sign("audio/mpeg", "\xff\xfb"),
  sign("application/pdf", "%PDF-"),
  sign("application/zip", "PK\x03\x04"),
  sign("application/gzip", "\x1f\x8b"),
  sign("application/x-7z-compressed", "7z\xbc\xaf\x27\x1c"),
];

/** Words near the beginning of an archive that say which kind of document it is. */
const documents: readonly (readonly [string, string])[] = [
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/"],
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt/"],
  ["application/vnd.oasis.opendocument.text", "mimetypeapplication/vnd.oasis.opendocument.text"],
  [
    "application/vnd.oasis.opendocument.spreadsheet",
    "mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
  ],
];

/**
 * What a file is, from its first bytes and never from its name. Whatever is not known is `application/octet-stream`;
 * text is text, whether it is a web page, a script or a letter.
 */
export function typeOf(head: Uint8Array): string {
  const found = signs.find((each) => fits(head, each))?.type;
  if (found === "application/zip") return documentIn(head) ?? found;
  // WebM is a kind of Matroska, which few browsers play.
  if (found === "video/webm" && !latin1(head).includes("webm")) return "video/x-matroska";
  return found ?? (isText(head) ? "text/plain" : unknownType);
}

function fits(head: Uint8Array, { at, bytes, and }: Sign): boolean {
  if (!bytes.every((byte, index) => head[at + index] === byte)) return false;
  return !and || bytesOf(and.text).every((byte, index) => head[and.at + index] === byte);
}

function documentIn(head: Uint8Array): string | undefined {
  const text = latin1(head);
  return documents.find(([, word]) => text.includes(word))?.[0];
}

function latin1(head: Uint8Array): string {
  return Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1");
}

/** UTF-8 without control characters, but for a character that the end of the head cuts in two. */
function isText(head: Uint8Array): boolean {
  for (const byte of head) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c) return false;
  }
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
