import { ChatError } from "@parley/protocol/errors";
import { type StoredPoll, storedExtra } from "../extras/extras.ts";

/** The poll that a message asks; anything else is none. */
export function pollIn(row: { extra: string | null }): StoredPoll {
  const poll = row.extra === null ? undefined : storedExtra(row.extra).poll;
  if (!poll) throw new ChatError("conflict", "this message is no poll");
  return poll;
}

/** POLL-3. Until its time is over, whether the job has closed it yet or not. */
export function requireVotable(poll: StoredPoll, now: number): void {
  if (poll.closed_at === null && (poll.closes_at === null || now < poll.closes_at)) return;
  throw new ChatError("conflict", "this poll is closed");
}

/** POLL-2. The options chosen, in order and each once. */
export function requireChoice(chosen: readonly number[], poll: StoredPoll): number[] {
  const places = [...new Set(chosen)].sort((one, other) => one - other);
  const isThere = places.every((place) => place < poll.options.length);
  if (isThere && (poll.several || places.length <= 1)) return places;
  const message = isThere ? "one option alone can be chosen" : "there is no such option";
  throw new ChatError("invalid", message, { fields: [{ path: ["options"], message }] });
}
