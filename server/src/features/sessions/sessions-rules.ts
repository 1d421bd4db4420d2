import { ChatError } from "@parley/protocol/errors";
import type { Session } from "@parley/protocol/sessions";
import { isoTime } from "../../platform/clock.ts";
import type { FamilyRow, SessionRow, SessionTimes } from "./sessions-rows.ts";

const day = 86_400_000;
/** Milliseconds after which every session ends, however much it is used. */
const longestLife = 90 * day;
/** Milliseconds for which the token before the present one still leads to its successor. */
export const replayWindow = 20_000;
/** Milliseconds between two notes of a session's use. */
export const touchEvery = 60_000;
/** Milliseconds for which a session that is over is kept, so that a stolen token used late is still seen as one. */
export const keptAfterEnd = 90 * day;
/** Devices one person is signed in on; one more signs the longest unused out. */
export const mostSessions = 100;

/** SES-9. Used within so many days a session goes on, but never past its ninetieth. */
export function sessionTimes(now: number, idleDays: number) {
  return { idle_until: idleUntil(now, idleDays), expires_at: now + longestLife };
}

export function idleUntil(now: number, idleDays: number): number {
  return now + idleDays * day;
}

export function isLive(row: SessionTimes & { active: 0 | 1 }, now: number): boolean {
  return row.ended_at === null && row.active === 1 && now < row.idle_until && now < row.expires_at;
}

/**
 * SES-6, SES-7, SES-8. What a genuine refresh token does to its live family. The one before the present one leads to
 * the same successor for a moment, for its answer may have been lost or two tabs may have asked at once; anything else
 * was replaced before: it was copied, and nobody can tell who has the copy.
 */
export function rotationOf(family: FamilyRow, presented: number, now: number): "next" | "same" | "stolen" {
  if (presented === family.generation) return "next";
  const isPrevious = presented === family.generation - 1;
  return isPrevious && now - family.rotated_at <= replayWindow ? "same" : "stolen";
}

export function signInAgain(): ChatError {
  return new ChatError("unauthenticated", "the session has ended: sign in again");
}

export function noSuchSession(): ChatError {
  return new ChatError("not_found", "there is no such session");
}

export function toSession(row: SessionRow, current: number): Session {
  return {
    id: row.id,
    device: row.device,
    network: row.network,
    created_at: isoTime(row.created_at),
    used_at: isoTime(row.used_at),
    current: row.id === current,
  };
}
