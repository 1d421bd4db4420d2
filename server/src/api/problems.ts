import { STATUS_CODES } from "node:http";
import { ChatError, type ErrorCode, errorCodes } from "@parley/protocol/errors";
import { asChatError } from "./faults.ts";

/** RFC 9457, with our own code, the fields that are wrong and the id under which the log knows the request. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  fields?: { path: (string | number)[]; message: string }[];
  request_id: string;
}

export interface ProblemContext {
  requestId: string;
  /** Told of what is our own fault. */
  report: (error: unknown) => void;
}

export function problemOf(
  error: unknown,
  { requestId, report }: ProblemContext,
  /** Where HTTP knows a closer word than our list of codes. */
  closer?: { status: number; headers: Record<string, string> },
): Response {
  const known = asChatError(error);
  if (!known) report(error);
  const { code, message, details } = known ?? new ChatError("internal", "something went wrong on the server");
  const status = closer?.status ?? errorCodes[code];
  const problem: Problem = {
    type: `urn:parley:problem:${code}`,
    title: STATUS_CODES[status] ?? code,
    status,
    detail: message,
    code,
    ...(details.fields && { fields: details.fields }),
    request_id: requestId,
  };
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    ...closer?.headers,
  };
  if (details.after !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(details.after)));
  if (status === 401) headers["www-authenticate"] = "Bearer";
  return new Response(JSON.stringify(problem), { status, headers });
}
