/*
 * Takes secrets out of what is logged. Each pattern begins where a word begins, so that none takes more time than in
 * proportion to the text: some of it was written by strangers.
 */

const blank = "[redacted]";
/** Fields whose value is a secret whatever it looks like, compared without case, `-` and `_`. */
const secretName = /token|password|secret|authorization|cookie|ticket|apikey|idempotencykey|credential/;
/** Never logged at all: what people say to each other. */
const privateName = /^(text|body|content|message_text)$/;
/** A value in a URL's query or fragment, or in a form, under a name that tells of a secret. */
const secretInUrl = /([?&#;\s]|^)((?:[a-z_-]*(?:token|ticket|password|secret|code|key))=)[^&#\s"'<>]+/gi;
/** The same in JSON, escaped or not. */
const secretInJson =
  /(\\?"[a-z_-]*(?:token|ticket|password|secret|authorization|cookie)\\?"\s*:\s*\\?")(?:[^"\\]|\\[^"])+/gi;
/** The password of an address such as `postgresql://name:password@host/`. */
const passwordInUrl = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;
const bearer = /\b(bearer|basic)[\s.]+[A-Za-z0-9._~+/=-]{8,}/gi;
/** Three parts in base64url, the first beginning with `{"`: a signed token wherever it stands. */
const signedToken = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g;

/** Characters of one value, entries of one list and levels of nesting that are kept. */
const longest = 2_000;
const mostEntries = 50;
const deepest = 6;

export function redactText(text: string): string {
  const cut = text.length > longest * 4 ? text.slice(0, longest * 4) : text;
  const clean = cut
    .replace(secretInUrl, `$1$2${blank}`)
    .replace(secretInJson, `$1${blank}`)
    .replace(passwordInUrl, `$1${blank}@`)
    .replace(bearer, `$1 ${blank}`)
    .replace(signedToken, blank);
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}

export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(object: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object).slice(0, mostEntries)) {
    if (value === undefined) continue;
    clean[redactText(name)] = isSecret(name) ? blank : redactValue(value, depth + 1);
  }
  return clean;
}

function isSecret(name: string): boolean {
  const plain = name.toLowerCase();
  return privateName.test(plain) || secretName.test(plain.replaceAll(/[-_]/g, ""));
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "bigint") return String(value);
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (typeof value !== "object") return `[${typeof value}]`;
  if (depth >= deepest) return "[deep]";
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((each) => redactValue(each, depth + 1));
  return redactObject(value, depth);
}

/** Only what tells where and what: drivers hang queries and their values on their errors. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    message: redactText(error.message),
    ...(typeof code === "string" ? { code } : {}),
    ...(error.stack ? { stack: redactText(error.stack) } : {}),
    ...(error.cause === undefined || depth >= deepest ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
