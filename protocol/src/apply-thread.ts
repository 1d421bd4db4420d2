import { answersAfter, threadAfter } from "./apply-changes.ts";
import { missedBy, type Page } from "./apply-room.ts";
import type { Message } from "./messages.ts";
import type { RoomState, RoomThread } from "./state.ts";

/** A page of the answers to a message, as it is told. */
export interface ThreadPage extends Page {
  parent: Message;
}

/**
 * The newest page of a thread (`asked` null), which takes the place of whatever thread was held; or the page before
 * it. Undefined when it does not continue what is held, or is so old that the events since are not known: ask again.
 */
export function withThreadPage(
  state: RoomState,
  page: ThreadPage,
  asked: number | null,
): RoomState | undefined {
  const missed = missedBy(state, page);
  if (!missed) return undefined;
  const { parent, messages, before } = page;
  if (asked === null) {
    const read: RoomThread = { parent, messages, before };
    const thread = missed.reduce(
      (held, event, index) => threadAfter(held, page.head + 1 + index, event),
      read,
    );
    return { ...state, thread };
  }
  const held = state.thread;
  if (held?.parent.id !== parent.id || held.before !== asked) return undefined;
  const older = missed.reduce(
    (known, event, index) => answersAfter(known, page.head + 1 + index, event),
    messages,
  );
  return { ...state, thread: { ...held, messages: [...older, ...held.messages], before } };
}
