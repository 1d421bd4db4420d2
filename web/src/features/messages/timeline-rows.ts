import type { Message } from "@parley/protocol/messages";
import type { OutboxEntry } from "../../client/outbox-storage.ts";
import { dayNumber } from "../../ui/times.ts";

export type Row =
  | { kind: "start"; key: string }
  | { kind: "day"; key: string; at: string | number }
  | { kind: "new"; key: string }
  /** `isHead`: shown with its author; the ones after it belong to it. */
  | { kind: "message"; key: string; message: Message; isHead: boolean }
  | { kind: "waiting"; key: string; entry: OutboxEntry; isHead: boolean };

export interface TimelineOf {
  /** In the order of the room. */
  messages: readonly Message[];
  /** This room's, in the order in which they are sent. */
  waiting: readonly OutboxEntry[];
  me: number;
  /** Whether the first message of the room is the first of `messages`. */
  isWhole: boolean;
  /** Where the person had read to when they came; null where there was nothing new. */
  readTo: number | null;
  /** The message that all of them answer, where they are shown as its thread. */
  parent?: number | undefined;
}

/** Milliseconds between two messages of one author that are shown as one. */
const groupWithin = 5 * 60_000;

interface Last {
  sender: number;
  at: number;
}

/** TIME-1 to TIME-4. What a timeline shows, from the oldest to what is on its way. */
export function rowsOf({ messages, waiting, me, isWhole, readTo, parent }: TimelineOf): Row[] {
  const rows: Row[] = isWhole ? [{ kind: "start", key: "start" }] : [];
  let last: Last | null = null;
  let isNewShown = readTo === null;
  const begin = (at: number): void => {
    if (last && dayNumber(last.at) === dayNumber(at)) return;
    rows.push({ kind: "day", key: `day ${dayNumber(at)}`, at });
    last = null;
  };
  messages.forEach((message, index) => {
    const at = Date.parse(message.created_at);
    // The oldest that is held may be the middle of a group: it is known, not shown.
    if (index === 0 && !isWhole) {
      last = { sender: message.sender, at };
      return;
    }
    begin(at);
    if (!isNewShown && message.seq > (readTo ?? 0) && message.sender !== me) {
      rows.push({ kind: "new", key: "new" });
      isNewShown = true;
      last = null;
    }
    const isHead = !continues(last, message.sender, at) || answersElse(message, parent);
    rows.push({ kind: "message", key: keyOf(message, me), message, isHead });
    last = { sender: message.sender, at };
  });
  for (const entry of waiting) {
    begin(entry.created_at);
    const isHead = !continues(last, me, entry.created_at) || answersElse(entry, parent);
    rows.push({ kind: "waiting", key: `own ${entry.client_id}`, entry, isHead });
    last = { sender: me, at: entry.created_at };
  }
  return rows;
}

/** An answer stands for itself, unless all around it answer the same. */
function answersElse({ reply_to }: { reply_to?: number | undefined }, parent: number | undefined): boolean {
  return reply_to !== undefined && reply_to !== parent;
}

function continues(last: Last | null, sender: number, at: number): boolean {
  return last !== null && last.sender === sender && at - last.at < groupWithin;
}

/** A message keeps the place it had while it was on its way: nothing moves when it arrives. */
function keyOf({ id, sender, client_id }: Message, me: number): string {
  return sender === me && client_id !== undefined ? `own ${client_id}` : `message ${id}`;
}

/** What it began, or else the thread that it stands in. */
export function threadOf({ id, reply_to, reply_count = 0 }: Message): number {
  return reply_count > 0 ? id : (reply_to ?? id);
}
