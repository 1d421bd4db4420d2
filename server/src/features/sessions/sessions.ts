import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { ServerRole } from "@parley/protocol/users";
import type { Actor, Context, Tx } from "../../context.ts";
import { networkOf } from "../../platform/throttle.ts";
import type { Sql } from "../../schema/tables.ts";
import { emitToUser } from "../logs/logs.ts";
import {
  type AccessRow,
  accessRow,
  deleteSessionsOverBefore,
  endSessionRow,
  endSessionRows,
  type FamilyRow,
  familyRow,
  insertSession,
  liveSessions,
  lockSession,
  ownSession,
  rotateSession,
  sessionsEndedFrom,
  touchSession,
} from "./sessions-rows.ts";
import {
  idleUntil,
  isLive,
  keptAfterEnd,
  mostSessions,
  noSuchSession,
  rotationOf,
  sessionTimes,
  signInAgain,
  toSession,
  touchEvery,
} from "./sessions-rules.ts";

export { signInAgain } from "./sessions-rules.ts";

/** What a verb that runs outside a transaction knows of its caller. */
export interface From {
  caller: { actor: Actor | null; address: string };
}

/** Who asks, where the operation admits nobody without a session. */
export function actorOf(call: From): Actor {
  if (!call.caller.actor) throw new ChatError("unauthenticated", "sign in first");
  return call.caller.actor;
}

export interface StartedSession {
  user: number;
  session: number;
  refreshToken: string;
}

export type EndedBecause =
  | "signed out"
  | "signed out elsewhere"
  | "password changed"
  | "password set"
  | "deactivated"
  | "deleted"
  | "reused token"
  | "too many";

/** SES-9, SES-13. Signs a person in on one more device; the only way to a session. */
export async function startSession(
  tx: Tx,
  context: Context,
  of: { user: number; device: string; address: string },
): Promise<StartedSession> {
  await makeRoom(tx, of.user);
  const secret = Buffer.from(context.randomBytes(32)).toString("base64url");
  const times = sessionTimes(tx.now, context.config.refreshTokenDays);
  const network = networkOf(of.address);
  const row = await tx.sql.first(
    insertSession({ user: of.user, device: of.device, network, secret, now: tx.now, ...times }),
  );
  if (!row) throw new Error("a session was not stored");
  await emitToUser(tx, of.user, { kind: "session.started", session: row.id, device: of.device });
  // Asked only now: the event before holds the person's row, so that a deactivation is either seen or sees this.
  const person = await tx.sql.first(accessRow({ session: row.id }));
  if (person?.active !== 1) throw signInAgain();
  const refreshToken = context.tokens.refreshToken({ session: row.id, familySecret: secret, generation: 1 });
  return { user: of.user, session: row.id, refreshToken };
}

async function makeRoom(tx: Tx, user: number): Promise<void> {
  const rows = await tx.sql.rows(liveSessions({ user, now: tx.now }));
  for (const row of rows.slice(mostSessions - 1)) await endOne(tx, row.id, "too many");
}

/**
 * SES-6, SES-7, SES-8. A fresh refresh token for a good one. A token that was replaced before ends its session:
 * `stolen` is answered rather than thrown, for what is thrown undoes the ending.
 */
export async function rotate(
  tx: Tx,
  context: Context,
  presented: { token: string; address: string; once: boolean },
): Promise<StartedSession | "refused" | "stolen"> {
  const held = await heldFamily(tx, context, presented.token);
  if (!held) return "refused";
  const { family, generation: used } = held;
  const { id: session } = family;
  const rotation = rotationOf(family, used, tx.now);
  if (rotation === "stolen" || (rotation === "same" && presented.once)) {
    await endReused(tx, context, family);
    return "stolen";
  }
  if (rotation === "next") {
    const idle_until = idleUntil(tx.now, context.config.refreshTokenDays);
    await tx.sql.run(
      rotateSession({ session, now: tx.now, idle_until, network: networkOf(presented.address) }),
    );
  }
  const generation = used + 1;
  const refreshToken = context.tokens.refreshToken({
    session,
    familySecret: family.family_secret,
    generation,
  });
  return { user: family.user_id, session, refreshToken };
}

/** SES-16. Ends the session of a refresh token, whichever of its generations it is. */
export async function endSessionByToken(tx: Tx, context: Context, token: string): Promise<void> {
  const held = await heldFamily(tx, context, token);
  if (!held) return;
  const { family, generation } = held;
  if (rotationOf(family, generation, tx.now) === "stolen") await endReused(tx, context, family);
  else await endOne(tx, family.id, "signed out");
}

