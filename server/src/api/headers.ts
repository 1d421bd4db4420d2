/** REST-7. What every answer carries, whatever part of the server made it. */
export interface HeaderRules {
  publicUrl: string;
}

/** Nothing but our own files; pictures and sounds may also be made on the spot by our own scripts. */
export const strictPolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const always: readonly (readonly [string, string])[] = [
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  ["x-frame-options", "DENY"],
  ["permissions-policy", "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=()"],
];

/** What a page of another origin may send and read, beside what every page may. */
const allowedHeaders =
  "Authorization, Content-Type, Idempotency-Key, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Range";
const exposedHeaders =
  "Retry-After, X-Request-Id, Location, Tus-Resumable, Upload-Offset, Upload-Length, Upload-Expires, Content-Range";

/** A year, in seconds. */
const strictTransport = "max-age=31536000";

export function secure(response: Response, rules: HeaderRules, requestId: string): Response {
  const { headers } = response;
  for (const [name, value] of always) headers.set(name, value);
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", strictPolicy);
  // What has no rule of its own may be private.
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-store");
  if (rules.publicUrl.startsWith("https:")) headers.set("strict-transport-security", strictTransport);
  headers.set("x-request-id", requestId);
  return response;
}

/** Lets a page of another origin that was named in the settings read this answer. */
export function allowOrigin(response: Response, origin: string | null): Response {
  response.headers.append("vary", "Origin");
  if (origin === null) return response;
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-expose-headers", exposedHeaders);
  return response;
}

/** The answer to a browser that asks before it sends (a CORS preflight), or to anybody who asks what may be sent. */
export function optionsAnswer(
  allowed: readonly string[],
  origin: string | null,
  more: Readonly<Record<string, string>> = {},
): Response {
  const allow = [...allowed, "OPTIONS"].join(", ");
  const headers: Record<string, string> = { allow, ...more };
  if (origin !== null) {
    headers["access-control-allow-methods"] = allow;
    headers["access-control-allow-headers"] = allowedHeaders;
    headers["access-control-max-age"] = "600";
  }
  return new Response(null, { status: 204, headers });
}
