/** The closed list of things that can be wrong with a request. */
export const errorCodes = {
  /** The input breaks the operation's schema or a rule that the caller could have known. */
  invalid: 422,
  /** No session, or one that has ended. */
  unauthenticated: 401,
  /** You can see it, but may not do this to it. */
  forbidden: 403,
  /** It does not exist, or you may not know that it does. */
  not_found: 404,
  /** It collides with what is there: a taken name, another content under a used key, the last owner. */
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  /** Too often; `after` says when to come again. */
  rate_limited: 429,
  /** Not now: full disk, draining, starting. `after` says when to come again. */
  unavailable: 503,
  /** There is no room for it: a person's share of the storage, or the server's, is used up. */
  full: 507,
  /** A bug on the server's side. Whether it took effect is unknown: repeat it with the same key. */
  internal: 500,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** One thing wrong with one field: `path` names it from the input's root. */
export interface FieldError {
  path: (string | number)[];
  message: string;
}

export interface ErrorDetails {
  /** Whole seconds to wait, with `rate_limited` and `unavailable`. */
  after?: number;
  fields?: FieldError[];
}

/** The only error that rules and verbs throw. */
export class ChatError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = "ChatError";
  }
}

/**
 * How a client goes on after an error: `no` never repeat it as it is, `wait` repeat it after the given
 * time, `same` its outcome is unknown, repeat it with the same key.
 */
export type Retry = "no" | "wait" | "same";

export function retryOf(code: ErrorCode): Retry {
  if (code === "rate_limited" || code === "unavailable") return "wait";
  return code === "internal" ? "same" : "no";
}
