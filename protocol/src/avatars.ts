import { nothing } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";
import { account } from "./users.ts";

/** Types of pictures that can be read. */
export const pictureTypes = ["image/jpeg", "image/png", "image/webp", "image/gif"] as const;

/** Where a picture is served, by its name: `avatar` of a user. */
export const avatarPath = "/avatars/{name}";

export const avatarOperations = {
  "avatar.set": operation({
    summary:
      "Give oneself a profile picture: JPEG, PNG, WebP or GIF, at most 2 MiB and 4096 pixels a side. Kept is its middle as a WebP of 256 by 256",
    kind: "run",
    who: "user",
    rest: "PUT /me/avatar",
    body: { types: pictureTypes, most: limits.pictureBytes },
    input: nothing,
    output: account,
  }),
  "avatar.remove": operation({
    summary: "Take one's profile picture away",
    kind: "run",
    who: "user",
    rest: "DELETE /me/avatar",
    input: nothing,
    output: account,
  }),
} as const;
