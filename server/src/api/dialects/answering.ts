import type { Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { z } from "zod";
import type { Actor } from "../../context.ts";
import { requireAdmin } from "../../features/users/users.ts";
import { readForm, readJsonObject } from "../body.ts";
import { type Caller, carriedOut } from "../call.ts";
import { fieldsOf, fromPath, fromQuery, fromText } from "../parameters.ts";
import { bearerOf, keyOf, type RequestScope } from "../rest.ts";
import { BadInput, failureOf, faultsOf } from "./failures.ts";
import { type DialectCall, type DialectParts, type DialectRoute, type Given, Reply } from "./route.ts";

export interface DialectRequest {
  request: Request;
  path: Record<string, string>;
  scope: RequestScope;
}

/** Answers one request to a dialect: who → schema → operations → schema. */
export async function answerRoute(
  parts: DialectParts,
  spec: DialectRoute,
  from: DialectRequest,
): Promise<Response> {
  try {
    const caller = await callerOf(parts, spec, from);
    const call = callOf(parts, { ...from, caller });
    if (spec.who === "admin") await requireAdmin(parts.context.database, call.actor.user);
    const given = await givenTo(spec, from);
    const answered = await spec.answer(call, given);
    if (answered instanceof Response) return answered;
    const reply = answered instanceof Reply ? answered : new Reply(spec.status ?? 200, answered);
    return toResponse(spec, reply);
  } catch (error) {
    return failureOf(error, from.scope, spec.names);
  }
}

/**
 * Whoever has no session is turned away before anything they sent is read; a token that is sent must be good, unless the
 * route says otherwise.
 */
async function callerOf(
  { context }: DialectParts,
  spec: DialectRoute,
  { request, scope }: DialectRequest,
): Promise<Caller> {
  const { address } = scope;
  const nobody = { actor: null, restricted: false, address };
  if (spec.who === "anyone" && !request.headers.has("authorization")) return nobody;
  try {
    return { ...(await bearerOf(context, request, scope)), address };
  } catch (error) {
    const isBad = error instanceof ChatError && error.code === "unauthenticated";
    if (isBad && spec.who === "anyone" && spec.ignoresBadToken) return nobody;
    throw error;
  }
}

/** How somebody asks for operations; `key` tells repeats of a request apart from another one. */
export function callOf(
  parts: DialectParts,
  from: { request: Request; scope: RequestScope; caller: Caller },
): DialectCall {
  const { caller } = from;
  const key = keyOf(from.request);
  let count = 0;
  const change: DialectCall["change"] = async (name, input, bytes) => {
    // One request may take several operations, each of which is recognised by itself when it is repeated.
    const own = key === null || count === 0 ? key : `${key}/${count}`.slice(-limits.clientId);
    count++;
    const { result, changes } = await carriedOut(parts.context, name, input, {
      ...{ caller, key: own },
      ...(bytes && { body: bytes }),
    });
    return { result: result as Output<typeof name>, changed: changes.length > 0 };
  };
  return {
    ...parts,
    ...from,
    get actor(): Actor {
      if (!caller.actor) throw new ChatError("unauthenticated", "sign in first");
      if (caller.restricted) throw new ChatError("forbidden", "change your password first");
      return caller.actor;
    },
    change,
    ask: async (name, input, bytes) => (await change(name, input, bytes)).result,
  };
}

type AnyGiven = Given<Record<string, unknown>, Record<string, unknown>, unknown>;

async function givenTo(spec: DialectRoute, { request, path }: DialectRequest): Promise<AnyGiven> {
  const own = checked(spec.fields, spec.fields ? fromPath(path, fieldsOf(spec.fields)) : {}, "path");
  const search = new URL(request.url).searchParams;
  const query = checked(spec.query, spec.query ? queryOf(search, spec.query) : {}, "query");
  const body = spec.body ? checked(spec.body, await bodyOf(spec, request), "body") : undefined;
  return { path: own, query, body };
}

function queryOf(search: URLSearchParams, schema: z.ZodObject): Record<string, unknown> {
  try {
    return fromQuery(search, fieldsOf(schema));
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    const fields = error.details.fields ?? [];
    throw new BadInput(
      fields.map(({ path, message }) => ({ loc: ["query", ...path], msg: message, type: "value_error" })),
    );
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what the schema makes of it
function checked(schema: z.ZodType | undefined, value: unknown, where: string): any {
  if (!schema) return {};
  const { data, error } = schema.safeParse(value, { reportInput: true });
  if (error) throw new BadInput(faultsOf(error, where));
  return data;
}

async function bodyOf(spec: DialectRoute, request: Request): Promise<unknown> {
  const form = spec.takes === "form" ? await readForm(request) : null;
  if (!form) return readJsonObject(request);
  const fields = fieldsOf(spec.body as z.ZodType);
  return Object.fromEntries(
    [...form].map(([name, text]) => [name, fields[name] ? fromText(text, fields[name]) : text]),
  );
}

/** What leaves is what the route's schema says, and nothing else. */
function toResponse(spec: DialectRoute, { status, body, headers }: Reply): Response {
  if (status === 204) return new Response(null, { status, headers });
  return Response.json(spec.success ? spec.success.parse(body) : body, { status, headers });
}
