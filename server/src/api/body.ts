import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { BytesSpec } from "@parley/protocol/operation";
import { readJson } from "./json.ts";

/** The JSON object in a request's body; an empty one where there is no body. */
export async function readJsonObject(request: Request): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request, limits.bodyBytes);
  if (bytes.length === 0) return {};
  if (typeOf(request) !== "application/json")
    throw new ChatError("unsupported", "the body must be application/json");
  const value = readJson(decode(bytes));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ChatError("invalid", "the body must be a JSON object");
  }
  return value as Record<string, unknown>;
}

/** The fields of a form (`application/x-www-form-urlencoded`), each given once; null for a body of another type. */
export async function readForm(request: Request): Promise<Map<string, string> | null> {
  if (typeOf(request) !== "application/x-www-form-urlencoded") return null;
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(decode(await readBytes(request, limits.bodyBytes)))) {
    if (fields.has(name)) throw new ChatError("invalid", "a field is given twice in the form");
    fields.set(name, value);
  }
  return fields;
}

/** The bytes in the body of an operation that takes them; none where there is no body. */
export async function readBody(request: Request, { types, most }: BytesSpec): Promise<Uint8Array> {
  const bytes = await readBytes(request, most);
  if (bytes.length > 0 && !types.includes(typeOf(request) ?? "")) {
    throw new ChatError("unsupported", `the body must be one of ${types.join(", ")}`);
  }
  return bytes;
}

function typeOf(request: Request): string | undefined {
  return request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
}

/** Stops reading at the limit, whatever length was announced. */
async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge(most);
  if (!request.body) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by an error cancels the stream.
  for await (const part of request.body) {
    length += part.length;
    if (length > most) throw tooLarge(most);
    parts.push(part);
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

function tooLarge(most: number): ChatError {
  return new ChatError("too_large", `a body holds at most ${most} bytes here`);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ChatError("invalid", "the body is not UTF-8");
  }
}
