import { z } from "zod";
import { nothing, position } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";

/** What stands between the colons: `:party-parrot:`. */
export const emojiName = z.string().regex(/^[a-z0-9_-]{2,32}$/, "must be 2 to 32 of a-z, 0-9, '_' and '-'");

/** A picture that stands for its name in texts and reactions. */
export const customEmoji = z.object({
  name: z.string(),
  /** The name of its picture, under `/api/v2/pictures/`. Another picture has another name. */
  picture: z.string(),
});
export type CustomEmoji = z.infer<typeof customEmoji>;

/** Types of pictures that admins give to everybody. */
export const libraryTypes = ["image/png", "image/gif", "image/webp"] as const;
const picture = { types: libraryTypes, most: limits.libraryPictureBytes };

export const emojiOperations = {
  "emoji.list": operation({
    summary: "The server's own emoji, by name, as of a version: a signal tells of another",
    kind: "read",
    who: "user",
    rest: "GET /emoji",
    input: nothing,
    output: z.object({ version: position, emoji: z.array(customEmoji) }),
  }),
  "emoji.add": operation({
    summary: "Give everybody another emoji: PNG, GIF (its first picture) or WebP of at most 256 KiB",
    kind: "run",
    who: "admin",
    rest: "PUT /emoji/{name}",
    body: picture,
    input: z.strictObject({ name: emojiName }),
    output: customEmoji,
  }),
  "emoji.rename": operation({
    summary: "Give an emoji another name; texts keep the one before, as words",
    kind: "write",
    who: "admin",
    rest: "PATCH /emoji/{name}",
    input: z.strictObject({ name: emojiName, to: emojiName }),
    output: customEmoji,
  }),
  "emoji.delete": operation({
    summary: "Take an emoji away; texts keep its name, as words",
    kind: "run",
    who: "admin",
    rest: "DELETE /emoji/{name}",
    status: 204,
    input: z.strictObject({ name: emojiName }),
    output: nothing,
  }),
} as const;
