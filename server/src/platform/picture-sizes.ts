/** Reads bytes at a place; fewer at the end. */
export type ReadAt = (from: number, length: number) => Promise<Uint8Array>;

export interface PictureSize {
  width: number;
  height: number;
}

/** Segments of a JPEG that are passed before its size is given up. */
const mostSegments = 200;
/** Bytes of a segment in which the orientation is looked for. */
const mostExif = 64 * 1_024;

/**
 * How large a picture is when it is shown upright, from its header alone: nothing is unpacked. Null where the header
 * does not say.
 */
export async function pictureSize(type: string, read: ReadAt): Promise<PictureSize | null> {
  const size = await (readers[type]?.(read) ?? null);
  return size && size.width > 0 && size.height > 0 ? size : null;
}

const readers: Record<string, (read: ReadAt) => Promise<PictureSize | null>> = {
  "image/png": pngSize,
  "image/gif": gifSize,
  "image/webp": webpSize,
  "image/jpeg": jpegSize,
};

async function viewOf(read: ReadAt, from: number, length: number): Promise<DataView | null> {
  const bytes = await read(from, length);
  return bytes.length < length ? null : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function pngSize(read: ReadAt): Promise<PictureSize | null> {
  const head = await viewOf(read, 8, 16);
  if (head?.getUint32(4) !== 0x49484452) return null;
  return { width: head.getUint32(8), height: head.getUint32(12) };
}

async function gifSize(read: ReadAt): Promise<PictureSize | null> {
  const head = await viewOf(read, 6, 4);
  return head && { width: head.getUint16(0, true), height: head.getUint16(2, true) };
}

/** RFC 9649: a simple picture, a lossless one, or one with a header of its own. */
async function webpSize(read: ReadAt): Promise<PictureSize | null> {
  const head = await viewOf(read, 12, 18);
  if (!head) return null;
  const kind = head.getUint32(0);
  if (kind === 0x56503820) {
    return { width: head.getUint16(14, true) & 0x3fff, height: head.getUint16(16, true) & 0x3fff };
  }
  if (kind === 0x5650384c) {
    const bits = head.getUint32(9, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind !== 0x56503858) return null;
  const threeBytes = (at: number) => head.getUint16(at, true) + (head.getUint8(at + 2) << 16);
  return { width: threeBytes(12) + 1, height: threeBytes(15) + 1 };
}

/** The frame header says the size, and an EXIF segment before it how the picture is to be turned. */
async function jpegSize(read: ReadAt): Promise<PictureSize | null> {
  let isTurned = false;
  let at = 2;
  for (let passed = 0; passed < mostSegments; passed++) {
    const head = await viewOf(read, at, 4);
    if (head?.getUint8(0) !== 0xff) return null;
    const marker = head.getUint8(1);
    // A byte to fill up with.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = head.getUint16(2);
    if (length < 2) return null;
    if (isFrame(marker)) {
      const frame = await viewOf(read, at + 5, 4);
      if (!frame) return null;
      const [height, width] = [frame.getUint16(0), frame.getUint16(2)];
      return isTurned ? { width: height, height: width } : { width, height };
    }
    // The picture itself: the frame header should have come before.
    if (marker === 0xda || marker === 0xd9) return null;
    if (marker === 0xe1) isTurned ||= liesOnItsSide(await read(at + 4, Math.min(length - 2, mostExif)));
    at += 2 + length;
  }
  return null;
}

/** SOF0 to SOF15, without the three that are something else. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Whether the EXIF orientation (tag 0x0112 of the first directory) is 5 to 8. */
function liesOnItsSide(bytes: Uint8Array): boolean {
  const exif = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = 6;
  if (exif.byteLength < header + 8 || exif.getUint32(0) !== 0x45786966) return false;
  const isLittle = exif.getUint16(header) === 0x4949;
  const directory = header + exif.getUint32(header + 4, isLittle);
  if (directory + 2 > exif.byteLength) return false;
  const entries = exif.getUint16(directory, isLittle);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > exif.byteLength) return false;
    if (exif.getUint16(entry, isLittle) !== 0x0112) continue;
    const orientation = exif.getUint16(entry + 8, isLittle);
    return orientation >= 5 && orientation <= 8;
  }
  return false;
}
