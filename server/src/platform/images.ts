import { ChatError } from "@parley/protocol/errors";
import { cut, isPng, onlyDrawn, readPng, writePng } from "./png.ts";

/** Pictures worked on at once; each has a thread of its own. */
const atOnce = 2;
/** Pictures that may wait; one more is told to come again. */
const mostWaiting = 32;
/** Milliseconds after which nobody waits for a picture any more. */
const patience = 10_000;
/** How many times longer one side of a picture may be than the other. */
const longest = 16;
const quality = 82;

export interface SquareOptions {
  /** Pixels of each side. */
  side: number;
  /** Pixels that either side of the original may have. */
  most: number;
}

export interface BoxOptions {
  width: number;
  height: number;
  /** Pixels of the original at most. */
  mostPixels: number;
}

type Format = Awaited<ReturnType<Bun.Image["metadata"]>>["format"];
const known: ReadonlySet<Format> = new Set(["jpeg", "png", "webp", "gif"]);

/** Pictures are made anew: nothing of the original's bytes is passed on. */
export class Images {
  private working = 0;
  private readonly waiting: (() => void)[] = [];

  /** The middle of a picture as a square WebP, upright, with nothing in it but its pixels. */
  async square(original: Uint8Array, options: SquareOptions): Promise<Uint8Array> {
    await this.turn();
    const work = squareOf(original, options).finally(() => this.next());
    return within(work).catch(asRefusal);
  }

  /** All of a picture within a box as a WebP, upright, with nothing in it but its pixels. */
  async within(original: Uint8Array, options: BoxOptions): Promise<Uint8Array> {
    await this.turn();
    const work = boxed(original, options).finally(() => this.next());
    return within(work).catch(asRefusal);
  }

  private async turn(): Promise<void> {
    if (this.working < atOnce) {
      this.working++;
      return;
    }
    if (this.waiting.length >= mostWaiting) {
      throw new ChatError("rate_limited", "many pictures are waiting: come again", { after: 5 });
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private next(): void {
    const following = this.waiting.shift();
    if (following) following();
    else this.working--;
  }
}

async function boxed(original: Uint8Array, { width, height, mostPixels }: BoxOptions): Promise<Uint8Array> {
  const bytes = isPng(original) ? onlyDrawn(original) : original;
  const picture = new Bun.Image(bytes, { maxPixels: mostPixels });
  return picture.resize(width, height, { fit: "inside", withoutEnlargement: true }).webp({ quality }).bytes();
}

async function squareOf(original: Uint8Array, { side, most }: SquareOptions): Promise<Uint8Array> {
  const bytes = isPng(original) ? onlyDrawn(original) : original;
  const limited = { maxPixels: most * most };
  // Of the header alone: a picture that is too large is not unpacked.
  const { width, height, format } = await new Bun.Image(bytes, limited).metadata();
  requireSize({ width, height, format }, most);
  const scale = side / Math.min(width, height);
  const [wide, high] = [width, height].map((pixels) => Math.max(side, Math.round(pixels * scale)));
  const scaled = await new Bun.Image(bytes, limited)
    .resize(wide as number, high)
    .png({ compressionLevel: 1 })
    .bytes();
  const pixels = await readPng(scaled);
  const left = Math.floor((pixels.width - side) / 2);
  const top = Math.floor((pixels.height - side) / 2);
  const middle = await writePng(cut(pixels, { left, top, width: side, height: side }));
  return new Bun.Image(middle).webp({ quality }).bytes();
}

function requireSize(found: { width: number; height: number; format: Format }, most: number): void {
  const { width, height, format } = found;
  if (!known.has(format)) throw new ChatError("unsupported", "a picture is JPEG, PNG, WebP or GIF");
  if (width > most || height > most) throw tooLarge();
  if (Math.max(width, height) > longest * Math.min(width, height)) {
    throw new ChatError("invalid", `one side of a picture is at most ${longest} times the other`);
  }
}

async function within<Result>(work: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new ChatError("unavailable", "the picture takes too long", { after: 30 })),
    patience,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(): ChatError {
  return new ChatError("too_large", "this picture has too many pixels");
}

function asRefusal(error: unknown): never {
  const { code } = error as { code?: unknown };
  if (code === "ERR_IMAGE_TOO_MANY_PIXELS") throw tooLarge();
  if (code === "ERR_IMAGE_UNKNOWN_FORMAT" || code === "ERR_IMAGE_FORMAT_UNSUPPORTED") {
    throw new ChatError("unsupported", "a picture is JPEG, PNG, WebP or GIF");
  }
  if (code === "ERR_IMAGE_DECODE_FAILED") throw new ChatError("invalid", "this picture cannot be read");
  throw error;
}
