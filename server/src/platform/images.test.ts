import { describe, expect, test } from "bun:test";
import { crc32, deflateSync } from "node:zlib";
import { outcomeOf } from "../testing/failures.ts";
import { blue, type Colour, green, nameOf, picture, pixelsOf, red, withExif } from "../testing/pictures.ts";
import { Images } from "./images.ts";
import { onlyDrawn, readPng, writePng } from "./png.ts";

const options = { side: 256, most: 4_096 };
const square = (bytes: Uint8Array) => new Images().square(bytes, options);

function striped(place: number): Colour {
  if (place < 90) return red;
  return place < 310 ? green : blue;
}

/** Red on the left, blue on the right, green between. */
const wide = () => picture(400, 200, striped);
/** Red above, blue below, green between. */
const high = () => picture(200, 400, (_, y) => striped(y));

async function cornersOf(bytes: Uint8Array): Promise<string[]> {
  const pixels = await pixelsOf(bytes);
  expect([pixels.width, pixels.height]).toEqual([256, 256]);
  return [
    [4, 4],
    [251, 4],
    [4, 251],
    [251, 251],
  ].map(([x = 0, y = 0]) => nameOf(pixels, x, y));
}

/** One pixel as a BMP, which is read but not asked for. */
function bitmap(): Uint8Array {
  const head = "424d3a0000000000000036000000280000000100000001000000010018000000000004000000";
  return Buffer.from(`${head}${"00".repeat(16)}ff000000`, "hex");
}

/** A PNG whose header tells of a size that its data do not have. */
async function claiming(width: number, height: number): Promise<Uint8Array> {
  const bytes = Buffer.from(await picture(2, 2));
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

describe("pictures", () => {
  test("AVATAR-1 of a picture that is no square the middle is kept", async () => {
    expect((await new Bun.Image(await square(await wide())).metadata()).format).toBe("webp");
    expect(await cornersOf(await square(await wide()))).toEqual(["green", "green", "green", "green"]);
    expect(await cornersOf(await square(await high()))).toEqual(["green", "green", "green", "green"]);
    const halves = await picture(300, 300, (x) => (x < 150 ? red : blue));
    expect(await cornersOf(await square(halves))).toEqual(["red", "blue", "red", "blue"]);
  });

  test("AVATAR-1 what is seen through stays so, and the smallest picture is made large", async () => {
    const half = await picture(64, 64, (x) => (x < 32 ? [0, 0, 0, 0] : blue));
    expect(await cornersOf(await square(half))).toEqual(["none", "blue", "none", "blue"]);
    expect(await cornersOf(await square(await picture(1, 1)))).toEqual(["green", "green", "green", "green"]);
  });

  test("AVATAR-1 every kind of picture is read", async () => {
    const original = await wide();
    const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
    const kinds = [
      await new Bun.Image(original).jpeg().bytes(),
      await new Bun.Image(original).webp().bytes(),
      await new Bun.Image(original).png({ palette: true }).bytes(),
      gif,
    ];
    for (const kind of kinds) expect((await pixelsOf(await square(kind))).width).toBe(256);
  });

  test("AVATAR-3 it stands upright, and nothing but its pixels is kept", async () => {
    const upright = await picture(300, 300, (x) => (x < 150 ? red : blue));
    const turned = withExif(await new Bun.Image(upright).jpeg().bytes(), 6);
    expect(Buffer.from(turned).includes("GPS")).toBe(true);
    const kept = Buffer.from(await square(turned));
    expect(await cornersOf(kept)).toEqual(["red", "red", "blue", "blue"]);
    for (const trace of ["GPS", "Exif", "EXIF", "ICCP", "XMP "]) expect(kept.includes(trace)).toBe(false);
  });

  test("AVATAR-3 texts and profiles beside a PNG are not even unpacked", async () => {
    const plain = Buffer.from(await picture(2, 2));
    const packed = deflateSync(Buffer.alloc(80 * 1024 * 1024));
    const data = Buffer.concat([Buffer.from("icc\u0000\u0000", "latin1"), packed]);
    const chunk = Buffer.alloc(12 + data.length);
    chunk.writeUInt32BE(data.length, 0);
    chunk.write("iCCP", 4);
    chunk.set(data, 8);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
    const bomb = Buffer.concat([plain.subarray(0, 33), chunk, plain.subarray(33)]);
    expect(Buffer.from(onlyDrawn(bomb)).equals(plain)).toBe(true);
    expect(await cornersOf(await square(bomb))).toEqual(["green", "green", "green", "green"]);
  });

  test("AVATAR-3 a picture that is too large is refused by what its header says", async () => {
    expect(await outcomeOf(square(await picture(4_096, 256)))).toBe("done");
    for (const [width, height] of [
      [4_097, 300],
      [300, 4_097],
      [60_000, 60_000],
    ] as const) {
      expect(await outcomeOf(square(await claiming(width, height)))).toBe("too_large");
    }
    expect(await outcomeOf(square(await picture(4_096, 255)))).toBe("invalid");
  });

  test("AVATAR-3 what is no picture, or a broken one, is refused", async () => {
    const whole = await new Bun.Image(await wide()).png().bytes();
    const outcomes = [
      Buffer.from("hello"),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      Buffer.from("BM".padEnd(200, "\u0000")),
      whole.subarray(0, 60),
      whole.subarray(0, 20),
      whole.subarray(0, 8),
      Buffer.concat([whole.subarray(0, 100), Buffer.alloc(200, 7)]),
    ].map((bytes) => outcomeOf(square(bytes)));
    expect((await new Bun.Image(bitmap()).metadata()).format).toBe("bmp");
    expect(await outcomeOf(square(bitmap()))).toBe("unsupported");
    for (const outcome of await Promise.all(outcomes)) {
      expect(["unsupported", "invalid", "too_large"]).toContain(outcome);
    }
  });

  test("AVATAR-3 of many at once some wait, and the next is told to come again", async () => {
    const images = new Images();
    const original = await picture(64, 64);
    const all = Array.from({ length: 35 }, () => outcomeOf(images.square(original, options)));
    const outcomes = await Promise.all(all);
    expect(outcomes.filter((each) => each === "rate_limited").length).toBe(1);
    expect(outcomes.filter((each) => each === "done").length).toBe(34);
    expect(await outcomeOf(images.square(original, options))).toBe("done");
  });

  test("AVATAR-1 a PNG is read as it was written, by whatever filters", async () => {
    const noise = new Uint8Array(61 * 17 * 4).map((_, index) => (index * index * 31) >>> 3);
    const pixels = { width: 61, height: 17, bytes: noise };
    expect(await readPng(await writePng(pixels))).toEqual(pixels);
    for (const compressionLevel of [0, 1, 6, 9]) {
      const opaque = { ...pixels, bytes: noise.map((each, index) => (index % 4 === 3 ? 255 : each)) };
      const written = await new Bun.Image(await writePng(opaque)).png({ compressionLevel }).bytes();
      expect(await readPng(written)).toEqual(opaque);
    }
  });
});
