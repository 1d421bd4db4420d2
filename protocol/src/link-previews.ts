import { z } from "zod";
import { id, nothing, text } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";

/** Where the picture of a link preview is served, by its name. */
export const previewPicturePath = "/link-previews/{name}";

/** What a page that a message links to says of itself. A field that does not apply is left out. */
export const linkPreview = z.object({
  /** What the message links to. */
  url: z.string(),
  title: z.string(),
  description: z.string().optional(),
  /** The site's own name for itself, or its host. */
  site: z.string(),
  /** Made anew by the server and read from there; width and height in pixels. */
  picture: z.object({ name: z.string(), width: z.int(), height: z.int() }).optional(),
});
export type LinkPreview = z.infer<typeof linkPreview>;

export const linkPreviewOperations = {
  "preview.remove": operation({
    summary: "Take the preview of a link off one's own message, or let there be none",
    kind: "write",
    who: "user",
    rest: "POST /messages/{message}/previews/remove",
    status: 204,
    input: z.strictObject({ message: id, url: text(1, limits.linkUrl) }),
    output: nothing,
  }),
} as const;
