import { z } from "zod";
import { id, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";

/** A file of a message. A field that does not apply is left out. */
export const file = z.object({
  id,
  /** What people see, and under which it is saved: it says nothing about what is inside. */
  name: z.string(),
  /** A media type, from the bytes and never from the name; `application/octet-stream` for whatever is not known. */
  type: z.string(),
  /** In bytes. */
  size: z.int(),
  /** Of a picture, upright, in pixels. */
  width: z.int().optional(),
  height: z.int().optional(),
  /** What is to be seen or heard in it, for those who cannot. */
  alt: z.string().optional(),
  /** What is said in it, once somebody wanted to have it written down. */
  transcript: z
    .object({ state: z.enum(["waiting", "done", "failed"]), text: z.string().optional() })
    .optional(),
});
export type File = z.infer<typeof file>;

/** An upload that a message takes as its file. */
export const attachment = z.strictObject({
  upload: id,
  /** Left out, that of the upload. */
  name: text(1, limits.fileName).optional(),
  alt: text(0, limits.fileAlt).optional(),
});

export const fileOperations = {
  "file.links": operation({
    summary:
      "Addresses at which files can be read without a token, for elements of a page: for this session alone, and for an hour at least",
    kind: "run",
    who: "user",
    rest: "GET /files/links",
    input: z.strictObject({ files: z.array(id).min(1).max(limits.fileLinks) }),
    /** Files that the caller cannot read, or that are gone, are left out. */
    output: z.object({ links: z.array(z.object({ file: id, url: z.string(), expires_at: time })) }),
  }),
} as const;
