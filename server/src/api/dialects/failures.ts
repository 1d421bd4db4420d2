import { ChatError, errorCodes } from "@parley/protocol/errors";
import type { z } from "zod";
import { asChatError } from "../faults.ts";
import type { ProblemContext } from "../problems.ts";

/** One thing wrong with what was sent: `loc` begins with where (`body`, `query`, `path`). */
export interface Fault {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** Faults told to one who asks, at most. */
const mostFaults = 20;

/** What was sent is not what the route takes. */
export class BadInput extends Error {
  constructor(readonly faults: readonly Fault[]) {
    super("the input is not valid");
  }
}

/** What is wrong, in the words of the schema; never the value that was sent. */
export function faultsOf(error: z.ZodError, where: string): Fault[] {
  return error.issues.slice(0, mostFaults).map((issue) => {
    const loc = [where, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
    const isMissing = issue.code === "invalid_type" && issue.input === undefined;
    const received = issue.message.includes("received undefined");
    if (isMissing && received) return { loc, msg: "is required", type: "missing" };
    return { loc, msg: issue.message.slice(0, 200), type: issue.code };
  });
}

/** How the documented systems tell of a failure: `{"detail": …}`, with a list for what is wrong with the input. */
export function failureOf(
  error: unknown,
  scope: ProblemContext,
  names: Readonly<Record<string, string>> = {},
): Response {
  if (error instanceof BadInput) return Response.json({ detail: error.faults }, { status: 422 });
  const known = asChatError(error);
  if (!known) scope.report(error);
  const { code, message, details } = known ?? new ChatError("internal", "something went wrong on the server");
  const status = errorCodes[code];
  const headers = new Headers();
  if (status === 401) headers.set("www-authenticate", "Bearer");
  if (details.after !== undefined) headers.set("retry-after", String(Math.max(1, Math.ceil(details.after))));
  const detail = code === "invalid" ? toFaults(message, details.fields ?? [], names) : message;
  return Response.json({ detail }, { status, headers });
}

function toFaults(
  message: string,
  fields: readonly { path: (string | number)[]; message: string }[],
  names: Readonly<Record<string, string>>,
): Fault[] {
  if (fields.length === 0) return [{ loc: ["body"], msg: message, type: "value_error" }];
  return fields.slice(0, mostFaults).map(({ path: [first = "", ...rest], message: msg }) => {
    const name = typeof first === "string" ? (names[first] ?? first) : first;
    return { loc: ["body", name, ...rest], msg, type: "value_error" };
  });
}
