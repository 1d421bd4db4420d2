import type { Input, OperationName, Output } from "@parley/protocol/contract";
import { ChatError, type ErrorCode, errorCodes, type FieldError } from "@parley/protocol/errors";
import { apiBase, openOperations, routes } from "@parley/protocol/routes";
import type { Environment } from "./environment.ts";

export interface RpcOptions {
  /** The server's address without a path. */
  url: string;
  environment: Pick<Environment, "fetch" | "after" | "now" | "randomBytes">;
  /** An access token that is good now; throws `unauthenticated` without a session. */
  token: () => Promise<string>;
  /** The server refused this token: the next one asked for must be another. */
  refused: (token: string) => void;
  newKey: () => string;
}

export interface CallOptions {
  /** The idempotency key: the same for every repeat of one wish. */
  key?: string;
  /** The bytes that an operation takes in place of a body in JSON, of a type that it names. */
  body?: Blob;
  /** It is asked for though the page goes. */
  outlives?: boolean;
}

export interface Rpc {
  call<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    options?: CallOptions,
  ): Promise<Output<Name>>;
}

/** Milliseconds to wait for an answer. */
const patience = 30_000;

/** Calls operations over REST. A call that got no answer fails as `unavailable`. */
export function createRpc(options: RpcOptions): Rpc {
  return {
    async call<Name extends OperationName>(name: Name, input: Input<Name>, how: CallOptions = {}) {
      const asked = toRequest(options.url, name, input, how.key ?? options.newKey(), how.body);
      // What somebody deletes as the page goes is asked for all the same.
      const request = { ...asked, keepalive: how.outlives === true || asked.method === "DELETE" };
      if (openOperations.has(name)) return (await attempt(options, request)) as Output<Name>;
      const token = await options.token();
      try {
        return (await attempt(options, request, token)) as Output<Name>;
      } catch (error) {
        if (!(error instanceof ChatError) || error.code !== "unauthenticated") throw error;
        options.refused(token);
        return (await attempt(options, request, await options.token())) as Output<Name>;
      }
    },
  };
}

interface Request {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Blob;
  keepalive?: boolean;
}

/**
 * Fields named in the path go there, the others into the query of a GET, or where the body is bytes, and else into the
 * body.
 */
export function toRequest(
  url: string,
  name: OperationName,
  input: object,
  key: string,
  body?: Blob,
): Request {
  const [method = "", template = ""] = routes[name].split(" ");
  const rest = new Map<string, unknown>(Object.entries(input).filter(([, value]) => value !== undefined));
  const path = template.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(String(value));
  });
  const address = `${url}${apiBase}${path}`;
  const headers = { accept: "application/json, application/problem+json" };
  if (method === "GET") return { url: address + toQuery(rest), method, headers };
  const keyed = { ...headers, "idempotency-key": key };
  if (method === "DELETE") return { url: address + toQuery(rest), method, headers: keyed };
  if (body) {
    const typed = { ...keyed, "content-type": body.type };
    return { url: address + toQuery(rest), method, headers: typed, body };
  }
  return {
    url: address,
    method,
    headers: { ...keyed, "content-type": "application/json" },
    body: JSON.stringify(Object.fromEntries(rest)),
  };
}

function toQuery(fields: ReadonlyMap<string, unknown>): string {
  if (fields.size === 0) return "";
  const text = (value: unknown) => (Array.isArray(value) ? value.join(",") : String(value));
  return `?${new URLSearchParams([...fields].map(([name, value]) => [name, text(value)]))}`;
}

async function attempt(options: RpcOptions, request: Request, token?: string): Promise<unknown> {
  const { url, headers, ...rest } = request;
  const authorized = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
  const gaveUp = new AbortController();
  const calm = options.environment.after(patience, () => gaveUp.abort());
  const exchange = async () => {
    const response = await options.environment.fetch(url, {
      ...rest,
      headers: authorized,
      signal: gaveUp.signal,
      credentials: "same-origin",
      cache: "no-store",
    });
    return { response, text: await response.text() };
  };
  const { response, text } = await exchange().catch(unreachable).finally(calm);
  if (!response.ok) throw toChatError(response, text);
  return text === "" ? {} : JSON.parse(text);
}

export function unreachable(cause: unknown): never {
  throw Object.assign(new ChatError("unavailable", "The server cannot be reached."), { cause });
}

interface Problem {
  code?: unknown;
  detail?: unknown;
  title?: unknown;
  after?: unknown;
  fields?: unknown;
}

/** Reads problem details (RFC 9457); a proxy between may have put a page of its own in their place. */
export function toChatError(response: Response, text: string): ChatError {
  const problem = parsedProblem(text);
  const after = Number(problem.after ?? response.headers.get("retry-after") ?? Number.NaN);
  const message = [problem.detail, problem.title].find((part) => typeof part === "string" && part !== "");
  return new ChatError(
    codeOf(problem.code, response.status),
    String(message ?? `The server answered ${response.status}.`),
    {
      ...(Number.isFinite(after) && { after }),
      ...(Array.isArray(problem.fields) && { fields: problem.fields as FieldError[] }),
    },
  );
}

function parsedProblem(text: string): Problem {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function codeOf(code: unknown, status: number): ErrorCode {
  if (typeof code === "string" && code in errorCodes) return code as ErrorCode;
  const known = Object.entries(errorCodes).find(([, of]) => of === status)?.[0] as ErrorCode | undefined;
  if (known) return known;
  if (status === 502 || status === 504) return "unavailable";
  return status >= 500 ? "internal" : "invalid";
}
