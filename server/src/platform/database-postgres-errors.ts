import { CollisionError, StoreFullError } from "./database.ts";

/** SQLSTATE of an error that the server reported; the driver keeps it in `errno`. */
export function stateOf(error: unknown): string | null {
  const { code, errno } = (error ?? {}) as { code?: unknown; errno?: unknown };
  return code === "ERR_POSTGRES_SERVER_ERROR" && typeof errno === "string" ? errno : null;
}

/** The connection is gone, was never made, or the server is about to stop or not yet ready. */
export function isConnectionLost(error: unknown): boolean {
  const state = stateOf(error);
  if (state !== null) return /^(08|57P0[1-5]|53300)/.test(state);
  const { code } = (error ?? {}) as { code?: unknown };
  return (
    typeof code === "string" && /^(ERR_POSTGRES_(CONNECTION|IDLE|LIFETIME)|ECONN|EPIPE|ETIMEDOUT)/.test(code)
  );
}

/**
 * What a transaction that did not commit means for its operations.
 * - 40001, 40P01, 55P03: it lost against another one.
 * - 23505: a row with the same key was committed by another one after the verb had looked for it. Carried out again, the
 *   verb sees that row and answers for it. A verb that does not look first would collide for ever: it is a bug.
 * - a connection lost before COMMIT was sent: the server has rolled it back.
 */
export function asStoreError(error: unknown): unknown {
  const state = stateOf(error);
  if (state === "40001" || state === "40P01" || state === "55P03" || state === "23505") {
    return new CollisionError(`the transaction collided (${state})`, { cause: error });
  }
  if (state === "53100") return new StoreFullError("the disk of the database is full", { cause: error });
  if (isConnectionLost(error)) {
    return new CollisionError("the connection was lost before the commit", { cause: error });
  }
  return error;
}
