import type { OperationName } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { isSameOrigin, type OriginRules } from "./origins.ts";

/**
 * REST-8. A browser keeps its refresh token where no script can read it: in a cookie that goes nowhere but back to us.
 * With `__Host-` no other host of the same domain can set it; plain HTTP knows no such protection.
 */
export interface CookieRules extends OriginRules {
  refreshTokenDays: number;
}

/** Operations that answer with a pair of tokens. */
const givesTokens: ReadonlySet<OperationName> = new Set([
  "session.create",
  "session.refresh",
  "user.register",
  "server.claim",
]);

function isSecure(rules: CookieRules): boolean {
  return rules.publicUrl.startsWith("https:");
}

export function cookieName(rules: CookieRules): string {
  return isSecure(rules) ? "__Host-parley_refresh" : "parley_refresh";
}

function attributes(rules: CookieRules): string {
  return `Path=/; HttpOnly; SameSite=Strict${isSecure(rules) ? "; Secure" : ""}`;
}

export function readCookie(request: Request, rules: CookieRules): string | null {
  const name = cookieName(rules);
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const [key, ...value] = part.split("=");
    if (key?.trim() === name) return value.join("=").trim() || null;
  }
  return null;
}

export function clearedCookie(rules: CookieRules): string {
  return `${cookieName(rules)}=; Max-Age=0; ${attributes(rules)}`;
}

/**
 * A refresh without a token in its body takes the one in the cookie, and answers in the cookie: else a script could
 * carry the token away. Only our own pages may do that.
 */
export function withRefreshCookie(
  name: OperationName,
  input: Record<string, unknown>,
  request: Request,
  rules: CookieRules,
): Record<string, unknown> {
  if (name !== "session.refresh" || input.refresh_token !== undefined) return input;
  const token = readCookie(request, rules);
  if (token === null) return input;
  if (!isSameOrigin(request, rules)) {
    throw new ChatError("forbidden", "the cookie is good for this server's own pages only");
  }
  return { ...input, refresh_token: token, cookie: true };
}

export interface CookieCall {
  name: OperationName;
  input: Record<string, unknown>;
  /** The caller's own session. */
  session: number | null;
}

/** What is answered, and the cookie that goes with it: a refresh token is never in both. */
export function splitTokens(
  { name, input, session }: CookieCall,
  result: unknown,
  rules: CookieRules,
): { body: unknown; cookie: string | null } {
  if (name === "session.end" && (input.session ?? session) === session) {
    return { body: result, cookie: clearedCookie(rules) };
  }
  if (!givesTokens.has(name) || input.cookie !== true) return { body: result, cookie: null };
  const { refresh_token: token, ...rest } = result as { refresh_token: string };
  const life = `Max-Age=${rules.refreshTokenDays * 86_400}`;
  return { body: rest, cookie: `${cookieName(rules)}=${token}; ${life}; ${attributes(rules)}` };
}

/** The session behind the cookie is over already: what is left of it would sign nobody in. */
export function isCookieRefused({ name, input }: CookieCall, error: unknown): boolean {
  if (!(error instanceof ChatError) || error.code !== "unauthenticated") return false;
  return name === "session.end" || (name === "session.refresh" && input.cookie === true);
}
