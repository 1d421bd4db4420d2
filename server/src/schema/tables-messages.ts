import type { Generated } from "kysely";
import type { Flag } from "./flag.ts";

/** Messages and what belongs to them. */
export interface MessageTables {
  messages: {
    id: Generated<number>;
    room_id: number;
    seq: number;
    ordinal: number;
    sender_id: number;
    client_id: string;
    /** A hash of what was first sent: the same client id with another content is a conflict. */
    sent_hash: string;
    type: string;
    /** How `body` is to be read; `plain` is UTF-8 text. */
    body_kind: "plain";
    body: Uint8Array;
    reply_to: number | null;
    /** Whether it stands in the thread of what it answers alone. */
    in_thread: Generated<Flag>;
    /** JSON: ids, or null for none. */
    mentions: string | null;
    mention_all: Flag;
    /** How many reactions stand on it: most messages have none and need no further query. */
    reaction_count: Generated<number>;
    version: Generated<number>;
    /** How many messages answer it that are not deleted, the event that last changed this, and the last answer's time. */
    reply_count: Generated<number>;
    replied_seq: Generated<number | null>;
    replied_at: Generated<number | null>;
    /** How many files it carries: most messages have none and need no further query. */
    file_count: Generated<number>;
    /** How many previews of its links it shows. */
    preview_count: Generated<number>;
    /** Who first said what was forwarded, and when. */
    forwarded_sender: Generated<number | null>;
    forwarded_at: Generated<number | null>;
    /** The event that pinned it, by which pins are in order, its time and who did it. */
    pinned_seq: Generated<number | null>;
    pinned_at: Generated<number | null>;
    pinned_by: Generated<number | null>;
    /** JSON: what it holds that its text only tells, such as a poll; null for none. */
    extra: Generated<string | null>;
    /** When nothing is to be left of it. */
    expires_at: Generated<number | null>;
    created_at: number;
    edited_at: number | null;
    deleted_at: number | null;
  };
  /** Earlier contents of edited messages. */
  message_versions: {
    message_id: number;
    version: number;
    body_kind: "plain";
    body: Uint8Array;
    at: number;
  };
  /** Those in a thread alone are not counted in the room. */
  mentions: { user_id: number; room_id: number; seq: number; message_id: number; in_thread: Generated<Flag> };
  /** `seq`: the event that set it, by which reactions are in order. */
  reactions: { message_id: number; emoji: string; user_id: number; seq: number };
  /** Who chose which option of a poll. `seq`: the event that told of it, by which they are in order. */
  poll_votes: { message_id: number; place: number; user_id: number; seq: number };
  /** Bytes that somebody sends up: one's own until a message takes them, then those of the files that name them. */
  uploads: {
    id: Generated<number>;
    user_id: number;
    /** Where the bytes are kept: random, and told to nobody. */
    key: string;
    name: string;
    size: number;
    /** Null until all of it is there. */
    type: string | null;
    width: number | null;
    height: number | null;
    /** Whether a message took it, once and for all. */
    bound: Generated<Flag>;
    created_at: number;
    /** When it is looked whether anything needs it any longer; null while something does. */
    expires_at: number | null;
  };
  /** What a message carries. A forwarded message has rows of its own for the same upload. */
  files: {
    id: Generated<number>;
    message_id: number;
    place: number;
    upload_id: number;
    name: string;
    alt: Generated<string>;
    /** `waiting`, `done` or `failed`; null where nobody wanted to have it written down. */
    transcript_state: Generated<string | null>;
    transcript: Generated<string>;
  };
  /** Files that are to be written down. */
  transcriptions: {
    file_id: number;
    due_at: number;
    tries: Generated<number>;
    /** Until then one node alone deals with it. */
    leased_until: Generated<number>;
  };
  /** Bytes of everybody's uploads; under 0 those of all of them. */
  storage_use: { user_id: number; bytes: number };
}
