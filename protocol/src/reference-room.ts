import { withPin, withReaction } from "./apply-changes.ts";
import type { RoomEvent } from "./events.ts";
import type { Message } from "./messages.ts";
import { toLastMessage } from "./previews.ts";
import type { Membership, Room } from "./rooms.ts";

/*
 * A room kept the plain way, for tests: the whole of it after each event, so that what a client has worked out from
 * a page and events can be held against what it would have been told.
 */

export type Step =
  /** `answers` picks the message that is answered. */
  | {
      do: "send";
      by: number;
      mentioning: boolean;
      answers?: number | undefined;
      /** An answer is said in its thread alone. */
      alone?: boolean | undefined;
    }
  | { do: "edit"; pick: number; mentioning: boolean }
  | { do: "delete"; pick: number }
  | { do: "preview"; pick: number }
  | { do: "react"; pick: number; by: number; emoji: string; on: boolean }
  | { do: "pin"; pick: number; on: boolean }
  | { do: "rename"; by: number }
  | { do: "join" | "leave" | "role"; user: number };

interface Moment {
  membership: Membership;
  messages: readonly Message[];
}

interface Taken {
  happened: Happened;
  membership?: Partial<Membership>;
  messages?: readonly Message[];
}

type Happened =
  | {
      kind: "message.sent" | "message.edited" | "message.previewed" | "message.deleted";
      message: number;
    }
  | Exclude<RoomEvent, { message: Message }>;

const [alice, bob] = [1, 2];
const permissions = {
  send_messages: "member",
  add_members: "member",
  mention_all: "admin",
  pin_messages: "admin",
  change_info: "admin",
} as const;

export function timeAt(seq: number): string {
  return new Date(1_800_000_000_000 + seq * 1000).toISOString();
}

function firstMoment(): Moment {
  const membership: Membership = {
    ...{ id: 7, kind: "group", name: "design", topic: "", public: false, archived: false },
    ...{ permissions, member_count: 2, created_by: bob, created_at: timeAt(1) },
    ...{ role: "member", head: 1, read: 0, unread: 0, mentions: 0, last_message_at: null },
    last_message: null,
    delete_after: null,
    notifications: { level: "default", muted_until: null },
  };
  return { membership, messages: [] };
}

/** Seen by alice, who is user 1. The room's event 1 is its making. */
export class ReferenceRoom {
  readonly me = alice;
  readonly #moments: Moment[] = [firstMoment(), firstMoment()];
  readonly #happened: Happened[] = [];
  readonly #blocked = new Set<number>();

  get head(): number {
    return this.#moments.length - 1;
  }

  at(seq: number): Moment {
    const moment = this.#moments[seq];
    if (!moment) throw new Error(`no moment ${seq}`);
    return moment;
  }

  /** Event `seq` as it is read when the room stands at `readAt`. */
  event(seq: number, readAt: number): RoomEvent {
    const happened = this.#happened[seq - 2];
    if (!happened) throw new Error(`no event ${seq}`);
    const { messages } = this.at(readAt);
    switch (happened.kind) {
      case "message.sent":
      case "message.edited":
      case "message.previewed":
      case "message.deleted": {
        const message = messages.find(({ id }) => id === happened.message);
        if (!message) throw new Error(`no message ${happened.message}`);
        return { kind: happened.kind, at: timeAt(seq), by: message.sender, message };
      }
      default:
        return happened;
    }
  }

  page(readAt: number, before: number | null, limit: number) {
    const older = this.at(readAt).messages.filter(({ seq }) => before === null || seq < before);
    const messages = older.slice(-limit);
    return {
      messages,
      head: readAt,
      before: older.length > messages.length ? (messages[0]?.seq ?? null) : null,
    };
  }

  pageAfter(readAt: number, after: number, limit: number) {
    const newer = this.at(readAt).messages.filter(({ seq }) => seq > after);
    const messages = newer.slice(0, limit);
    return {
      messages,
      head: readAt,
      before: messages[0]?.seq ?? after + 1,
      after: newer.length > messages.length ? (messages.at(-1)?.seq ?? null) : null,
    };
  }

  pageAround(readAt: number, message: number, limit: number) {
    const { messages } = this.at(readAt);
    const place = messages.findIndex(({ id }) => id === message);
    const from = Math.max(0, place - Math.floor(limit / 2));
    const page = messages.slice(from, place + 1 + Math.floor((limit - 1) / 2));
    return {
      messages: page,
      head: readAt,
      before: from > 0 ? (page[0]?.seq ?? null) : null,
      after: page.at(-1) === messages.at(-1) ? null : (page.at(-1)?.seq ?? null),
    };
  }

