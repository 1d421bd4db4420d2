import type { Input, OperationName, Output } from "@parley/protocol/contract";
import type { Method, Who } from "@parley/protocol/operation";
import type { z } from "zod";
import type { Actor, Context } from "../../context.ts";
import type { Caller } from "../call.ts";
import type { Live } from "../live/live.ts";
import type { RequestScope } from "../rest.ts";

/** What dialects stand on. */
export interface DialectParts {
  context: Context;
  live: Live;
}

/** One request to a dialect: who asks, and how they ask for operations of the contract. */
export interface DialectCall extends DialectParts {
  request: Request;
  scope: RequestScope;
  caller: Caller;
  /** Who asks, on a route that admits nobody without a session. */
  readonly actor: Actor;
  /**
   * Carries out one operation as the caller. The rules are the operation's: a dialect has none of its own. `bytes` are
   * for one that takes them.
   */
  ask<Name extends OperationName>(name: Name, input: Input<Name>, bytes?: Uint8Array): Promise<Output<Name>>;
  /** `ask`, and whether anything was changed by it. */
  change<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    bytes?: Uint8Array,
  ): Promise<{ result: Output<Name>; changed: boolean }>;
}

/** An answer that is not the plain success of its route. */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

export interface Given<Path, Query, Body> {
  path: Path;
  query: Query;
  body: Body;
}

export interface RouteSpec<
  Path extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Success extends z.ZodType,
> {
  method: Method;
  /** With `{name}` for each field of `path`. */
  path: `/${string}`;
  summary: string;
  /** What schemas cannot say. */
  about?: string;
  who: Who;
  /** A token that is not good counts as none, where anyone may ask. */
  ignoresBadToken?: true;
  fields?: Path;
  query?: Query;
  body?: Body;
  /** `form`: JSON or a form (`application/x-www-form-urlencoded`). */
  takes?: "json" | "form";
  /** In place of a body: the field of a form that holds a file. `readFormFile` reads it. */
  file?: string;
  /** 200 where it is not told; 204 answers without a body, and 302 leads elsewhere. */
  status?: 200 | 201 | 204 | 302;
  /** Other statuses with the same body. */
  also?: readonly number[];
  success?: Success;
  /** Another type than JSON that it may answer in. */
  otherwise?: string;
  /** Statuses of failures beside those that every route of its kind has. */
  failures?: readonly number[];
  /** Answers also before the first admin exists. */
  openWhileUnclaimed?: true;
  /** Gives way to a page of the same path where a browser asks for HTML. */
  besidePage?: true;
  /** Names of the operation's fields in this dialect, for what is wrong with them. */
  names?: Readonly<Record<string, string>>;
  answer: (
    call: DialectCall,
    given: Given<z.output<Path>, z.output<Query>, z.output<Body>>,
  ) => Promise<z.input<Success> | Reply | Response>;
}

/** A route of a dialect, whatever it takes and answers. */
export type DialectRoute = RouteSpec<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType>;

/** Declares one route of a dialect: its checks on the way in and out, and its description, follow from it. */
export function route<
  Path extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodUndefined,
  Success extends z.ZodType = z.ZodUndefined,
>(spec: RouteSpec<Path, Query, Body, Success>): DialectRoute {
  return spec as unknown as DialectRoute;
}