/** The live session that a genuine refresh token belongs to, held until the commit. */
async function heldFamily(
  tx: Tx,
  context: Context,
  token: string,
): Promise<{ family: FamilyRow; generation: number } | null> {
  const claims = context.tokens.readRefresh(token);
  if (!claims) return null;
  const { session, generation } = claims;
  if (tx.sql.engine === "postgres") await tx.sql.run(lockSession({ session }));
  const family = await tx.sql.first(familyRow({ session }));
  if (!family || !context.tokens.isRefresh(claims, family.family_secret)) return null;
  return isLive(family, tx.now) ? { family, generation } : null;
}

async function endReused(tx: Tx, context: Context, family: FamilyRow): Promise<void> {
  await endOne(tx, family.id, "reused token");
  context.logger.warn("session.token_reused", { user: family.user_id, session: family.id });
}

/** What a caller on this device may do, and until when it holds without asking again. */
export interface Authenticated {
  actor: Actor;
  role: ServerRole;
  /** Must change the password before anything else. */
  restricted: boolean;
  /** Milliseconds since 1970 UTC. */
  expires_at: number;
}

/** SES-4, SES-5. Who stands behind an access token: asked anew for every call and at every socket's first frame. */
export async function authenticate(
  context: Context,
  accessToken: string,
  address: string,
): Promise<Authenticated> {
  const claims = await context.tokens.verifyAccess(accessToken);
  const found = await authenticateSession(context, { session: claims.session, address });
  if (found.actor.user !== claims.user) throw signInAgain();
  return { ...found, expires_at: Math.min(claims.expires_at, found.expires_at) };
}

/** SES-4, SES-5. Who stands behind a session that something signed by this server has named. */
export async function authenticateSession(
  context: Context,
  { session, address }: { session: number; address: string },
): Promise<Authenticated> {
  const row = await context.database.first(accessRow({ session }));
  const now = context.clock.now();
  if (!row || !isLive(row, now)) throw signInAgain();
  if (now - row.used_at >= touchEvery) noteUse(context, row, { now, address });
  return {
    actor: { user: row.user_id, session: row.id },
    role: row.role,
    restricted: row.must_change_password === 1,
    expires_at: row.expires_at,
  };
}

/** SES-11. Nobody waits for it, and one that fails is made up for by the next call. */
function noteUse(context: Context, row: AccessRow, use: { now: number; address: string }): void {
  const touched = touchSession({
    session: row.id,
    now: use.now,
    before: use.now - touchEvery,
    idle_until: idleUntil(use.now, context.config.refreshTokenDays),
    network: networkOf(use.address),
  });
  context.writer.enqueue({
    work: (tx) => tx.sql.run(touched),
    succeed: () => undefined,
    fail: (error) => context.logger.warn("session.use_not_noted", { session: row.id, error }),
  });
}

/** SES-10. The caller's signed-in devices, the latest used first. */
export async function listSessions(context: Context, call: From): Promise<Output<"session.list">> {
  const { user, session } = actorOf(call);
  const rows = await context.database.rows(liveSessions({ user, now: context.clock.now() }));
  return { sessions: rows.map((row) => toSession(row, session)) };
}

/** SES-10. Signs one of the caller's devices out; one that is out already stays so. */
export async function endSession(
  tx: Tx,
  actor: Actor,
  input: Checked<"session.end">,
): Promise<Output<"session.end">> {
  const session = input.session ?? actor.session;
  if (!(await tx.sql.first(ownSession({ session, user: actor.user })))) throw noSuchSession();
  await endOne(tx, session, session === actor.session ? "signed out" : "signed out elsewhere");
  return {};
}

/** SES-12. Ends a person's sessions, but for one perhaps; their sockets learn of it from the private log. */
export async function endSessionsOf(
  tx: Tx,
  user: number,
  options: { except?: number; because: EndedBecause },
): Promise<void> {
  const { except = 0, because } = options;
  const ended = await tx.sql.rows(endSessionRows({ user, except, now: tx.now, because }));
  for (const { id } of ended) await emitToUser(tx, user, { kind: "session.ended", session: id });
}

async function endOne(tx: Tx, session: number, because: EndedBecause): Promise<void> {
  const row = await tx.sql.first(endSessionRow({ session, now: tx.now, because }));
  if (row) await emitToUser(tx, row.user_id, { kind: "session.ended", session });
}

export interface EndedSession {
  id: number;
  user_id: number;
  ended_at: number;
}

/**
 * SES-12. Sessions ended at or after a moment, for a node that may have missed the events. `ended_at` is when the
 * ending began, by the clock of the node that did it: ask with an overlap of some seconds.
 */
export function sessionsEndedSince(sql: Sql, at: number): Promise<EndedSession[]> {
  return sql.rows(sessionsEndedFrom({ at }));
}

/** SES-15. Forgets sessions that have been over for longer than anybody asks after them. */
export async function forgetOldSessions(tx: Tx): Promise<void> {
  await tx.sql.run(deleteSessionsOverBefore({ at: tx.now - keptAfterEnd }));
}