  replies(readAt: number, parent: number, before: number | null, limit: number) {
    const all = this.at(readAt).messages;
    const found = all.find(({ id }) => id === parent);
    if (!found) throw new Error(`no message ${parent}`);
    const answers = all.filter(
      ({ reply_to, deleted_at, seq }) =>
        reply_to === parent && !deleted_at && seq < (before ?? Number.POSITIVE_INFINITY),
    );
    const messages = answers.slice(-limit);
    return {
      parent: found,
      messages,
      head: readAt,
      before: answers.length > messages.length ? (messages[0]?.seq ?? null) : null,
    };
  }

  /** Alice reads up to an event, at the present head. */
  mark(read: number) {
    return this.#moveMark(Math.max(read, this.at(this.head).membership.read));
  }

  /** Alice marks all from an event on as unread. */
  unmark(seq: number) {
    return this.#moveMark(Math.min(seq - 1, this.at(this.head).membership.read));
  }

  #moveMark(read: number): { head: number; read: number; unread: number; mentions: number } {
    const moment = this.at(this.head);
    const marked = { read, ...this.#counted(moment.messages, read) };
    this.#moments[this.head] = { ...moment, membership: { ...moment.membership, ...marked } };
    return { head: this.head, ...marked };
  }

  /** Alice blocks somebody, or no more: at the present head she is mentioned by others than before. */
  block(user: number, on: boolean): void {
    if (on) this.#blocked.add(user);
    else this.#blocked.delete(user);
    const moment = this.at(this.head);
    const counts = this.#counted(moment.messages, moment.membership.read);
    this.#moments[this.head] = { ...moment, membership: { ...moment.membership, ...counts } };
  }

