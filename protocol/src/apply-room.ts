import { changedBy, subjectsOf, threadAfter, windowAfter } from "./apply-changes.ts";
import type { RoomEvent } from "./events.ts";
import { tailOf } from "./live.ts";
import type { Message } from "./messages.ts";
import { laterMessage, toLastMessage } from "./previews.ts";
import type { Membership } from "./rooms.ts";
import { newRoomState, type Reader, type RoomState, type RoomThread, timeline } from "./state.ts";

/** How much of a room a client holds in memory. */
export const holding = {
  messages: 2_000,
  /** Messages beyond it before the oldest are let go: trimming at each arrival would sort at each arrival. */
  slack: 200,
  recentEvents: 200,
  /** Answers of the thread that is open. */
  thread: 1_000,
  /** Messages up to the newest that stay beside a window into the past, however long that is. */
  besideWindow: 200,
} as const;

export interface Page {
  messages: readonly Message[];
  head: number;
  before: number | null;
}

export interface Marked {
  head: number;
  read: number;
  unread: number;
  mentions: number;
}

function keepNewer(messages: Map<number, Message>, message: Message): void {
  const held = messages.get(message.id);
  if (!held || message.version > held.version) messages.set(message.id, message);
}

/** Event `seq`. Messages sent before `from` are not held, so events about them have nothing to change. */
function applyToMessages(messages: Map<number, Message>, seq: number, event: RoomEvent, from: number): void {
  if (isFrom(event, from)) keepNewer(messages, event.message);
  for (const subject of subjectsOf(event)) {
    const held = messages.get(subject);
    if (held) messages.set(held.id, changedBy(held, seq, event));
  }
}

type Counted = Pick<RoomState, "room" | "marked">;

/** BLOCK-4. Nobody is mentioned by whom they block. */
export function isMentioned(message: Message, { user, blocked }: Reader): boolean {
  if (message.sender === user || blocked.has(message.sender)) return false;
  return message.mention_all === true || (message.mentions ?? []).includes(user);
}

/** What an own message leaves unread: nothing, unless the mark was moved back after it. */
function applyToCounts({ room, marked }: Counted, seq: number, event: RoomEvent, reader: Reader): Counted {
  // What is said in a thread alone leaves what is read and unread in the room as it was.
  if (event.kind === "message.sent" && event.message.in_thread) {
    const moved = { ...room, head: seq, last_message_at: event.message.created_at };
    return { room: seq > room.head ? moved : room, marked };
  }
  const isOwn = event.kind === "message.sent" && event.message.sender === reader.user && seq > marked;
  if (seq <= room.head) return isOwn ? { room: { ...room, read: seq }, marked: seq } : { room, marked };
  if (event.kind !== "message.sent") return { room: { ...room, head: seq }, marked };
  const { message } = event;
  const moved = { ...room, head: seq, last_message_at: message.created_at };
  if (isOwn) return { room: { ...moved, read: seq, unread: 0, mentions: 0 }, marked: seq };
  if (seq <= room.read) return { room: moved, marked };
  const mentioned = isMentioned(message, reader) ? 1 : 0;
  return { room: { ...moved, unread: room.unread + 1, mentions: room.mentions + mentioned }, marked };
}

/** What was read late may be ahead of the counts: of two states the newer one stands, as with messages. */
function applyToPreview(room: Membership, event: RoomEvent): Membership {
  switch (event.kind) {
    case "message.sent":
    case "message.edited":
    case "message.previewed":
    case "message.transcribed":
    case "message.deleted": {
      const last_message = laterMessage(room.last_message, toLastMessage(event.message));
      return last_message === room.last_message ? room : { ...room, last_message };
    }
    default:
      return room;
  }
}

function applyToDescription(room: Membership, event: RoomEvent, me: number): Membership {
  switch (event.kind) {
    case "room.updated":
      return { ...room, ...event.room };
    case "member.joined": {
      const joined = { ...room, member_count: room.member_count + 1 };
      return event.user === me ? { ...joined, role: event.role } : joined;
    }
    case "member.left": {
      const left = { ...room, member_count: room.member_count - 1 };
      return event.user === me ? { ...left, role: null } : left;
    }
    case "member.role_changed":
      return event.user === me ? { ...room, role: event.role } : room;
    default:
      return room;
  }
}

/** Whether an event changes the messages held, or may. */
function touches({ messages, before }: RoomState, event: RoomEvent): boolean {
  return subjectsOf(event).some((subject) => messages.has(subject)) || isFrom(event, before ?? 0);
}

function isFrom(event: RoomEvent, from: number): event is Extract<RoomEvent, { message: Message }> {
  return "message" in event && typeof event.message !== "number" && event.message.seq >= from;
}

/** Whether all messages that can be unread are held, so that they can be counted. */
function isCountable({ room, position, before }: RoomState, read: number): boolean {
  return position >= room.head && (before === null || before <= read + 1);
}

export function recounted(state: RoomState, reader: Reader): RoomState {
  const { room, messages } = state;
  if (!isCountable(state, room.read)) return state;
  const unread = [...messages.values()].filter(
    ({ seq, in_thread }) => seq > room.read && seq <= room.head && !in_thread,
  );
  const mentioning = unread.filter((message) => isMentioned(message, reader));
  return {
    ...state,
    doubtful: false,
    room: { ...room, unread: unread.length, mentions: mentioning.length },
  };
}

