/*
 * The constants of the live socket and of positions. They stand apart from the schemas so that a browser can have
 * them without the schema library.
 */

/** The live socket: JSON text frames under this subprotocol at this path. */
export const livePath = "/api/v2/live";
export const liveSubprotocol = "parley.v1";

/** Close codes (RFC 6455 leaves 4000-4999 to applications). */
export const closeCodes = {
  badFrame: 4400,
  unauthenticated: 4401,
  /** The session has ended: sign in again. */
  revoked: 4403,
  helloTimeout: 4408,
  flood: 4429,
  /** The server stops or restarts: resume. */
  drain: 4503,
  /** This reader was too slow for too long: resume. */
  slow: 4508,
} as const;

/** The low 32 bits of an event's time in milliseconds: two histories that parted differ in it at the same position. */
export function tailOf(at: string | number): number {
  return (typeof at === "number" ? at : Date.parse(at)) % 2 ** 32;
}
