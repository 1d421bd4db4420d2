import { holdsKeyword } from "@parley/protocol/keywords";
import type { RoomState } from "@parley/protocol/state";
import type { Thread, UnreadAnswer } from "@parley/protocol/threads";
import { newAnswers } from "../../client/thread-news.ts";
import type { View } from "../../client/view.ts";
import { isAnswerToBeTold } from "./notifications-rules.ts";

/** An answer to be told of. */
export interface Notice {
  held: RoomState;
  thread: Thread;
  answer: UnreadAnswer;
}

interface Sight {
  has(room: number): boolean;
  hasThread(message: number): boolean;
}

/** NOTIFY-6. Finds in the threads that the person follows what was not there before. */
export class ThreadNotices {
  /** The newest answer that was known of each thread. */
  readonly #known = new Map<number, number>();
  #hasBegun = false;

  constructor(private readonly sight: Sight) {}

  /** What has come since the last look; what the first look finds was there before. */
  look(view: View): Notice[] {
    if (!view.threads) return [];
    const found = [...view.threads.values()].flatMap((thread) => this.#news(view, thread) ?? []);
    this.#hasBegun = true;
    return found;
  }

  #news(view: View, thread: Thread): Notice | undefined {
    const { message, room, read } = thread;
    const held = view.state.rooms.get(room);
    const answer = newAnswers(thread, view).at(-1);
    const before = this.#known.get(message) ?? (this.#hasBegun ? read : Number.POSITIVE_INFINITY);
    this.#known.set(message, Math.max(answer?.seq ?? read, this.#known.get(message) ?? 0));
    if (!held || !answer || answer.seq <= before || !view.wishes) return undefined;
    const isInSight = this.sight.hasThread(message) || (!answer.in_thread && this.sight.has(room));
    const { text = "" } = held.messages.get(answer.message) ?? {};
    const isCalled = holdsKeyword(text, view.wishes.keywords ?? []);
    const around = { wishes: view.wishes, isInSight, isCalled, now: Date.now() };
    return isAnswerToBeTold(held.room, { thread, answer }, around) ? { held, thread, answer } : undefined;
  }
}

/** NOTIFY-7. Whether what was told of is an answer that is still new; undefined for what is none. */
export function stillStands(view: View, room: number, seq: number): boolean | undefined {
  const own = [...(view.threads?.values() ?? [])].filter((thread) => thread.room === room);
  if (own.some((thread) => newAnswers(thread, view).some((answer) => answer.seq === seq))) return true;
  const messages = view.state.rooms.get(room)?.messages.values() ?? [];
  return [...messages].some((message) => message.seq === seq && message.in_thread) ? false : undefined;
}
