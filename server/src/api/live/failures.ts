import { retryOf } from "@parley/protocol/errors";
import type { FrameError } from "@parley/protocol/frames";
import { asChatError } from "../faults.ts";

/** What went wrong, as a frame tells it. A bug is reported and told as internal. */
export function toFrameError(error: unknown, report: (error: unknown) => void): FrameError {
  const known = asChatError(error);
  if (!known) {
    report(error);
    return { code: "internal", message: "something went wrong on the server", retry: "same" };
  }
  const { after, fields } = known.details;
  return {
    code: known.code,
    message: known.message,
    retry: retryOf(known.code),
    ...(after !== undefined && { after }),
    ...(fields && { fields }),
  };
}
