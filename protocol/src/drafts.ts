import { z } from "zod";
import { id, nothing, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";

/** What somebody has begun to write in a room, or in a thread there; an empty text stands for nothing. */
export const draft = z.object({
  room: id,
  /** The message in whose thread it is written. */
  thread: id.optional(),
  text: z.string(),
  /** The message that is being answered. */
  reply_to: id.optional(),
  /** When it was written: of two the later counts. */
  at: time,
});
export type Draft = z.infer<typeof draft>;

export const draftOperations = {
  "draft.set": operation({
    summary:
      "Keep what one has begun to write in a room or a thread, or with an empty text nothing. The last written counts; the answer is what stands",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/draft",
    input: z.strictObject({
      room: id,
      thread: id.optional(),
      text: text(0, limits.messageText),
      reply_to: id.optional(),
      /** When it was written; a time that is yet to come counts as now. */
      at: time,
    }),
    output: draft,
  }),
  "draft.list": operation({
    summary: "The caller's drafts in all rooms and threads, the last written first",
    kind: "read",
    who: "user",
    rest: "GET /me/drafts",
    input: nothing,
    output: z.object({ drafts: z.array(draft) }),
  }),
} as const;