  /** Takes a step if the room allows it; each makes one event. */
  take(step: Step): void {
    const seq = this.head + 1;
    const past = this.at(this.head);
    const head = { at: timeAt(seq), by: "by" in step ? step.by : bob };
    const next = this.#take(step, past, seq, head);
    if (!next) return;
    this.#happened.push(next.happened);
    const messages = next.messages ?? past.messages;
    this.#moments.push({
      membership: { ...past.membership, ...next.membership, last_message: lastOf(messages), head: seq },
      messages,
    });
  }

  #take(step: Step, past: Moment, seq: number, head: { at: string; by: number }): Taken | undefined {
    switch (step.do) {
      case "send":
        return this.#send(past, seq, step);
      case "edit":
      case "delete":
        return this.#change(past, seq, step, head.at);
      case "preview": {
        const message = past.messages[step.pick % Math.max(past.messages.length, 1)];
        if (!message || message.deleted_at) return undefined;
        const preview = { url: "https://example.org/", title: `Title ${seq}`, site: "example.org" };
        const shown = { ...message, version: message.version + 1, previews: [preview] };
        return {
          happened: { kind: "message.previewed", message: message.id },
          messages: replaced(past.messages, shown),
        };
      }
      case "react": {
        const message = past.messages[step.pick % Math.max(past.messages.length, 1)];
        if (!message || message.deleted_at) return undefined;
        const { emoji, on } = step;
        return {
          happened: { kind: "reaction.set", ...head, message: message.id, emoji, on } as const,
          messages: replaced(past.messages, withReaction(message, emoji, head.by, on)),
        };
      }
      case "pin": {
        const message = past.messages[step.pick % Math.max(past.messages.length, 1)];
        if (!message || message.deleted_at) return undefined;
        const { on } = step;
        return {
          happened: { kind: "pin.set", ...head, message: message.id, on } as const,
          messages: replaced(past.messages, withPin(message, on ? head.at : null)),
        };
      }
      case "rename": {
        const membership = { ...past.membership, name: `design ${seq}` };
        return {
          happened: { kind: "room.updated", ...head, room: described(membership) } as const,
          membership,
        };
      }
      default:
        return this.#changeMembers(past, step, head);
    }
  }

  #send(past: Moment, seq: number, step: Extract<Step, { do: "send" }>): Taken {
    const { messages, membership: before } = past;
    const { by: sender, answers } = step;
    const mentioning = step.mentioning && sender !== alice;
    const answered = answers === undefined ? undefined : messages[answers % Math.max(messages.length, 1)];
    const isAlone = step.alone === true && answered !== undefined;
    const message: Message = {
      ...{ id: messages.length + 1, room: 7, seq, sender, type: "text" },
      ordinal: messages.filter(({ in_thread }) => !in_thread).length + (isAlone ? 0 : 1),
      ...{ text: `text ${seq}`, version: 1, created_at: timeAt(seq) },
      ...(mentioning ? { mentions: [alice] } : {}),
      ...(answered && { reply_to: answered.id }),
      ...(isAlone && { in_thread: true as const }),
    };
    const others = {
      unread: before.unread + 1,
      mentions: before.mentions + (mentioning && !this.#blocked.has(sender) ? 1 : 0),
    };
    const spoken = sender === alice ? { read: seq, unread: 0, mentions: 0 } : others;
    const counts = isAlone ? {} : spoken;
    return {
      happened: { kind: "message.sent", message: message.id } as const,
      membership: { ...counts, last_message_at: message.created_at },
      messages: [...withReply(messages, message, seq, 1), message],
    };
  }

  #change(
    past: Moment,
    seq: number,
    step: Extract<Step, { do: "edit" | "delete" }>,
    at: string,
  ): Taken | undefined {
    const message = past.messages[step.pick % Math.max(past.messages.length, 1)];
    if (!message || message.deleted_at) return undefined;
    const { reactions, mentions, pinned_at, previews, ...bare } = message;
    const version = message.version + 1;
    const mentioned = step.do === "edit" && step.mentioning && message.sender !== alice;
    const changed =
      step.do === "edit"
        ? {
            ...{ ...bare, version, text: `${message.text}!`, edited_at: at },
            ...(reactions && { reactions }),
            ...(pinned_at && { pinned_at }),
            ...(previews && { previews }),
            ...(mentioned && { mentions: [alice] }),
          }
        : { ...bare, version, text: "", deleted_at: at };
    const others = step.do === "edit" ? past.messages : withReply(past.messages, message, seq, -1);
    const messages = replaced(others, changed);
    const kind = step.do === "edit" ? "message.edited" : "message.deleted";
    return {
      happened: { kind, message: message.id },
      membership: this.#counted(messages, past.membership.read),
      messages,
    };
  }

  #counted(messages: readonly Message[], read: number) {
    const unread = messages.filter(({ seq, in_thread }) => seq > read && !in_thread);
    const heard = unread.filter(({ sender }) => !this.#blocked.has(sender));
    const mentions = heard.filter((message) => message.mentions?.includes(alice));
    return { unread: unread.length, mentions: mentions.length };
  }

  #changeMembers(
    { membership }: Moment,
    step: { do: "join" | "leave" | "role"; user: number },
    head: { at: string; by: number },
  ): Taken {
    const { user } = step;
    if (step.do === "join") {
      const joined = { kind: "member.joined", ...head, user, role: "member" } as const;
      return { happened: joined, membership: { member_count: membership.member_count + 1 } };
    }
    if (step.do === "leave") {
      const left = { kind: "member.left", ...head, user } as const;
      return { happened: left, membership: { member_count: membership.member_count - 1 } };
    }
    const changed = { kind: "member.role_changed", ...head, user, role: "admin" } as const;
    return { happened: changed, membership: user === alice ? { role: "admin" as const } : {} };
  }
}

function lastOf(messages: readonly Message[]): Membership["last_message"] {
  const last = messages.at(-1);
  return last ? toLastMessage(last) : null;
}

function withReply(messages: readonly Message[], reply: Message, seq: number, by: number): Message[] {
  return messages.map((message) => {
    if (message.id !== reply.reply_to) return message;
    const counted = { ...message, reply_count: (message.reply_count ?? 0) + by, replied_seq: seq };
    return by > 0 ? { ...counted, replied_at: reply.created_at } : counted;
  });
}

function replaced(messages: readonly Message[], message: Message): Message[] {
  return messages.map((other) => (other.id === message.id ? message : other));
}

function described(membership: Membership): Room {
  const { role, head, read, unread, mentions, last_message_at, last_message, notifications, ...room } =
    membership;
  return room;
}

export function roomOf(steps: readonly Step[]): ReferenceRoom {
  const room = new ReferenceRoom();
  for (const one of steps) room.take(one);
  return room;
}

/** The order of emoji is that of their first use, which a log of ons and offs tells differently from the rows. */
export function comparable(message: Message) {
  const reactions = message.reactions?.map(({ emoji, users }) => `${emoji} ${users.toSorted().join()}`);
  return { ...message, reactions: reactions?.toSorted() };
}
