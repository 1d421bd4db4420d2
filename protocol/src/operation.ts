import type { z } from "zod";

/** `anyone`: no session needed; `user`: a session; `admin`: a session of a server admin. */
export type Who = "anyone" | "user" | "admin";

/**
 * How an operation is carried out. `read`: from the store as it is. `write`: one durable change, inside the
 * transaction of the write path. `run`: has slow work (hashing a password) before its change, or is bound to
 * the connection it came by.
 */
export type Kind = "read" | "write" | "run";

/**
 * Why a repeated call does no harm. `state`: it sets an absolute state. `key`: the first answer is kept for 30 days
 * under the caller's idempotency key (`do.id`, or the header `Idempotency-Key`) and given again.
 */
export type Repeat = "state" | "key";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A body of bytes: of which types, and how many at most. */
export interface BytesSpec {
  types: readonly string[];
  most: number;
}

export interface OperationSpec<Input extends z.ZodType, Output extends z.ZodType> {
  summary: string;
  kind: Kind;
  who: Who;
  /** Method and path below `/api/v2`; `{name}` in the path is the input's field of that name. */
  rest: `${Method} /${string}`;
  /** The status of a success over REST: 200 unless told; 204 answers without a body. */
  status?: 200 | 201 | 204;
  repeat?: Repeat;
  /** Its body over REST is bytes, no JSON; over the live socket it cannot be carried out. */
  body?: BytesSpec;
  input: Input;
  output: Output;
}

/** Declares one operation: REST, the live socket, OpenAPI, the typed client and the permission tests follow from it. */
export function operation<Input extends z.ZodType, Output extends z.ZodType, const Runs extends Kind>(
  spec: OperationSpec<Input, Output> & { kind: Runs },
): OperationSpec<Input, Output> & { kind: Runs } {
  return spec;
}
