import { isMentioned } from "@parley/protocol/apply-room";
import type { Input } from "@parley/protocol/contract";
import type { RoomEvent, UserEvent } from "@parley/protocol/events";
import type { ServerFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { Reader } from "@parley/protocol/state";
import type { Thread } from "@parley/protocol/threads";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";
import type { FollowedThreads } from "./thread-news.ts";
import type { ViewStore } from "./view.ts";

export interface FollowedThreadListOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  view: ViewStore;
}

/** Milliseconds between two looks at the threads of a room that is only counted. */
const lookEvery = 5_000;

/** THREAD-12. The threads that the person follows, and what is new there: read once somebody asks, then followed. */
export class FollowedThreadList {
  readonly #repairs: Repairs;
  #isWanted = false;
  #generation = 0;
  /** Rooms that were looked at a moment ago, and whether there was something since. */
  readonly #looked = new Map<number, boolean>();

  constructor(private readonly options: FollowedThreadListOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  /** Somebody wants to know. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#need();
  }

  async set(input: Input<"thread.set">): Promise<void> {
    this.#took(await this.options.call("thread.set", input));
  }

  /** What was seen of a thread is read: shown so at once, and told where something was new. */
  read(message: number, seq: number): void {
    const thread = this.#threads?.get(message);
    if (!thread?.unread.some((answer) => answer.seq <= seq)) return;
    this.#took(withRead(thread, seq));
    // What is lost is told by the next look.
    this.options.call("thread.read", { message, seq }).catch(() => undefined);
  }

  /** An event of the private log, once it is applied. */
  hear(event: UserEvent): void {
    if (!this.#isWanted) return;
    if (event.kind === "block.set") return this.#need();
    if (event.kind === "room.disappeared") return this.#drop(({ room }) => room === event.room);
    if (event.kind !== "thread.set") return;
    const { message, following, level, read } = event;
    const held = this.#threads?.get(message);
    if (!following) return this.#drop((thread) => thread.message === message);
    if (held) return this.#took(withRead({ ...held, level }, read));
    this.#repairs.need(`thread ${message}`, () => this.#readOne(message));
  }

  /** What is said, where the room is heard; where it is only counted it is looked for. */
  follow(frame: ServerFrame): void {
    if (!this.#isWanted) return;
    if (frame.type === "event") this.#happened([frame.event]);
    else if (frame.type === "events") this.#happened(frame.events);
    else if (frame.type === "gap") this.#look(frame.room);
    else if (frame.type === "bump") for (const { room } of frame.rooms) this.#look(room);
  }

  /** What was said while there was no connection is not told of here. */
  greeted(): void {
    if (this.#isWanted) this.#need();
  }

  /** Of the next person it is wanted as well. */
  clear(): void {
    this.#generation += 1;
    this.#repairs.clear();
    this.#looked.clear();
  }

  get #threads(): FollowedThreads | null {
    return this.options.view.getState().threads;
  }

  #need(): void {
    this.#generation += 1;
    this.#repairs.need("threads", () => this.#readAll());
  }

  #happened(events: readonly RoomEvent[]): void {
    const { state, threads } = this.options.view.getState();
    if (!threads) return;
    const next = events.reduce<FollowedThreads>((held, event) => threadsAfter(held, event, state), threads);
    if (next !== threads) this.#show(next);
  }

  #look(room: number): void {
    if (![...(this.#threads?.values() ?? [])].some((thread) => thread.room === room)) return;
    if (this.#looked.has(room)) {
      this.#looked.set(room, true);
      return;
    }
    this.#looked.set(room, false);
    this.#repairs.need(`room ${room}`, () => this.#readRoom(room));
    this.options.environment.after(lookEvery, () => {
      const isMore = this.#looked.get(room);
      this.#looked.delete(room);
      if (isMore) this.#look(room);
    });
  }

  async #readAll(): Promise<void> {
    const generation = this.#generation;
    const { threads } = await this.options.call("thread.list_places", {});
    if (generation === this.#generation) this.#show(new Map(threads.map((each) => [each.message, each])));
  }

  async #readRoom(room: number): Promise<void> {
    const generation = this.#generation;
    const { threads } = await this.options.call("thread.list_places", { room });
    if (generation !== this.#generation || !this.#threads) return;
    const others = [...this.#threads].filter(([, thread]) => thread.room !== room);
    this.#show(new Map([...others, ...threads.map((each) => [each.message, each] as const)]));
  }

  async #readOne(message: number): Promise<void> {
    const generation = this.#generation;
    const thread = await this.options.call("thread.get", { message });
    if (generation === this.#generation) this.#took(thread);
  }

  #took(thread: Thread): void {
    const threads = this.#threads;
    if (!threads || threads.get(thread.message) === thread) return;
    const next = new Map(threads);
    if (thread.following) next.set(thread.message, thread);
    else next.delete(thread.message);
    this.#show(next);
  }

  #drop(isGone: (thread: Thread) => boolean): void {
    const threads = this.#threads;
    if (!threads || ![...threads.values()].some(isGone)) return;
    this.#show(new Map([...threads].filter(([, thread]) => !isGone(thread))));
  }

  #show(threads: FollowedThreads): void {
    this.options.view.setState({ threads });
  }
}

/** The same thread where nothing of it was new up to there. */
function withRead(thread: Thread, seq: number): Thread {
  const read = Math.max(seq, thread.read);
  return { ...thread, read, unread: thread.unread.filter((answer) => answer.seq > read) };
}

/** THREAD-12. Heard once or twice, in whatever order with what is read meanwhile, an event comes to the same. */
export function threadsAfter(threads: FollowedThreads, event: RoomEvent, reader: Reader): FollowedThreads {
  if (!("message" in event) || typeof event.message === "number") return threads;
  const { message } = event;
  if (event.kind === "message.deleted" && threads.has(message.id)) {
    return new Map([...threads].filter(([root]) => root !== message.id));
  }
  const thread = threads.get(message.reply_to ?? 0);
  const next = thread && threadAfter(thread, message, reader);
  return !next || next === thread ? threads : new Map(threads).set(next.message, next);
}

function threadAfter(thread: Thread, message: Message, reader: Reader): Thread {
  const { id, seq, sender, in_thread, deleted_at } = message;
  if (sender === reader.user) return seq > thread.read ? withRead(thread, seq) : thread;
  if (seq <= thread.read || reader.blocked.has(sender)) return thread;
  const others = thread.unread.filter((answer) => answer.message !== id);
  if (deleted_at !== undefined) {
    return others.length === thread.unread.length ? thread : { ...thread, unread: others };
  }
  const answer = {
    ...{ message: id, seq },
    ...(in_thread && { in_thread }),
    ...(isMentioned(message, reader) && { mentions_me: true as const }),
  };
  const unread = [...others, answer].sort((one, other) => one.seq - other.seq);
  return { ...thread, unread: unread.slice(-limits.threadUnread) };
}
