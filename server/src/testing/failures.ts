import { ChatError } from "@parley/protocol/errors";

/** The refusal that a promise ends in; anything else it ends in is the test's failure. */
export async function refusalOf(promise: Promise<unknown>): Promise<ChatError> {
  let result: unknown;
  try {
    result = await promise;
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
  throw new Error(`expected a refusal, got ${JSON.stringify(result)}`);
}

/** The code of that refusal, or `done` where there was none. */
export async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "done",
    (error) => {
      if (error instanceof ChatError) return error.code;
      throw error;
    },
  );
}