/** A change may make an unread message mention the caller, or no longer. */
function mayChangeMentions(event: RoomEvent, read: number): boolean {
  return (event.kind === "message.edited" || event.kind === "message.deleted") && event.message.seq > read;
}

/** Applies the events that follow the room's position, the first of them numbered `position` + 1. */
export function applyRun(state: RoomState, events: readonly RoomEvent[], reader: Reader): RoomState {
  // To copy all that is held for an event that is not about it would make every change of a room dear.
  const changed = events.some((event) => touches(state, event)) ? new Map(state.messages) : undefined;
  let { room, marked, position, tail, described, window, thread } = state;
  let doubtful = state.doubtful;
  for (const event of events) {
    position += 1;
    tail = tailOf(event.at);
    if (changed) applyToMessages(changed, position, event, state.before ?? 0);
    if (window) window = windowAfter(window, position, event);
    if (thread) thread = threadAfter(thread, position, event);
    if (position > room.head && mayChangeMentions(event, room.read)) doubtful = true;
    ({ room, marked } = applyToCounts({ room, marked }, position, event, reader));
    room = applyToPreview(room, event);
    if (position > described) {
      room = applyToDescription(room, event, reader.user);
      described = position;
    }
  }
  const messages = changed ?? state.messages;
  const recent = [...state.recent, ...events].slice(-holding.recentEvents);
  const next = {
    ...state,
    room,
    marked,
    position,
    tail,
    described,
    doubtful,
    messages,
    recent,
    window,
    thread,
  };
  return trimmed(doubtful ? recounted(next, reader) : next);
}

function trimmed(state: RoomState): RoomState {
  const most = holding.messages - (state.window?.messages.length ?? 0);
  const next = { ...state, thread: state.thread && withNewestAnswers(state.thread) };
  return state.messages.size > most + holding.slack ? withNewest(next, most) : next;
}

/** Of too many answers the oldest go, and are read again when somebody goes back to them. */
function withNewestAnswers(thread: RoomThread): RoomThread {
  if (thread.messages.length <= holding.thread) return thread;
  const messages = thread.messages.slice(-holding.thread);
  return { ...thread, messages, before: messages[0]?.seq ?? thread.before };
}

/** Lets all but so many of the newest messages go. */
export function withNewest(state: RoomState, count: number): RoomState {
  if (state.messages.size <= count) return state;
  const kept = timeline(state).slice(-count);
  return {
    ...state,
    messages: new Map(kept.map((message) => [message.id, message])),
    before: kept[0]?.seq ?? state.before,
  };
}

/**
 * Adds the page that was asked for with `before: asked`, or the newest page (`asked` null) to a room that has none
 * yet. Undefined when it no longer joins what is held, or is so old that the events since are not known: ask again.
 */
export function withPage(
  state: RoomState,
  page: Page,
  asked: number | null,
  reader: Reader,
): RoomState | undefined {
  if (asked === null ? state.loaded : asked !== state.before) return undefined;
  if (asked === null && page.head < (state.before ?? 0) - 1) return undefined;
  const missed = missedBy(state, page);
  if (missed === undefined) return undefined;
  const before = joined(state, page, asked);
  const arrived = new Map(page.messages.map((message) => [message.id, message]));
  for (const [index, event] of missed.entries()) {
    applyToMessages(arrived, page.head + 1 + index, event, before ?? 0);
  }
  // In the order of the room where the page is an older one, so that nothing has to be sorted.
  const messages = new Map(arrived);
  for (const message of state.messages.values()) {
    const other = messages.get(message.id);
    if (!other || other.version <= message.version) messages.set(message.id, message);
  }
  return recounted({ ...state, loaded: true, messages, before }, reader);
}

/** The events since a page was read; undefined when they are not all known any more. */
export function missedBy(state: RoomState, page: Page): readonly RoomEvent[] | undefined {
  const missed = state.position - page.head;
  if (missed > state.recent.length) return undefined;
  return missed > 0 ? state.recent.slice(-missed) : [];
}

/** What arrived live before the first page may reach further back than that page. */
function joined(state: RoomState, page: Page, asked: number | null): number | null {
  if (asked !== null) return page.before;
  return page.before === null || state.before === null ? null : Math.min(page.before, state.before);
}

/** The room as it is on the server; `membership` was read no earlier than `page`. */
export function roomFromSnapshot(membership: Membership, page: Page | null, known: number): RoomState {
  const state = newRoomState(membership, known);
  if (!page) return state;
  return {
    ...state,
    position: page.head,
    loaded: true,
    messages: new Map(page.messages.map((message) => [message.id, message])),
    before: page.before,
  };
}

/**
 * The caller's read mark moved, forward or back, when the room stood at `head`. Older than an own message it says
 * nothing any more. Its counts are of that head: for another they are counted here, or doubted.
 */
export function withMark(state: RoomState, moved: Marked, reader: Reader): RoomState {
  const { head, read, unread, mentions } = moved;
  if (head < state.marked) return state;
  const marked = { ...state, marked: head, room: { ...state.room, read } };
  if (isCountable(state, read)) return recounted(marked, reader);
  const doubtful = head !== state.room.head;
  return { ...marked, doubtful, room: { ...marked.room, unread, mentions } };
}

/** Whom the reader blocks has changed, and with it which unread messages mention them. */
export function withBlocks(state: RoomState, reader: Reader): RoomState {
  const { room } = state;
  if (room.unread === 0) return state;
  return isCountable(state, room.read) ? recounted(state, reader) : { ...state, doubtful: true };
}
