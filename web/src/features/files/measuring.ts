import type { ChosenFile } from "../../client/uploads.ts";
import { plainJpeg } from "./plain-jpeg.ts";

/** Bytes up to which a picture is looked at before it is sent. */
const most = 40 * 1024 * 1024;

/** A chosen file, with the size of its picture where it has one, and without what a camera writes into it. */
export async function measured(file: File): Promise<ChosenFile> {
  const { name } = file;
  if (!/^image\/(?:png|jpeg|gif|webp)$/.test(file.type) || file.size > most) return { bytes: file, name };
  const bytes = file.type === "image/jpeg" ? await plain(file) : file;
  try {
    const picture = await createImageBitmap(bytes);
    const { width, height } = picture;
    picture.close();
    return { bytes, name, width, height };
  } catch {
    // No browser can show it: it is a file like any other.
    return { bytes: file, name };
  }
}

/** UI-207. */
async function plain(file: File): Promise<Blob> {
  const stripped = plainJpeg(new Uint8Array(await file.arrayBuffer()));
  return stripped ? new Blob([stripped], { type: file.type }) : file;
}
