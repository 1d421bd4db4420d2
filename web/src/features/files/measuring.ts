import type { ChosenFile } from "../../client/uploads.ts";

/** Bytes up to which a picture is looked at before it is sent. */
const most = 40 * 1024 * 1024;

/** A chosen file, with the size of its picture where it has one. */
export async function measured(file: File): Promise<ChosenFile> {
  const chosen = { bytes: file, name: file.name };
  if (!/^image\/(?:png|jpeg|gif|webp)$/.test(file.type) || file.size > most) return chosen;
  try {
    const picture = await createImageBitmap(file);
    const { width, height } = picture;
    picture.close();
    return { ...chosen, width, height };
  } catch {
    // No browser can show it: it is a file like any other.
    return chosen;
  }
}
