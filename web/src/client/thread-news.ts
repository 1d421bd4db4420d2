import type { Thread, UnreadAnswer } from "@parley/protocol/threads";
import { readTo } from "./unread.ts";
import type { View } from "./view.ts";

export type FollowedThreads = ReadonlyMap<number, Thread>;

/** What is new in the threads of a room that the person follows. */
export interface ThreadNews {
  readonly threads: readonly Thread[];
  readonly mentions: number;
}

const nothing: ThreadNews = { threads: [], mentions: 0 };

/** By the threads that they sort. */
const sorted = new WeakMap<FollowedThreads, ReadonlyMap<number, readonly Thread[]>>();

/** Asked for every room at every change of what is shown: most have nothing new. */
function withNews(threads: FollowedThreads): ReadonlyMap<number, readonly Thread[]> {
  const known = sorted.get(threads);
  if (known) return known;
  const found = Map.groupBy(
    [...threads.values()].filter(({ unread }) => unread.length > 0),
    ({ room }) => room,
  );
  sorted.set(threads, found);
  return found;
}

/** THREAD-12. What is new in a thread: what its room shows is read there as well. */
export function newAnswers(thread: Thread, view: Pick<View, "state" | "read">): readonly UnreadAnswer[] {
  const held = view.state.rooms.get(thread.room);
  if (!held) return [];
  const read = readTo(held, view);
  return thread.unread.filter(({ seq, in_thread }) => in_thread || seq > read);
}

export function threadNews(room: number, view: Pick<View, "state" | "read" | "threads">): ThreadNews {
  const threads = view.threads && withNews(view.threads).get(room);
  if (!threads) return nothing;
  const fresh = threads.map((thread) => ({ thread, answers: newAnswers(thread, view) }));
  const found = fresh.filter(({ answers }) => answers.length > 0);
  if (found.length === 0) return nothing;
  const mentions = found.flatMap(({ answers }) => answers).filter((answer) => answer.mentions_me);
  return { threads: found.map(({ thread }) => thread), mentions: mentions.length };
}
