import { ChatError, retryOf } from "@parley/protocol/errors";
import type { FrameError } from "@parley/protocol/frames";

/** What went wrong, as a frame tells it. Anything but a `ChatError` is a bug: it is reported and told as internal. */
export function toFrameError(error: unknown, report: (error: unknown) => void): FrameError {
  if (!(error instanceof ChatError)) {
    report(error);
    return { code: "internal", message: "something went wrong on the server", retry: "same" };
  }
  const { after, fields } = error.details;
  return {
    code: error.code,
    message: error.message,
    retry: retryOf(error.code),
    ...(after !== undefined && { after }),
    ...(fields && { fields }),
  };
}
