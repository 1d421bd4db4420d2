import { promisify } from "node:util";
import { crc32, deflate, inflate } from "node:zlib";

/*
 * As much of PNG (ISO/IEC 15948) as it takes to cut a piece out of a picture: what our own encoder writes is read,
 * eight bits a channel, red, green, blue and alpha, not interlaced.
 */

const signature = Buffer.from("89504e470d0a1a0a", "hex");
const channels = 4;
const inflated = promisify(inflate);
const deflated = promisify<Uint8Array, { level: number }, Buffer>(deflate);

export interface Pixels {
  width: number;
  height: number;
  /** Row by row, four bytes a pixel. */
  bytes: Uint8Array;
}

interface Chunk {
  type: string;
  data: Uint8Array;
}

export function isPng(bytes: Uint8Array): boolean {
  return signature.equals(bytes.subarray(0, signature.length));
}

function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = signature.length; at + 12 <= view.length; ) {
    const end = at + 8 + view.readUInt32BE(at);
    if (end + 4 > view.length) return;
    yield { type: view.toString("latin1", at + 4, at + 8), data: view.subarray(at + 8, end) };
    at = end + 4;
  }
}

function writeChunk({ type, data }: Chunk): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

/** What a picture needs to be drawn. */
const drawn: ReadonlySet<string> = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

/**
 * The picture without anything beside it: a colour profile or a text of a few bytes may unpack to hundreds of
 * megabytes.
 */
export function onlyDrawn(png: Uint8Array): Uint8Array {
  const kept = [...chunksOf(png)].filter(({ type }) => drawn.has(type));
  return Buffer.concat([signature, ...kept.map(writeChunk)]);
}

export async function readPng(png: Uint8Array): Promise<Pixels> {
  const chunks = [...chunksOf(png)];
  const header = Buffer.from(chunks.find(({ type }) => type === "IHDR")?.data ?? []);
  if (header.length !== 13 || header.readUInt32BE(8) !== 0x08_06_00_00 || header[12] !== 0) {
    throw new Error("this is not a PNG of the kind that is read here");
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const packed = chunks.flatMap(({ type, data }) => (type === "IDAT" ? [data] : []));
  const lines = await inflated(Buffer.concat(packed), { maxOutputLength: (width * channels + 1) * height });
  return { width, height, bytes: unfiltered(lines, width * channels, height) };
}

/** Each line begins with the number of the filter by which it was written (section 9 of the standard). */
function unfiltered(lines: Uint8Array, length: number, height: number): Uint8Array {
  if (lines.length !== (length + 1) * height) throw new Error("a PNG has not as many lines as it says");
  const bytes = new Uint8Array(length * height);
  for (let row = 0; row < height; row++) {
    const from = row * (length + 1);
    const filter = lines[from] as number;
    const to = row * length;
    for (let index = 0; index < length; index++) {
      const left = index >= channels ? (bytes[to + index - channels] as number) : 0;
      const above = row > 0 ? (bytes[to + index - length] as number) : 0;
      const corner = row > 0 && index >= channels ? (bytes[to + index - length - channels] as number) : 0;
      bytes[to + index] = (lines[from + 1 + index] as number) + predicted(filter, left, above, corner);
    }
  }
  return bytes;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return paeth(left, above, corner);
    default:
      throw new Error(`a PNG has no filter ${filter}`);
  }
}

function paeth(left: number, above: number, corner: number): number {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

export async function writePng({ width, height, bytes }: Pixels): Promise<Uint8Array> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt32BE(0x08_06_00_00, 8);
  const length = width * channels;
  const lines = new Uint8Array((length + 1) * height);
  for (let row = 0; row < height; row++) {
    lines.set(bytes.subarray(row * length, (row + 1) * length), row * (length + 1) + 1);
  }
  const packed = await deflated(lines, { level: 1 });
  const chunks = [
    { type: "IHDR", data: header },
    { type: "IDAT", data: packed },
    { type: "IEND", data: new Uint8Array() },
  ];
  return Buffer.concat([signature, ...chunks.map(writeChunk)]);
}

/** A piece of a picture. */
export function cut(
  { width, bytes }: Pixels,
  piece: { left: number; top: number; width: number; height: number },
): Pixels {
  const length = piece.width * channels;
  const cutOut = new Uint8Array(length * piece.height);
  for (let row = 0; row < piece.height; row++) {
    const from = ((piece.top + row) * width + piece.left) * channels;
    cutOut.set(bytes.subarray(from, from + length), row * length);
  }
  return { width: piece.width, height: piece.height, bytes: cutOut };
}
