import { avatarPath } from "@parley/protocol/avatars";
import { apiBase } from "@parley/protocol/contract";
import { previewPicturePath } from "@parley/protocol/link-previews";
import { picturePath } from "@parley/protocol/stickers";
import type { Context } from "../context.ts";
import { avatarByName } from "../features/avatars/avatars.ts";
import { pictureByName } from "../features/library/library.ts";
import { previewPicture } from "../features/link-previews/link-previews.ts";
import type { Routes } from "./rest.ts";

/** A name stands for one picture for ever; only the browser that asked keeps it. */
const headers = {
  "content-type": "image/webp",
  "cache-control": "private, max-age=31536000, immutable",
  "content-security-policy": "default-src 'none'; sandbox",
  "content-disposition": "inline",
} as const;

/**
 * AVATAR-4, EMOJI-6, PREVIEW-5. A picture is an element of a page, which sends no token: its name, 128 random bits told only to those who
 * may see it, is the right to see it.
 */
export function addPictureRoutes(
  routes: Routes,
  context: Context,
  requireClaimed: () => Promise<void>,
): void {
  for (const [path, byName] of [
    [avatarPath, avatarByName],
    [picturePath, pictureByName],
    [previewPicturePath, previewPicture],
  ] as const) {
    routes.get(`${apiBase}${path.replace("{name}", ":name")}`, async (route) => {
      await requireClaimed();
      const picture = await byName(context, route.req.param("name") ?? "");
      return new Response(picture.stream(), {
        headers: { ...headers, "content-length": String(picture.size) },
      });
    });
  }
}
