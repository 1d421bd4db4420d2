import { type Crop, squareOf } from "./crop.ts";

/** Bytes of a file that is looked into: what a camera makes is smaller. */
const fileMost = 40 * 1024 * 1024;
/** Pixels of each side that are sent: the server keeps half as many, and makes them from these. */
const sentSide = 512;
const quality = 0.9;

export type PictureFault = "tooLarge" | "unreadable";

/** UI-130. The picture in a file, upright; or why there is none. */
export async function readPicture(file: Blob): Promise<ImageBitmap | PictureFault> {
  if (file.size > fileMost) return "tooLarge";
  try {
    return await createImageBitmap(file);
  } catch {
    return "unreadable";
  }
}

/** Draws the chosen part over the whole of a canvas. */
export function drawPart(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop): void {
  const { side, left, top } = squareOf(picture, crop);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.imageSmoothingQuality = "high";
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
}

/** UI-130. The chosen part, made small, as what is sent: nothing else of the file leaves the device. */
export async function partOf(picture: ImageBitmap, crop: Crop): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = sentSide;
  canvas.height = sentSide;
  drawPart(canvas, picture, crop);
  // A browser that cannot write WebP writes PNG instead.
  return new Promise((resolve) => canvas.toBlob(resolve, "image/webp", quality));
}

/** The first picture among what was dropped or pasted; any file where none says that it is one. */
export function pictureAmong(files: FileList | undefined): File | undefined {
  const all = [...(files ?? [])];
  return all.find(({ type }) => type.startsWith("image/")) ?? all[0];
}
