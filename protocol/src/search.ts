import { z } from "zod";
import { cursor, id, moment, pageLimit, text } from "./fields.ts";
import { limits } from "./limits.ts";
import { message, messageType } from "./messages.ts";
import { operation } from "./operation.ts";

/** Where a message's text matches: UTF-16 code units, from the first to the one after the last. */
export const highlight = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);
export type Highlight = z.infer<typeof highlight>;

export const searchedFor = z.enum(["link", "file", "image", "video", "audio"]);
export const searchedAs = z.enum(["pinned", "saved", "reply", "forwarded", "edited"]);

/** A message that was found. Highlights are in order and do not overlap. */
export const hit = z.object({
  message,
  highlights: z.array(highlight),
  /** Those of its files whose name matches, or what describes it; left out where none does. */
  files: z.array(z.object({ file: id, name: z.array(highlight), alt: z.array(highlight) })).optional(),
});
export type Hit = z.infer<typeof hit>;

export const searchOperations = {
  "message.search": operation({
    summary:
      'Find messages, the newest first, in the rooms one is in. All words must be there, in its text or in names and descriptions of its files, the last one as a beginning too; "words in quotes" follow each other; a word after - must not be there',
    kind: "read",
    who: "user",
    rest: "GET /search",
    input: z.strictObject({
      text: text(1, limits.searchText).optional(),
      /** Only in this room. */
      room: id.optional(),
      /** Only sent by this person. */
      from: id.optional(),
      /** Only those that mention this person by name. */
      mentions: id.optional(),
      /** Only those sent before this moment. */
      before: moment.optional(),
      /** Only those sent after this moment. */
      after: moment.optional(),
      /** Only those with all of these: a web address in the text, any file, a picture, a film, a sound. */
      has: z.array(searchedFor).min(1).max(searchedFor.options.length).optional(),
      /** Only those that are all of these: pinned in their room, saved by the caller, an answer, forwarded, edited. */
      is: z.array(searchedAs).min(1).max(searchedAs.options.length).optional(),
      type: messageType.optional(),
      cursor: cursor.optional(),
      limit: pageLimit,
    }),
    output: z.object({
      hits: z.array(hit),
      /** Continues the search; null at its end. It may be given with few hits, or none: then there was much to look at. */
      next: z.string().nullable(),
      /** False while older messages are still being made ready: some of them may be missing. */
      complete: z.boolean(),
    }),
  }),
} as const;
