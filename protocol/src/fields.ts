import { z } from "zod";
import { limits } from "./limits.ts";

/** An id: a positive integer below 2^53. */
export const id = z.int().positive();

/** A position in a room's or a person's log: 0 before its first event. */
export const position = z.int().nonnegative();

/** A moment: ISO 8601, UTC, milliseconds (RFC 3339). */
export const time = z.iso.datetime({ precision: 3 });

const momentWords = "must be a time such as 2030-01-31T09:00:00Z";

/** A moment as people and programs write it (RFC 3339): any fraction, any offset from UTC. It is kept as `time` is. */
export const moment = z.iso
  .datetime({ offset: true, error: momentWords, abort: true })
  .refine((written) => /^\d{4}-/.test(utc(written)), momentWords)
  .transform(utc);

function utc(written: string): string {
  return new Date(written).toISOString();
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

/** Text that every store and every client can hold: no U+0000 and no lone surrogate. */
export function text(min: number, max: number) {
  return z.string().min(min).max(max).refine(isStorable, "must not hold U+0000 or a lone surrogate");
}

/** Direction overrides, zero-width and other invisible characters, with which one name imitates another. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** A name shown to people: one line, trimmed, nothing invisible in it. */
export function name(max: number) {
  return text(1, max)
    .refine((value) => value.trim() === value && value.length > 0, "must not begin or end with a space")
    .refine((value) => !invisible.test(value), "must not hold invisible characters");
}

/** 1 to 64 characters chosen by the client, unique for each thing it asks for: a UUIDv7 is best. */
export const clientId = z
  .string()
  .min(1)
  .max(limits.clientId)
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");

/** An opaque place in a list, as an earlier page gave it. */
export const cursor = z.string().min(1).max(limits.cursor);

export const pageLimit = z.int().min(1).max(limits.pageMax).default(limits.pageDefault);

/** Seconds after which a message is deleted by itself: from a minute to a year. */
export const deleteAfter = z.int().min(limits.deleteAfterMin).max(limits.deleteAfterMax);

/** An answer without content. */
export const nothing = z.strictObject({});
