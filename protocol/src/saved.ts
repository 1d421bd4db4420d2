import { z } from "zod";
import { cursor, id, nothing, pageLimit, time } from "./fields.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";

export const savedOperations = {
  "saved.set": operation({
    summary: "Keep a message at hand, or no more. At most 1,000: one more is a `conflict`",
    kind: "write",
    who: "user",
    rest: "PUT /saved/{message}",
    status: 204,
    input: z.strictObject({ message: id, on: z.boolean() }),
    output: nothing,
  }),
  "saved.list": operation({
    summary:
      "The caller's saved messages, the last saved first; those that can no longer be read are left out",
    kind: "read",
    who: "user",
    rest: "GET /saved",
    input: z.strictObject({ cursor: cursor.optional(), limit: pageLimit }),
    output: z.object({
      /** `at`: when it was saved. */
      saved: z.array(z.object({ message, at: time })),
      next: cursor.nullable(),
    }),
  }),
} as const;
