import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import { readJson } from "./json.ts";

/** The JSON object in a request's body; an empty one where there is no body. */
export async function readJsonObject(request: Request): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new ChatError("unsupported", "the body must be application/json");
  const value = readJson(decode(bytes));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ChatError("invalid", "the body must be a JSON object");
  }
  return value as Record<string, unknown>;
}

/** Stops reading at the limit, whatever length was announced. */
async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limits.bodyBytes) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by an error cancels the stream.
  for await (const part of request.body) {
    length += part.length;
    if (length > limits.bodyBytes) throw tooLarge();
    parts.push(part);
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

function tooLarge(): ChatError {
  return new ChatError("too_large", `a body holds at most ${limits.bodyBytes} bytes`);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ChatError("invalid", "the body is not UTF-8");
  }
}
