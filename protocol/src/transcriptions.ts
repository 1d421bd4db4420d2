import { z } from "zod";
import { id } from "./fields.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";

export const transcriptionOperations = {
  "transcription.state": operation({
    summary: "Whether this server writes down what is said in sounds and films",
    kind: "run",
    who: "user",
    rest: "GET /transcription",
    input: z.strictObject({}),
    /** `off`: the admin named no service; `unreachable`: it does not answer now. */
    output: z.object({ state: z.enum(["off", "ready", "unreachable"]) }),
  }),
  "file.transcribe": operation({
    summary:
      "Have what is said in a sound or film of a message written down. Answers at once with the message; what was heard comes with its event",
    kind: "run",
    who: "user",
    rest: "POST /files/{file}/transcript",
    input: z.strictObject({ file: id }),
    output: message,
  }),
} as const;
