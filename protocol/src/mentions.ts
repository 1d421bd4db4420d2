import { z } from "zod";
import { cursor, pageLimit } from "./fields.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";

export const mentionOperations = {
  "mention.list": operation({
    summary:
      "Messages that mention the caller, by name or with everyone, in all their rooms, the newest first",
    kind: "read",
    who: "user",
    rest: "GET /mentions",
    input: z.strictObject({ cursor: cursor.optional(), limit: pageLimit }),
    output: z.object({ messages: z.array(message), next: cursor.nullable() }),
  }),
} as const;
