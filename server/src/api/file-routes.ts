import { apiBase } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Actor, Context } from "../context.ts";
import { type ReadFile, readerOf, readFile } from "../features/files/files.ts";
import { rangeOf } from "./ranges.ts";
import { type RequestScope, type Routes, sessionOf } from "./rest.ts";

const path = `${apiBase}/files/:file{[1-9][0-9]{0,14}}`;

/** FILE-9, FILE-10. What messages carry, for whoever is in their room at this moment. */
export function addFileRoutes(routes: Routes, context: Context, requireClaimed: () => Promise<void>): void {
  for (const each of [path, `${path}/:name`]) {
    routes.get(each, async ({ req, env: scope }) => {
      await requireClaimed();
      const id = Number(req.param("file"));
      const actor = await actorOf(context, { request: req.raw, scope, file: id, key: req.query("key") });
      const isSmall = req.query("small") !== undefined;
      return fileAnswer(await readFile(context, actor, { file: id, isSmall }), req.raw);
    });
  }
}

interface Asking {
  request: Request;
  scope: RequestScope;
  file: number;
  key: string | undefined;
}

/** By an address that was made for this session, or else by a token. */
async function actorOf(context: Context, { request, scope, file, key }: Asking): Promise<Actor> {
  if (key === undefined) return sessionOf(context, request, scope);
  const actor = await readerOf(context, { file, key, address: scope.address });
  scope.user = actor.user;
  return actor;
}

/** Whole or in part, or nothing where the reader has it. */
export function fileAnswer(found: ReadFile, request: Request): Response {
  const { bytes, version } = found;
  const etag = `"${version}"`;
  const headers = headersFor(found, etag);
  if (namesIt(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers });
  const range = rangeOf(request.headers, { size: bytes.size, etag });
  if (range === "unsatisfiable") {
    return new Response(null, {
      status: 416,
      headers: { ...headers, "content-range": `bytes */${bytes.size}` },
    });
  }
  if (!range) {
    return new Response(bytes.stream(), { headers: { ...headers, "content-length": String(bytes.size) } });
  }
  const { from, to } = range;
  return new Response(bytes.range(from, to), {
    status: 206,
    headers: {
      ...headers,
      "content-range": `bytes ${from}-${to - 1}/${bytes.size}`,
      "content-length": String(to - from),
    },
  });
}

/** No browser takes it for anything else, runs it, or shows it to others; ten minutes later it asks again. */
function headersFor({ file, type, isShown, at }: ReadFile, etag: string): Record<string, string> {
  const kind = isShown ? "inline" : "attachment";
  return {
    "content-type": type,
    "content-disposition": `${kind}; filename*=UTF-8''${encoded(file.name)}`,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cache-control": "private, max-age=600",
    "accept-ranges": "bytes",
    "last-modified": new Date(at).toUTCString(),
    etag,
  };
}

/** RFC 8187. */
function encoded(name: string): string {
  try {
    return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  } catch {
    throw new ChatError("internal", "a name of a file is no text");
  }
}

/** RFC 9110, 13.1.2. */
function namesIt(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const names = header.split(",").map((name) => name.trim().replace(/^W\//, ""));
  return names.includes("*") || names.includes(etag);
}
