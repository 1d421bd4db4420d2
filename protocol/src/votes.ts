import { z } from "zod";
import { id } from "./fields.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";
import { choice } from "./polls.ts";

export const pollOperations = {
  "poll.vote": operation({
    summary: "Choose among a poll's options: all that one chooses at once, none to take one's vote back",
    kind: "write",
    who: "user",
    rest: "PUT /messages/{message}/vote",
    input: z.strictObject({ message: id, options: choice }),
    output: message,
  }),
  "poll.choice": operation({
    summary: "What one has chosen in a poll, which of an anonymous one nobody else is told",
    kind: "read",
    who: "user",
    rest: "GET /messages/{message}/vote",
    input: z.strictObject({ message: id }),
    output: z.object({ options: choice }),
  }),
  "poll.close": operation({
    summary: "Close a poll: one's own, or as an owner or admin of the room anyone's",
    kind: "write",
    who: "user",
    rest: "PUT /messages/{message}/closed",
    input: z.strictObject({ message: id }),
    output: message,
  }),
} as const;
