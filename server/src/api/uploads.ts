import { apiBase } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import { tusBytes, tusExtensions, tusVersion, uploadsPath } from "@parley/protocol/uploads";
import type { Actor, Context } from "../context.ts";
import {
  appendUpload,
  createUpload,
  endUpload,
  type Progress,
  uploadProgress,
} from "../features/uploads/uploads.ts";
import { problemOf } from "./problems.ts";
import { type RequestScope, type Routes, sessionOf } from "./rest.ts";

const whole = `${apiBase}${uploadsPath}`;
/** Characters of the header Upload-Metadata. */
const metadataLimit = 4_096;

type Answer = (from: { request: Request; actor: Actor; id: number }) => Promise<Response>;

/** FILE-1 to FILE-5. Uploads by tus 1.0.0: whoever knows the protocol needs nothing of ours. */
export function addUploadRoutes(routes: Routes, context: Context, requireClaimed: () => Promise<void>): void {
  const verbs: readonly (readonly [method: string, path: string, answer: Answer])[] = [
    ["POST", whole, (from) => create(context, from)],
    ["GET", `${whole}/:upload`, (from) => tell(context, from)],
    ["PATCH", `${whole}/:upload`, (from) => append(context, from)],
    ["DELETE", `${whole}/:upload`, (from) => end(context, from)],
  ];
  for (const [method, path, answer] of verbs) {
    routes.on(method, path, async (route) => {
      const { req, env: scope } = route;
      try {
        await requireClaimed();
        const actor = await sessionOf(context, req.raw, scope);
        const refusal = otherVersion(req.raw, method, scope);
        if (refusal) return refusal;
        const id = idOf(req.param("upload"));
        return withTus(await answer({ request: req.raw, actor, id }));
      } catch (error) {
        return withTus(problemOf(error, scope));
      }
    });
  }
}

/** What an OPTIONS about uploads is answered in addition. */
export function tusOptions(path: string, { config }: Context): Record<string, string> {
  if (path !== whole && !path.startsWith(`${whole}/`)) return {};
  return {
    "tus-resumable": tusVersion,
    "tus-version": tusVersion,
    "tus-extension": tusExtensions,
    "tus-max-size": String(config.uploadBytes),
  };
}

async function create(context: Context, { request, actor }: Parameters<Answer>[0]): Promise<Response> {
  const { headers } = request;
  if (headers.has("upload-defer-length")) {
    throw new ChatError("invalid", "the length of an upload is told when it begins");
  }
  const size = numberIn(headers, "upload-length");
  let progress = await createUpload(context, actor, { size, name: nameIn(headers.get("upload-metadata")) });
  if (request.body && typeIn(headers) === tusBytes) {
    const announced = lengthIn(headers);
    progress = await appendUpload(context, actor, progress.id, { at: 0, body: request.body, announced });
  }
  return Response.json(toUpload(progress), {
    status: 201,
    headers: { ...headersOf(progress), location: `${whole}/${progress.id}` },
  });
}

/** Over GET with a body as well; HEAD is answered without it. */
async function tell(context: Context, { actor, id }: Parameters<Answer>[0]): Promise<Response> {
  const progress = await uploadProgress(context, actor, id);
  const headers = {
    ...headersOf(progress),
    "upload-length": String(progress.size),
    "cache-control": "no-store",
  };
  return Response.json(toUpload(progress), { headers });
}

async function append(context: Context, { request, actor, id }: Parameters<Answer>[0]): Promise<Response> {
  const { headers } = request;
  if (typeIn(headers) !== tusBytes) throw new ChatError("unsupported", `the body must be ${tusBytes}`);
  const at = numberIn(headers, "upload-offset");
  const body = request.body ?? new Blob([]).stream();
  const progress = await appendUpload(context, actor, id, { at, body, announced: lengthIn(headers) });
  return new Response(null, { status: 204, headers: headersOf(progress) });
}

async function end(context: Context, { actor, id }: Parameters<Answer>[0]): Promise<Response> {
  await endUpload(context, actor, id);
  return new Response(null, { status: 204 });
}

/** An upload as JSON, for those who want to know what became of it. */
function toUpload({ id, name, offset, size, type, width, height }: Progress) {
  return {
    ...{ id, name, offset, size },
    ...(type !== null && { type }),
    ...(width !== null && height !== null && { width, height }),
  };
}

function headersOf({ offset, expires_at }: Progress): Record<string, string> {
  return { "upload-offset": String(offset), "upload-expires": new Date(expires_at).toUTCString() };
}

function withTus(response: Response): Response {
  response.headers.set("tus-resumable", tusVersion);
  return response;
}

/** Whoever looks without knowing the protocol may; whoever changes something must say which version they speak. */
function otherVersion(request: Request, method: string, scope: RequestScope): Response | null {
  const version = request.headers.get("tus-resumable");
  if (version === tusVersion || (version === null && method === "GET")) return null;
  const error = new ChatError("unsupported", `uploads speak tus ${tusVersion}: say so in Tus-Resumable`);
  const response = problemOf(error, scope, { status: 412, headers: { "tus-version": tusVersion } });
  return withTus(response);
}

function idOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new ChatError("not_found", "there is no such upload");
  return Number(text);
}

function numberIn(headers: Headers, name: string): number {
  const text = headers.get(name) ?? "";
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) {
    throw new ChatError("invalid", `the header ${name} must be a whole number`);
  }
  return Number(text);
}

function lengthIn(headers: Headers): number | null {
  return headers.has("content-length") ? numberIn(headers, "content-length") : null;
}

function typeIn(headers: Headers): string | undefined {
  return headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
}

/** `name <base64>, other <base64>`; most clients call it `filename`. */
function nameIn(metadata: string | null): string {
  if (metadata === null) return "file";
  if (metadata.length > metadataLimit)
    throw new ChatError("too_large", "the header Upload-Metadata is too long");
  const pairs = metadata.split(",").map((pair) => pair.trim().split(" "));
  const found = pairs.find(([key]) => key === "name") ?? pairs.find(([key]) => key === "filename");
  const bytes = Buffer.from(found?.[1] ?? "", "base64");
  const name = new TextDecoder().decode(bytes).slice(0, limits.fileName * 2);
  return name.isWellFormed() ? name : name.toWellFormed();
}
