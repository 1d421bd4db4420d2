import { type Pixels, readPng, writePng } from "../platform/png.ts";

export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

export const red: Colour = [255, 0, 0, 255];
export const green: Colour = [0, 255, 0, 255];
export const blue: Colour = [0, 0, 255, 255];

/** A picture of which each pixel has the colour that is said. */
export async function picture(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => Colour = () => green,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bytes.set(colourAt(x, y), (y * width + x) * 4);
  }
  return new Uint8Array(await writePng({ width, height, bytes }));
}

/** The pixels of a picture of any kind. */
export async function pixelsOf(bytes: Uint8Array): Promise<Pixels> {
  return readPng(await new Bun.Image(bytes).png().bytes());
}

/** The name of the colour that a pixel comes closest to. */
export function nameOf({ width, bytes }: Pixels, x: number, y: number): string {
  const [r = 0, g = 0, b = 0, a = 0] = bytes.subarray((y * width + x) * 4, (y * width + x) * 4 + 4);
  if (a < 128) return "none";
  const strongest = Math.max(r, g, b);
  return ["red", "green", "blue"][[r, g, b].indexOf(strongest)] ?? "";
}

/** Turned by its EXIF orientation, and with a place in it. */
export function withExif(jpeg: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  const directory = Buffer.from("4d4d002a00000008000101120003000000010000000000000000", "hex");
  directory[19] = orientation;
  const secret = Buffer.from("GPS 46.9480 N");
  const exif = Buffer.concat([Buffer.from("Exif\u0000\u0000", "latin1"), directory, secret]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 2);
  return new Uint8Array(Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]));
}
