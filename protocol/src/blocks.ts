import { z } from "zod";
import { id, nothing, time } from "./fields.ts";
import { operation } from "./operation.ts";

/** Somebody whom the caller blocks, and since when. */
export const block = z.object({ user: id, at: time });
export type Block = z.infer<typeof block>;

export const blockOperations = {
  "block.set": operation({
    summary:
      "Block a person, or take the block off. Between the two no direct messages, typing, marks or presence pass; they are not told",
    kind: "write",
    who: "user",
    rest: "PUT /blocks/{user}",
    status: 204,
    /** At most 1,000 people: one more is a `conflict`. */
    input: z.strictObject({ user: id, on: z.boolean() }),
    output: nothing,
  }),
  "block.list": operation({
    summary: "Whom the caller blocks, the first blocked first",
    kind: "read",
    who: "user",
    rest: "GET /blocks",
    input: nothing,
    output: z.object({ blocks: z.array(block) }),
  }),
} as const;
