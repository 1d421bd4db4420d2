import {
  type Checked,
  type Contract,
  contract,
  type OperationName,
  type Output,
} from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { OperationSpec } from "@parley/protocol/operation";
import type { z } from "zod";
import type { Actor, Change, Context, Tx } from "../context.ts";
import { keepAnswer, keptAnswer } from "../features/answers/answers.ts";
import { requireAdmin } from "../features/users/users.ts";
import type { Sql } from "../schema/tables.ts";
import { handlers } from "./handlers.ts";
import { fieldErrors } from "./input.ts";

/** Somebody who calls an operation, as far as the connection knows them. */
export interface Caller {
  /** Null without a session. */
  actor: Actor | null;
  /** Must change the password before anything else. */
  restricted: boolean;
  /** The network address the call came from, as the trusted proxies tell it. */
  address: string;
}

/** One call: who, and the key under which a repeat of it is recognised. */
export interface Call {
  caller: Caller;
  /** The `do.id` or the header `Idempotency-Key`; null where none was given. */
  key: string | null;
  /** The body of a call over REST of an operation that takes bytes. */
  body?: Uint8Array;
}

export type ReadHandler<Name extends OperationName> = (
  sql: Sql,
  actor: Actor,
  input: Checked<Name>,
) => Promise<Output<Name>>;
export type WriteHandler<Name extends OperationName> = (
  tx: Tx,
  actor: Actor,
  input: Checked<Name>,
  call: Call,
) => Promise<Output<Name>>;
export type RunHandler<Name extends OperationName> = (
  context: Context,
  call: Call,
  input: Checked<Name>,
) => Promise<Output<Name>>;

/** Every operation of the contract has exactly one handler of its kind: a missing one does not compile. */
export type Handlers = {
  [Name in OperationName]: Contract[Name]["kind"] extends "read"
    ? ReadHandler<Name>
    : Contract[Name]["kind"] extends "write"
      ? WriteHandler<Name>
      : RunHandler<Name>;
};

export interface Answer {
  succeed: (result: unknown, changes: readonly Change[]) => void;
  fail: (error: unknown) => void;
}

/** What a person who must change the password may still do. */
const openToRestricted: ReadonlySet<string> = new Set(["password.change", "user.me", "session.end"]);

/**
 * The one way to carry out an operation, for REST, the live socket and the dialects:
 * who may → schema → store → answer. Always answers exactly once.
 */
export function carryOut(
  context: Context,
  name: OperationName,
  raw: unknown,
  call: Call,
  answer: Answer,
): void {
  try {
    const spec = contract[name] as OperationSpec<z.ZodType, z.ZodType>;
    admit(name, call.caller);
    const parsed = spec.input.safeParse(raw);
    if (!parsed.success) {
      throw new ChatError("invalid", "the input is not valid", { fields: fieldErrors(parsed.error) });
    }
    requireBody(spec, call);
    start(context, name, parsed.data, call, answer);
  } catch (error) {
    answer.fail(error);
  }
}

/** `carryOut` as a promise. */
export function carriedOut(
  context: Context,
  name: OperationName,
  raw: unknown,
  call: Call,
): Promise<{ result: unknown; changes: readonly Change[] }> {
  return new Promise((resolve, reject) => {
    carryOut(context, name, raw, call, {
      succeed: (result, changes) => resolve({ result, changes }),
      fail: reject,
    });
  });
}

function admit(name: OperationName, caller: Caller): void {
  const { who } = contract[name];
  if (who === "anyone") return;
  if (!caller.actor) throw new ChatError("unauthenticated", "sign in first");
  if (caller.restricted && !openToRestricted.has(name)) {
    throw new ChatError("forbidden", "change your password first");
  }
}

/** REST-18. Frames carry no bytes. */
function requireBody(spec: OperationSpec<z.ZodType, z.ZodType>, call: Call): void {
  if (!spec.body || call.body) return;
  throw new ChatError("unsupported", "the body of this operation is bytes: ask for it over REST");
}

type AnyRead = (sql: Sql, actor: Actor | null, input: unknown) => Promise<unknown>;
type AnyWrite = (tx: Tx, actor: Actor | null, input: unknown, call: Call) => Promise<unknown>;
type AnyRun = (context: Context, call: Call, input: unknown) => Promise<unknown>;

function start(context: Context, name: OperationName, input: unknown, call: Call, answer: Answer): void {
  const { kind, who, repeat } = contract[name] as OperationSpec<z.ZodType, z.ZodType>;
  const handler = handlers[name] as unknown;
  const { actor } = call.caller;
  if (kind === "write") {
    const work = async (tx: Tx) => {
      if (who === "admin") await requireAdminActor(tx.sql, actor);
      return (handler as AnyWrite)(tx, actor, input, call);
    };
    const once = repeat === "key" && call.key !== null ? onceOnly(name, input, call, work) : work;
    context.writer.enqueue({ work: once, ...answer }, laneOf(input));
    return;
  }
  const carryOn = async () => {
    if (who === "admin") await requireAdminActor(context.database, actor);
    if (kind === "read") return (handler as AnyRead)(context.database, actor, input);
    return (handler as AnyRun)(context, call, input);
  };
  carryOn().then((result) => answer.succeed(result, []), answer.fail);
}

/** ACCESS-4. The role is read from the store at each call: a demotion counts at once, on every open socket. */
async function requireAdminActor(sql: Sql, actor: Actor | null): Promise<void> {
  if (!actor) throw new ChatError("unauthenticated", "sign in first");
  await requireAdmin(sql, actor.user);
}

/** The first answer is kept under the caller's key, in the same transaction, and given again. */
function onceOnly(name: OperationName, input: unknown, call: Call, work: (tx: Tx) => Promise<unknown>) {
  return async (tx: Tx): Promise<unknown> => {
    const question = { user: call.caller.actor?.user ?? 0, key: call.key ?? "", operation: name, input };
    const kept = await keptAnswer(tx.sql, question);
    if (kept !== undefined) return kept;
    const result = await work(tx);
    await keepAnswer(tx, question, result);
    return result;
  };
}

/** Operations on one room keep their order. */
function laneOf(input: unknown): number {
  const room = (input as { room?: unknown }).room;
  return typeof room === "number" ? room : 0;
}
