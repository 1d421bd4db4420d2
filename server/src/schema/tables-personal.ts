import type { Generated } from "kysely";
import type { Flag } from "./flag.ts";

/** What belongs to one person alone. */
export interface PersonalTables {
  /** `session_id` wrote it; an empty text remembers that it was taken away. */
  drafts: {
    user_id: number;
    room_id: number;
    /** The message in whose thread it is written; 0 for none. */
    thread_id: number;
    text: string;
    reply_to: number | null;
    at: number;
    session_id: number;
  };
  /** Messages that are to be sent at a time; those that were sent are messages, and no longer here. */
  scheduled: {
    id: Generated<number>;
    user_id: number;
    room_id: number;
    client_id: string;
    /** A hash of what was first asked for: the same client id with another content is a conflict. */
    made_hash: string;
    text: string;
    reply_to: number | null;
    in_thread: Generated<Flag>;
    /** JSON: ids, or null for none. */
    mentions: string | null;
    mention_all: Flag;
    /** Seconds from its sending on after which it is deleted. */
    delete_after: number | null;
    send_at: number;
    /** Why it was not sent at its time; null while it waits. */
    failed_because: string | null;
    created_at: number;
  };
  /** What reminds people of messages; `is_due` once its time has come. */
  reminders: {
    id: Generated<number>;
    user_id: number;
    message_id: number;
    room_id: number;
    remind_at: number;
    is_due: Generated<Flag>;
    created_at: number;
  };
  /** Who follows which threads, how far they have read them; a thread that is left is remembered. */
  thread_follows: {
    user_id: number;
    /** The message that is answered. */
    message_id: number;
    room_id: number;
    following: Flag;
    level: "all" | "mentions" | "none";
    read_seq: number;
    /** When the person last did something about it. */
    at: number;
  };
  /** Messages that people keep at hand. */
  saved: { user_id: number; message_id: number; at: number };
  /** Answers kept under the caller's idempotency key. */
  answers: {
    user_id: number;
    key: string;
    operation: string;
    input_hash: string;
    result: string;
    at: number;
  };
}
