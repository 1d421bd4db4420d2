import {
  apiBase,
  contract,
  methodAndPath,
  type OperationName,
  operationNames,
} from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { clientId } from "@parley/protocol/fields";
import type { OperationSpec } from "@parley/protocol/operation";
import type { Hono } from "hono";
import type { z } from "zod";
import type { Actor, Context } from "../context.ts";
import { authenticate } from "../features/sessions/sessions.ts";
import { readBody, readJsonObject } from "./body.ts";
import { type Caller, carriedOut } from "./call.ts";
import { fieldErrors } from "./input.ts";
import { fieldsOf, fromPath, fromQuery } from "./parameters.ts";
import { type ProblemContext, problemOf } from "./problems.ts";
import {
  type CookieCall,
  clearedCookie,
  isCookieRefused,
  splitTokens,
  withRefreshCookie,
} from "./refresh-cookie.ts";

/** What is known of a request before its route is. */
export interface RequestScope extends ProblemContext {
  address: string;
  /** Who asked, once that is known: for the log. */
  user?: number;
}

export type Routes = Hono<{ Bindings: RequestScope }>;

/** What may be called before the first admin exists. */
const openWhileUnclaimed: ReadonlySet<OperationName> = new Set(["server.info", "server.claim"]);

/** REST-1. One route for each operation of the contract. */
export function addRestRoutes(routes: Routes, context: Context, requireClaimed: () => Promise<void>): void {
  for (const name of operationNames) {
    const { method, path } = methodAndPath(name);
    routes.on(method, `${apiBase}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`, async (route) => {
      if (!openWhileUnclaimed.has(name)) await requireClaimed();
      return answer(context, name, { request: route.req.raw, path: route.req.param(), scope: route.env });
    });
  }
}

interface RestRequest {
  request: Request;
  path: Record<string, string>;
  scope: RequestScope;
}

async function answer(context: Context, name: OperationName, from: RestRequest): Promise<Response> {
  const { config } = context;
  let cookie: CookieCall = { name, input: {}, session: null };
  try {
    const spec = contract[name] as OperationSpec<z.ZodType, z.ZodType>;
    const caller = await callerOf(context, spec, from);
    const key = keyOf(from.request);
    const body = spec.body && { body: await readBody(from.request, spec.body) };
    const input = withRefreshCookie(name, await inputOf(spec, from), from.request, config);
    cookie = { name, input, session: caller.actor?.session ?? null };
    const { result } = await carriedOut(context, name, input, { caller, key, ...body });
    return success(spec, splitTokens(cookie, result, config));
  } catch (error) {
    const response = problemOf(error, from.scope);
    if (isCookieRefused(cookie, error)) response.headers.append("set-cookie", clearedCookie(config));
    return response;
  }
}

/** REST-3. Whoever has no session is turned away before anything they sent is read. */
async function callerOf(
  context: Context,
  spec: OperationSpec<z.ZodType, z.ZodType>,
  { request, scope }: RestRequest,
): Promise<Caller> {
  const { address } = scope;
  if (spec.who === "anyone") return { actor: null, restricted: false, address };
  const { actor, restricted } = await bearerOf(context, request, scope);
  return { actor, restricted, address };
}

/** Who asks, on a path that stands in no contract; not for somebody who must change the password first. */
export async function sessionOf(context: Context, request: Request, scope: RequestScope): Promise<Actor> {
  const { actor, restricted } = await bearerOf(context, request, scope);
  if (restricted) throw new ChatError("forbidden", "change your password first");
  return actor;
}

export async function bearerOf(
  context: Context,
  request: Request,
  scope: RequestScope,
): Promise<{ actor: Actor; restricted: boolean }> {
  const [scheme, token, ...more] = request.headers.get("authorization")?.trim().split(/ +/) ?? [];
  if (scheme?.toLowerCase() !== "bearer" || !token || more.length > 0) {
    throw new ChatError("unauthenticated", "sign in first");
  }
  const { actor, restricted } = await authenticate(context, token, scope.address);
  scope.user = actor.user;
  return { actor, restricted };
}

export function keyOf(request: Request): string | null {
  const key = request.headers.get("idempotency-key");
  if (key === null) return null;
  const { error } = clientId.safeParse(key);
  if (!error) return key;
  throw new ChatError("invalid", "the header Idempotency-Key is not valid", {
    fields: fieldErrors(error).map(({ message }) => ({ path: ["Idempotency-Key"], message })),
  });
}

/** REST-2. Path, then query (of a GET or DELETE, or where the body is bytes) or JSON body: one object, in which nothing is given twice. */
async function inputOf(
  spec: OperationSpec<z.ZodType, z.ZodType>,
  { request, path }: RestRequest,
): Promise<Record<string, unknown>> {
  const fields = fieldsOf(spec.input);
  const own = fromPath(path, fields);
  const query = fromQuery(new URL(request.url).searchParams, fields);
  const hasBody =
    !spec.body && request.method !== "GET" && request.method !== "HEAD" && request.method !== "DELETE";
  if (hasBody && Object.keys(query).length > 0) throw givenWrongly(Object.keys(query), "belongs in the body");
  const rest = hasBody ? await readJsonObject(request) : query;
  const twice = Object.keys(own).filter((name) => Object.hasOwn(rest, name));
  if (twice.length > 0) throw givenWrongly(twice, "is given in the path");
  return { ...rest, ...own };
}

function givenWrongly(names: readonly string[], message: string): ChatError {
  const fields = names.slice(0, 20).map((name) => ({ path: [name.slice(0, 64)], message }));
  return new ChatError("invalid", "the input is not valid", { fields });
}

function success(
  spec: OperationSpec<z.ZodType, z.ZodType>,
  { body, cookie }: { body: unknown; cookie: string | null },
): Response {
  const status = spec.status ?? 200;
  const response = status === 204 ? new Response(null, { status }) : Response.json(body, { status });
  if (cookie !== null) response.headers.append("set-cookie", cookie);
  return response;
}
