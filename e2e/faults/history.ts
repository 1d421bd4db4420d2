/** What a device did and saw, and what turned out to be there in the end: everything the checker knows. */
export type Entry =
  /** A device begins to send a message under this client id; in each room it does so one after the other. */
  | { what: "invoke"; device: string; id: string; room: number }
  | { what: "ok"; device: string; id: string; room: number; seq: number }
  /** Refused for good: it must never appear. What is neither `ok` nor `no` may have happened or not. */
  | { what: "no"; device: string; id: string }
  /** From here on a device sees a room: the next event it applies is the one after `seq`. */
  | { what: "begin"; device: string; room: number; seq: number }
  | { what: "observe"; device: string; room: number; seq: number; event: Observed }
  /** A word that only these devices may ever be sent. */
  | { what: "secret"; token: string; readers: readonly string[] }
  /** A device was sent this word. */
  | { what: "saw"; device: string; token: string }
  /** The room as it stands when all is quiet. */
  | { what: "stored"; room: number; seq: number; event: Observed };

export interface Observed {
  /** The same for everyone who saw the same event, and for no other event. */
  identity: string;
  /** The client id, where it is a message that was sent. */
  sent?: string;
}

export type History = readonly Entry[];

/** Words that may be secrets, wherever they stand in what a device was sent. */
export const tokens = /canary-[0-9a-z-]+/g;

interface SentOrOther {
  kind: string;
  by: number;
  at: string;
  message?: unknown;
}

/** An event as everybody sees it: a message in it may be edited later, its place and sender may not. */
export function toObserved(event: SentOrOther): Observed {
  const { kind, by, at } = event;
  const message = (event.message ?? {}) as { id?: number; client_id?: string };
  const identity = [kind, by, at, message.id, message.client_id].join(" ");
  return kind === "message.sent" && message.client_id !== undefined
    ? { identity, sent: message.client_id }
    : { identity };
}
