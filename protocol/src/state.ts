import type { RoomEvent } from "./events.ts";
import type { Message } from "./messages.ts";
import type { Membership } from "./rooms.ts";

/** A run of a room's messages that was looked up in its past and does not reach the newest ones yet. */
export interface RoomWindow {
  /** In the order of the room. */
  readonly messages: readonly Message[];
  /** The `before` of the next page towards the past; null when the first message is here. */
  readonly before: number | null;
  /** The `after` of the next page towards the present: all sent from `before` up to this event are here. */
  readonly after: number;
  /** The message that was looked up, if it was one. */
  readonly target: number | null;
}

/** A message and those that answer it, while somebody looks at them. */
export interface RoomThread {
  readonly parent: Message;
  /** Its answers that are not deleted, in the order of the room. */
  readonly messages: readonly Message[];
  /** The `before` of the next page towards the past; null when the first answer is here. */
  readonly before: number | null;
}

/**
 * One room as a client holds it: pure data, the same on every client that has applied the same events. A room is
 * heard or only counted (`bump`), so three positions may differ: that of the log, of the counts and of the rest.
 */
export interface RoomState {
  /**
   * `head`, `read`, `unread`, `mentions` and `last_message_at` as of `head`, `last_message` as of the newest that was
   * heard, the rest as of `described`.
   */
  readonly room: Membership;
  /** The last event applied. */
  readonly position: number;
  /** The head as of which `room.read` is known: own messages up to it have not moved the mark since. */
  readonly marked: number;
  /** `tailOf` that event; null where only its number is known. */
  readonly tail: number | null;
  readonly described: number;
  /** The counts could not be worked out from what is held: read the room again. */
  readonly doubtful: boolean;
  /** The position in the private log as of which the membership is known. */
  readonly known: number;
  /** Whether a page was loaded: until then only what arrived live is held. */
  readonly loaded: boolean;
  /** By id. All that were sent at or after `before` are here, those from after `position` perhaps. */
  readonly messages: ReadonlyMap<number, Message>;
  /** The `before` of the next page towards the past; null when the first message is held. */
  readonly before: number | null;
  /** The last events applied, newest last: they bring a page that was read earlier up to `position`. */
  readonly recent: readonly RoomEvent[];
  /** As current as the messages. */
  readonly window: RoomWindow | null;
  /** As current as the messages. */
  readonly thread: RoomThread | null;
  /** The same object for as long as one state leads to the next: another one where a room was begun anew. */
  readonly origin: object;
}

export interface ClientState {
  /** Empty before the first `ready`. */
  readonly epoch: string;
  readonly user: number;
  /** The last event of the private log applied. */
  readonly user_seq: number;
  /** Whom the person blocks: what these say mentions nobody here. */
  readonly blocked: ReadonlySet<number>;
  readonly rooms: ReadonlyMap<number, RoomState>;
}

/** Who looks at a room: what mentions them depends on whom they block. */
export type Reader = Pick<ClientState, "user" | "blocked">;

export function emptyState(): ClientState {
  return { epoch: "", user: 0, user_seq: 0, blocked: new Set(), rooms: new Map() };
}

/** A room of which nothing but the caller's membership is known: the log is heard from its head on. */
export function newRoomState(room: Membership, known: number): RoomState {
  return {
    room,
    position: room.head,
    marked: room.head,
    tail: null,
    described: room.head,
    doubtful: false,
    known,
    loaded: false,
    messages: new Map(),
    before: room.head + 1,
    recent: [],
    window: null,
    thread: null,
    origin: {},
  };
}

/** By the messages that they list. */
const timelines = new WeakMap<RoomState["messages"], readonly Message[]>();

/** SYNC-8. The messages held, in the order of the room: the same list for as long as nothing of it has changed. */
export function timeline({ messages }: Pick<RoomState, "messages">): readonly Message[] {
  const known = timelines.get(messages);
  if (known) return known;
  const list = [...messages.values()];
  const isInOrder = list.every((message, place) => place === 0 || (list[place - 1]?.seq ?? 0) < message.seq);
  if (!isInOrder) list.sort((one, other) => one.seq - other.seq);
  timelines.set(messages, list);
  return list;
}
