import { describe, expect, test } from "bun:test";
import { plainJpeg } from "./plain-jpeg.ts";

/** A picture of which no two corners are alike, as a BMP. */
function drawn(width = 60, height = 40): Uint8Array {
  const bytes = Buffer.alloc(54 + width * height * 3);
  bytes.write("BM", 0, "latin1");
  for (const [at, value] of Object.entries({ 2: bytes.length, 10: 54, 14: 40, 18: width, 22: height })) {
    bytes.writeUInt32LE(value, Number(at));
  }
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let at = 54; at < bytes.length; at++) bytes[at] = ((at - 54) * 5) >> 5;
  return bytes;
}

const jpeg = async () => new Uint8Array(await new Bun.Image(drawn()).jpeg({ quality: 90 }).bytes());
/** What is seen, upright. */
const seen = async (bytes: Uint8Array) => Buffer.from(await new Bun.Image(bytes).png().bytes());

/** Turned by its EXIF orientation, and with a place in it. */
function withExif(bytes: Uint8Array, orientation: number): Uint8Array {
  const directory = Buffer.from("4d4d002a00000008000101120003000000010000000000000000", "hex");
  directory[19] = orientation;
  return written(bytes, [segment(0xe1, `Exif\u0000\u0000${directory.toString("latin1")}GPS 46.9480 N`)]);
}

function segment(marker: number, words: string): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(words.length + 2, 2);
  return Buffer.concat([head, Buffer.from(words, "latin1")]);
}

/** With these segments after its beginning, and something behind its end. */
function written(bytes: Uint8Array, segments: readonly Buffer[], behind = ""): Uint8Array {
  return Buffer.concat([bytes.subarray(0, 2), ...segments, bytes.subarray(2), Buffer.from(behind)]);
}

describe("a photograph", () => {
  test("UI-207 keeps its pixels and stands as it stood, without place, words or what is behind it", async () => {
    const plain = await jpeg();
    const upright = await seen(plain);
    const notes = [
      segment(0xe1, "http://ns.adobe.com/xap/1.0/ SECRET"),
      segment(0xed, "SECRET"),
      segment(0xfe, "SECRET"),
    ];
    const list = segment(0xe2, "MPF\u0000SECRET");
    for (const orientation of [1, 3, 6, 8]) {
      const full = withExif(written(plain, [...notes, list], "a film with a SECRET"), orientation);
      expect(Buffer.from(full).includes("GPS")).toBe(true);
      const stripped = plainJpeg(full);
      if (!stripped) throw new Error("it was not followed to its end");
      for (const word of ["GPS", "SECRET"]) expect(Buffer.from(stripped).includes(word)).toBe(false);
      expect((await seen(stripped)).equals(await seen(full))).toBe(true);
      expect((await seen(stripped)).equals(upright)).toBe(orientation === 1);
    }
  });

  test("UI-207 keeps its profile of colours; one without notes is the same", async () => {
    const plain = await jpeg();
    const once = plainJpeg(plain);
    if (!once) throw new Error("it was not followed to its end");
    expect(Buffer.from(plainJpeg(once) ?? []).equals(Buffer.from(once))).toBe(true);
    const profile = written(plain, [segment(0xe2, "ICC_PROFILE\u0000\u0001\u0001colours")]);
    expect(Buffer.from(plainJpeg(profile) ?? []).includes("ICC_PROFILE")).toBe(true);
  });

  test("UI-207 what is cut off at any place, or is no JPEG, is left alone", async () => {
    const bytes = withExif(await jpeg(), 6);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(plainJpeg(bytes.slice(0, length))).toBeNull();
    }
    expect(plainJpeg(drawn(3, 2))).toBeNull();
    expect(plainJpeg(new Uint8Array(100_000).fill(0xff))).toBeNull();
  });
});
