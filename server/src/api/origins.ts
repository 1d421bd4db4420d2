/** Which web pages a request may come from. */
export interface OriginRules {
  /** Our own origin as people are told it. */
  publicUrl: string;
  /** Other pages that may use the API from a browser. */
  corsOrigins: readonly string[];
}

/** Whether another page that was named may read this answer; null where the request comes from no such page. */
export function foreignOrigin(request: Request, rules: OriginRules): string | null {
  const origin = request.headers.get("origin");
  return origin !== null && rules.corsOrigins.includes(origin) ? origin : null;
}

/**
 * Whether our own page sent this request, as its browser says: `Sec-Fetch-Site` where there is one, else the origin
 * compared with our name and with the name the request was sent to (on a local network people use an address).
 */
export function isSameOrigin(request: Request, rules: OriginRules): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = request.headers.get("origin");
  return origin !== null && isOwn(origin, request, rules);
}

/** REST-10. Whether a socket may be opened from there: our own pages, those that were named, and programs, which name none. */
export function mayOpenSocket(request: Request, rules: OriginRules): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  return isOwn(origin, request, rules) || rules.corsOrigins.includes(origin);
}

function isOwn(origin: string, request: Request, rules: OriginRules): boolean {
  if (origin === rules.publicUrl) return true;
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  return new URL(origin).host === request.headers.get("host");
}
