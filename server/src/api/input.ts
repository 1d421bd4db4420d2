import type { FieldError } from "@parley/protocol/errors";
import type { z } from "zod";

/** What is wrong with each field, in the words of the schema; never the value that was sent. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.slice(0, 20).map((issue) => ({
    path: issue.path.map((part) => (typeof part === "symbol" ? String(part) : part)),
    message: issue.message.slice(0, 200),
  }));
}
