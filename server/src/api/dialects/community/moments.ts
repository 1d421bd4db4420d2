import { z } from "zod";

/** A moment as clients write it; without a zone in UTC. */
export const moment = z.iso.datetime({ offset: true, local: true });

/** Milliseconds, of a moment or of the beginning of a day. */
export function timeOf(given: string): number {
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(given);
  return Date.parse(given.includes("T") && !hasZone ? `${given}Z` : given);
}
