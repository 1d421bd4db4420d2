import { z } from "zod";
import { libraryTypes } from "./emoji.ts";
import { id, name, nothing, position } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";

/** A picture that is sent by itself. */
export const sticker = z.object({
  id,
  /** What is to be seen, for those who cannot. */
  name: z.string(),
  /** The name of its picture, under `/api/v2/pictures/`. It is gone once the sticker is taken away. */
  picture: z.string(),
  /** In pixels. */
  width: z.int(),
  height: z.int(),
});
export type Sticker = z.infer<typeof sticker>;

export const pack = z.object({ id, name: z.string(), stickers: z.array(sticker) });
export type Pack = z.infer<typeof pack>;

const packName = name(limits.packName);
const stickerName = name(limits.stickerName);

export const stickerOperations = {
  "sticker.list": operation({
    summary: "All packs with their stickers, as of a version: a signal tells of another",
    kind: "read",
    who: "user",
    rest: "GET /stickers",
    input: nothing,
    output: z.object({ version: position, packs: z.array(pack) }),
  }),
  "sticker.add": operation({
    summary: "Put another sticker into a pack: PNG, GIF (its first picture) or WebP of at most 256 KiB",
    kind: "run",
    who: "admin",
    rest: "POST /packs/{pack}/stickers",
    status: 201,
    body: { types: libraryTypes, most: limits.libraryPictureBytes },
    input: z.strictObject({ pack: id, name: stickerName }),
    output: sticker,
  }),
  "sticker.rename": operation({
    summary: "Call a sticker something else; those that were sent keep the name before",
    kind: "write",
    who: "admin",
    rest: "PATCH /stickers/{sticker}",
    input: z.strictObject({ sticker: id, name: stickerName }),
    output: sticker,
  }),
  "sticker.delete": operation({
    summary: "Take a sticker away; where it was sent its name stays",
    kind: "run",
    who: "admin",
    rest: "DELETE /stickers/{sticker}",
    status: 204,
    input: z.strictObject({ sticker: id }),
    output: nothing,
  }),
  "pack.create": operation({
    summary: "Make another pack for stickers",
    kind: "write",
    who: "admin",
    rest: "POST /packs",
    status: 201,
    input: z.strictObject({ name: packName }),
    output: pack,
  }),
  "pack.rename": operation({
    summary: "Call a pack something else",
    kind: "write",
    who: "admin",
    rest: "PATCH /packs/{pack}",
    input: z.strictObject({ pack: id, name: packName }),
    output: pack,
  }),
  "pack.delete": operation({
    summary: "Take a pack away, with its stickers",
    kind: "run",
    who: "admin",
    rest: "DELETE /packs/{pack}",
    status: 204,
    input: z.strictObject({ pack: id }),
    output: nothing,
  }),
} as const;

/** Where the pictures of emoji and stickers are served, by their names. */
export const picturePath = "/pictures/{name}";
