import type { RoomEvent } from "./events.ts";
import { tailOf } from "./live.ts";
import type { Message } from "./messages.ts";
import { laterMessage, toLastMessage } from "./previews.ts";
import type { Membership } from "./rooms.ts";
import { newRoomState, type RoomState, timeline } from "./state.ts";

/** How much of a room a client holds in memory. */
export const holding = {
  messages: 2_000,
  /** Messages beyond it before the oldest are let go: trimming at each arrival would sort at each arrival. */
  slack: 200,
  recentEvents: 200,
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

/** An absolute state: applied twice, or to a message that already shows it, it changes nothing. */
export function withReaction(message: Message, emoji: string, user: number, on: boolean): Message {
  const { reactions: held = [], ...rest } = message;
  const entry = held.find((reaction) => reaction.emoji === emoji);
  if ((entry?.users.includes(user) ?? false) === on) return message;
  const reactions = entry
    ? held.map((reaction) =>
        reaction === entry ? { emoji, users: toggled(reaction.users, user, on) } : reaction,
      )
    : [...held, { emoji, users: [user] }];
  const standing = reactions.filter((reaction) => reaction.users.length > 0);
  return standing.length > 0 ? { ...rest, reactions: standing } : rest;
}

function toggled(users: readonly number[], user: number, on: boolean): number[] {
  return on ? [...users, user] : users.filter((other) => other !== user);
}

/** `at`: since when it is pinned; null when it no longer is. */
export function withPin(message: Message, at: string | null): Message {
  const { pinned_at: _, ...rest } = message;
  return at === null ? rest : { ...rest, pinned_at: at };
}

/** A message that was read later has this event counted already. */
function countReply(messages: Map<number, Message>, reply: Message, seq: number, by: number): void {
  const answered = messages.get(reply.reply_to ?? 0);
  if (!answered || seq <= (answered.replied_seq ?? 0)) return;
  const reply_count = (answered.reply_count ?? 0) + by;
  messages.set(answered.id, { ...answered, reply_count, replied_seq: seq });
}

/** Event `seq`. Messages sent before `from` are not held, so events about them have nothing to change. */
function applyToMessages(messages: Map<number, Message>, seq: number, event: RoomEvent, from: number): void {
  switch (event.kind) {
    case "message.sent":
    case "message.edited":
    case "message.deleted":
      if (event.message.seq >= from) keepNewer(messages, event.message);
      if (event.kind === "message.sent") countReply(messages, event.message, seq, 1);
      if (event.kind === "message.deleted") countReply(messages, event.message, seq, -1);
      break;
    case "reaction.set": {
      const held = messages.get(event.message);
      // A message read late is deleted before the reactions that came before its deletion.
      if (held && !held.deleted_at)
        messages.set(held.id, withReaction(held, event.emoji, event.by, event.on));
      break;
    }
    case "pin.set": {
      const held = messages.get(event.message);
      if (held && !held.deleted_at) messages.set(held.id, withPin(held, event.on ? event.at : null));
      break;
    }
  }
}

type Counted = Pick<RoomState, "room" | "marked">;

function mentions(message: Message, me: number): boolean {
  return message.sender !== me && (message.mention_all === true || (message.mentions ?? []).includes(me));
}

/** What an own message leaves unread: nothing, unless the mark was moved back after it. */
function applyToCounts({ room, marked }: Counted, seq: number, event: RoomEvent, me: number): Counted {
  const isOwn = event.kind === "message.sent" && event.message.sender === me && seq > marked;
  if (seq <= room.head) return isOwn ? { room: { ...room, read: seq }, marked: seq } : { room, marked };
  if (event.kind !== "message.sent") return { room: { ...room, head: seq }, marked };
  const { message } = event;
  const moved = { ...room, head: seq, last_message_at: message.created_at };
  if (isOwn) return { room: { ...moved, read: seq, unread: 0, mentions: 0 }, marked: seq };
  if (seq <= room.read) return { room: moved, marked };
  const mentioned = mentions(message, me) ? 1 : 0;
  return { room: { ...moved, unread: room.unread + 1, mentions: room.mentions + mentioned }, marked };
}

/** What was read late may be ahead of the counts: of two states the newer one stands, as with messages. */
function applyToPreview(room: Membership, event: RoomEvent): Membership {
  switch (event.kind) {
    case "message.sent":
    case "message.edited":
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

/** Whether all messages that can be unread are held, so that they can be counted. */
function isCountable({ room, position, before }: RoomState, read: number): boolean {
  return position >= room.head && (before === null || before <= read + 1);
}

function recounted(state: RoomState, me: number): RoomState {
  const { room, messages } = state;
  if (!isCountable(state, room.read)) return state;
  const unread = [...messages.values()].filter(({ seq }) => seq > room.read && seq <= room.head);
  const mentioning = unread.filter((message) => mentions(message, me));
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
export function applyRun(state: RoomState, events: readonly RoomEvent[], me: number): RoomState {
  const messages = new Map(state.messages);
  let { room, marked, position, tail, described } = state;
  let doubtful = state.doubtful;
  for (const event of events) {
    position += 1;
    tail = tailOf(event.at);
    applyToMessages(messages, position, event, state.before ?? 0);
    if (position > room.head && mayChangeMentions(event, room.read)) doubtful = true;
    ({ room, marked } = applyToCounts({ room, marked }, position, event, me));
    room = applyToPreview(room, event);
    if (position > described) {
      room = applyToDescription(room, event, me);
      described = position;
    }
  }
  const recent = [...state.recent, ...events].slice(-holding.recentEvents);
  const next = { ...state, room, marked, position, tail, described, doubtful, messages, recent };
  return trimmed(doubtful ? recounted(next, me) : next);
}

function trimmed(state: RoomState): RoomState {
  if (state.messages.size <= holding.messages + holding.slack) return state;
  const kept = timeline(state).slice(-holding.messages);
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
  me: number,
): RoomState | undefined {
  if (asked === null ? state.loaded : asked !== state.before) return undefined;
  if (asked === null && page.head < (state.before ?? 0) - 1) return undefined;
  const missed = state.position - page.head;
  if (missed > state.recent.length) return undefined;
  const before = joined(state, page, asked);
  const arrived = new Map(page.messages.map((message) => [message.id, message]));
  for (const [index, event] of (missed > 0 ? state.recent.slice(-missed) : []).entries()) {
    applyToMessages(arrived, page.head + 1 + index, event, before ?? 0);
  }
  const messages = new Map(state.messages);
  for (const message of arrived.values()) keepNewer(messages, message);
  return recounted({ ...state, loaded: true, messages, before }, me);
}

/** What arrived live before the first page may reach further back than that page. */
function joined(state: RoomState, page: Page, asked: number | null): number | null {
  if (asked !== null || page.before === null || state.before === null) return page.before;
  return Math.min(page.before, state.before);
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
export function withMark(state: RoomState, moved: Marked, me: number): RoomState {
  const { head, read, unread, mentions } = moved;
  if (head < state.marked) return state;
  const marked = { ...state, marked: head, room: { ...state.room, read } };
  if (isCountable(state, read)) return recounted(marked, me);
  const doubtful = head !== state.room.head;
  return { ...marked, doubtful, room: { ...marked.room, unread, mentions } };
}
