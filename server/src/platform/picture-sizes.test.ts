import { describe, expect, test } from "bun:test";
import { picture, withExif } from "../testing/pictures.ts";
import { typeOf } from "./file-types.ts";
import { pictureSize } from "./picture-sizes.ts";

const reading = (bytes: Uint8Array) => async (from: number, length: number) =>
  bytes.slice(from, from + length);
const sizeOf = (bytes: Uint8Array) => pictureSize(typeOf(bytes), reading(bytes));

describe("sizes of pictures", () => {
  test("FILE-5 every kind says its size in its header", async () => {
    const png = await picture(300, 20);
    const made = new Bun.Image(png);
    const kinds = [png, await made.jpeg().bytes(), await new Bun.Image(png).webp().bytes()];
    kinds.push(await new Bun.Image(png).webp({ lossless: true }).bytes());
    for (const bytes of kinds) expect(await sizeOf(bytes)).toEqual({ width: 300, height: 20 });
    const gif = Buffer.from("47494638396141010200f00000000000000000003b", "hex");
    expect(await sizeOf(gif)).toEqual({ width: 321, height: 2 });
    const extended = Buffer.from("52494646ff00000057454250565038580a000000100000002b0100130000", "hex");
    expect(await pictureSize("image/webp", reading(extended))).toEqual({ width: 300, height: 20 });
  });

  test("FILE-5 a photograph that lies on its side is measured as it is shown", async () => {
    const jpeg = await new Bun.Image(await picture(300, 20)).jpeg().bytes();
    for (const orientation of [1, 2, 3, 4]) {
      expect(await sizeOf(withExif(jpeg, orientation))).toEqual({ width: 300, height: 20 });
    }
    for (const orientation of [5, 6, 7, 8]) {
      expect(await sizeOf(withExif(jpeg, orientation))).toEqual({ width: 20, height: 300 });
    }
  });

  test("FILE-5 a header that is cut off at any place has no size, and costs nothing", async () => {
    const jpeg = withExif(await new Bun.Image(await picture(64, 64)).jpeg().bytes(), 6);
    for (const bytes of [await picture(64, 64), jpeg]) {
      for (let length = 0; length < 200; length++) {
        const size = await sizeOf(bytes.slice(0, length));
        if (size) expect(size).toEqual({ width: 64, height: 64 });
      }
    }
    const endless = new Uint8Array(100_000).fill(0xff);
    endless.set([0xff, 0xd8, 0xff], 0);
    expect(await sizeOf(endless)).toBeNull();
  });
});
