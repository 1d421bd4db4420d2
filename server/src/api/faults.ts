import { ChatError } from "@parley/protocol/errors";
import { CollisionError, StoreDownError, StoreFullError } from "../platform/database.ts";

/** What an error means for whoever called; null for a bug, which is reported and told as `internal`. */
export function asChatError(error: unknown): ChatError | null {
  if (error instanceof ChatError) return error;
  // Of these three it is known that nothing took effect.
  const passing =
    error instanceof StoreDownError || error instanceof StoreFullError || error instanceof CollisionError;
  return passing ? new ChatError("unavailable", "the store cannot take this now", { after: 1 }) : null;
}
