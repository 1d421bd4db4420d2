import { afterPoll } from "./apply-polls.ts";
import type { RoomEvent } from "./events.ts";
import type { Message } from "./messages.ts";
import type { RoomThread, RoomWindow } from "./state.ts";

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
function afterReply(message: Message, seq: number, reply: Message, by: number): Message {
  if (seq <= (message.replied_seq ?? 0)) return message;
  const counted = { ...message, reply_count: (message.reply_count ?? 0) + by, replied_seq: seq };
  return by > 0 ? { ...counted, replied_at: reply.created_at } : counted;
}

/** A message that is held, after event `seq`: itself when the event is not about it or says nothing new. */
export function changedBy(message: Message, seq: number, event: RoomEvent): Message {
  switch (event.kind) {
    case "message.sent":
    case "message.edited":
    case "message.previewed":
    case "message.transcribed":
    case "message.deleted": {
      const told = event.message;
      if (told.id === message.id) return told.version > message.version ? told : message;
      if (told.reply_to !== message.id) return message;
      if (event.kind === "message.sent") return afterReply(message, seq, told, 1);
      return event.kind === "message.deleted" ? afterReply(message, seq, told, -1) : message;
    }
    case "reaction.set":
      // A message read late is deleted before the reactions that came before its deletion.
      if (event.message !== message.id || message.deleted_at) return message;
      return withReaction(message, event.emoji, event.by, event.on);
    case "pin.set":
      if (event.message !== message.id || message.deleted_at) return message;
      return withPin(message, event.on ? event.at : null);
    default:
      return afterPoll(message, event);
  }
}

/** The ids of the messages that an event may change: the one it is about, and the one that this answers. */
export function subjectsOf(event: RoomEvent): number[] {
  if (!("message" in event)) return [];
  if (typeof event.message === "number") return [event.message];
  const { id, reply_to } = event.message;
  return reply_to === undefined ? [id] : [id, reply_to];
}

export function windowAfter(window: RoomWindow, seq: number, event: RoomEvent): RoomWindow {
  let { messages } = window;
  for (const subject of subjectsOf(event)) {
    const place = messages.findIndex(({ id }) => id === subject);
    const held = messages[place];
    const changed = held && changedBy(held, seq, event);
    if (changed && changed !== held) messages = messages.with(place, changed);
  }
  return messages === window.messages ? window : { ...window, messages };
}

/** A thread that is held, after event `seq`. */
export function threadAfter(thread: RoomThread, seq: number, event: RoomEvent): RoomThread {
  const parent = changedBy(thread.parent, seq, event);
  const messages = answersAfter(withAnswer(thread, event), seq, event);
  if (parent === thread.parent && messages === thread.messages) return thread;
  return { ...thread, parent, messages };
}

/**
 * A new answer takes its place: not one that was deleted before the event was read, nor one that a page read later has
 * left to the page before it.
 */
function withAnswer({ parent, messages, before }: RoomThread, event: RoomEvent): readonly Message[] {
  if (event.kind !== "message.sent") return messages;
  const { message } = event;
  const isHere = messages.some(({ id }) => id === message.id);
  const isAnswer = message.reply_to === parent.id && !message.deleted_at && message.seq >= (before ?? 0);
  if (!isAnswer || isHere) return messages;
  const later = messages.findIndex((other) => other.seq > message.seq);
  return later < 0 ? [...messages, message] : messages.toSpliced(later, 0, message);
}

export function answersAfter(
  messages: readonly Message[],
  seq: number,
  event: RoomEvent,
): readonly Message[] {
  const changed = messages.map((message) => changedBy(message, seq, event));
  if (changed.every((message, place) => message === messages[place])) return messages;
  return changed.filter(({ deleted_at }) => !deleted_at);
}
