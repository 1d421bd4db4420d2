/** Segments that say how the pixels are to be shown: the header, the profile of colours, Adobe's way of storing them. */
const kept: ReadonlySet<number> = new Set([0xe0, 0xe2, 0xee]);
const [exif, comment, scan, end] = [0xe1, 0xfe, 0xda, 0xd9];

/**
 * A JPEG without what cameras and programs write into it: place, time, device, names, a smaller picture, a film behind
 * it. Its pixels stay as they are, and it stands as it stood. Null where it is no JPEG that can be followed to its end.
 */
export function plainJpeg(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null;
  const parts: Uint8Array[] = [];
  let orientation = 1;
  for (let at = 2; at + 2 <= bytes.length; ) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff) return null;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === end) return joined(orientation, [...parts, bytes.subarray(at, at + 2)]);
    if (at + 4 > bytes.length) return null;
    const next = at + 2 + view.getUint16(at + 2);
    if (next > bytes.length) return null;
    const segment = bytes.subarray(at, next);
    if (marker === exif) orientation = orientationIn(segment) ?? orientation;
    if (isShown(marker, segment)) parts.push(segment);
    at = next;
    if (marker !== scan) continue;
    at = endOfScan(bytes, next);
    parts.push(bytes.subarray(next, at));
  }
  return null;
}

function isShown(marker: number, segment: Uint8Array): boolean {
  if (marker === comment) return false;
  const isOfPrograms = marker >= 0xe0 && marker <= 0xef;
  // The list of further pictures behind this one bears the same number as the profile.
  const isList = marker === 0xe2 && text(segment, 4, 4) === "MPF\u0000";
  return !isOfPrograms || (kept.has(marker) && !isList);
}

/** In the coded pixels 0xff is followed by 0, or by one of the marks to begin anew at. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

/** Tag 0x0112 of the first directory. */
function orientationIn(segment: Uint8Array): number | null {
  if (text(segment, 4, 4) !== "Exif") return null;
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const header = 10;
  if (segment.length < header + 8) return null;
  const isLittle = view.getUint16(header) === 0x4949;
  const directory = header + view.getUint32(header + 4, isLittle);
  if (directory + 2 > segment.length) return null;
  const count = view.getUint16(directory, isLittle);
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > segment.length) return null;
    if (view.getUint16(entry, isLittle) === 0x0112) return view.getUint16(entry + 8, isLittle);
  }
  return null;
}

function text(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

function joined(orientation: number, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = [new Uint8Array([0xff, 0xd8]), ...upright(orientation), ...parts];
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** How the picture is to be turned, and nothing else. */
function upright(orientation: number): Uint8Array[] {
  if (orientation <= 1 || orientation > 8) return [];
  const head = [0xff, 0xe1, 0, 34, ...[..."Exif"].map((letter) => letter.charCodeAt(0)), 0, 0];
  const directory = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation];
  return [new Uint8Array([...head, ...directory, 0, 0, 0, 0, 0, 0])];
}
