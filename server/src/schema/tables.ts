import type { Generated } from "kysely";
import type { Database as AnyDatabase, Sql as AnySql, TransactionSql } from "../platform/database.ts";
import { preparer } from "../platform/database.ts";

/*
 * Every table on one page. Ids, positions and moments are integers below 2^53 (moments: milliseconds since 1970 UTC);
 * a flag is 0 or 1; JSON is text.
 */

type Flag = 0 | 1;

interface Tables {
  /** Facts about this store: epoch, name, set-up. */
  settings: { key: string; value: string };
  users: {
    id: Generated<number>;
    username: string;
    /** The name in the form in which it must be unique. */
    username_key: string;
    email: string | null;
    email_key: string | null;
    display_name: string;
    given_name: Generated<string | null>;
    family_name: Generated<string | null>;
    /** Both names, folded: what people are searched by. */
    search_key: Generated<string>;
    status_message: string;
    role: "user" | "admin";
    active: Flag;
    password_hash: string;
    must_change_password: Flag;
    created_at: number;
    /** When a fact of the account itself last changed. */
    updated_at: Generated<number>;
    /** The row of a deleted account stays for what it said; nothing else of it does. */
    deleted_at: Generated<number | null>;
    last_seen_at: number | null;
    /** The name of the profile picture. */
    avatar: Generated<string | null>;
    notify_level: Generated<"all" | "mentions" | "none">;
    muted_until: Generated<number | null>;
    /** The head of the private log. */
    head: Generated<number>;
  };
  sessions: {
    id: Generated<number>;
    user_id: number;
    device: string;
    network: string;
    /** What the refresh tokens of this session are made from, together with the server's key. */
    family_secret: string;
    /** The refresh token that is good now, by number. */
    generation: number;
    rotated_at: number;
    created_at: number;
    used_at: number;
    /** When the session ends if it is not used. */
    idle_until: number;
    expires_at: number;
    ended_at: number | null;
    ended_because: string | null;
  };
  invites: {
    id: Generated<number>;
    code_hash: string;
    role: "user" | "admin";
    uses_left: number;
    created_by: number;
    created_at: number;
    expires_at: number;
  };
  rooms: {
    id: Generated<number>;
    kind: "direct" | "group" | "channel";
    name: string;
    /** The name, folded: what public channels are searched by. */
    search_key: string;
    topic: string;
    is_public: Flag;
    /** The sorted pair of a direct room. */
    direct_key: string | null;
    /** JSON: the permissions that differ from the kind's. */
    permissions: string;
    created_by: number;
    created_at: number;
    archived_at: number | null;
    deleted_at: number | null;
    member_count: Generated<number>;
    /** The number of the newest event. */
    head: Generated<number>;
    /** The number of messages ever sent. */
    ordinal: Generated<number>;
    /** The time of the newest event. */
    head_at: number;
    last_message_at: number | null;
  };
  members: {
    room_id: number;
    user_id: number;
    role: "owner" | "admin" | "member";
    joined_at: number;
    /** The person's own mark: it goes back when they mark something unread. */
    read_seq: number;
    read_ordinal: number;
    /** The furthest it ever was: what others see. */
    shown_seq: Generated<number>;
    delivered_seq: number;
    /** Of what this person wishes to be told, and until when of nothing. */
    notify_level: Generated<"default" | "all" | "mentions" | "none">;
    muted_until: Generated<number | null>;
  };
  /** One row each time a mark moved, so that "who had read this, when" needs no row for each message. */
  mark_moves: {
    room_id: number;
    user_id: number;
    mark: "read" | "delivered";
    seq: number;
    at: number;
  };
  room_events: {
    room_id: number;
    seq: number;
    kind: string;
    at: number;
    by_id: number;
    /** The message an event is about; its content is read from the message. */
    message_id: number | null;
    /** JSON: the rest of the event. */
    body: string | null;
  };
  user_events: {
    user_id: number;
    seq: number;
    kind: string;
    at: number;
    /** JSON: the rest of the event. */
    body: string;
  };
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
    /** Who first said what was forwarded, and when. */
    forwarded_sender: Generated<number | null>;
    forwarded_at: Generated<number | null>;
    /** The event that pinned it, by which pins are in order, its time and who did it. */
    pinned_seq: Generated<number | null>;
    pinned_at: Generated<number | null>;
    pinned_by: Generated<number | null>;
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
  mentions: { user_id: number; room_id: number; seq: number; message_id: number };
  /** `seq`: the event that set it, by which reactions are in order. */
  reactions: { message_id: number; emoji: string; user_id: number; seq: number };
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
  };
  /** Bytes of everybody's uploads; under 0 those of all of them. */
  storage_use: { user_id: number; bytes: number };
  /** `user_id` blocks `blocked_id`. */
  blocks: { user_id: number; blocked_id: number; at: number };
  reports: {
    id: Generated<number>;
    reporter_id: number;
    subject: "message" | "user" | "room";
    subject_id: number;
    reason: "spam" | "harassment" | "violence" | "sexual" | "illegal" | "other";
    comment: string;
    /** JSON: what was reported as it was at that moment; null once forgotten. */
    evidence: string | null;
    status: "open" | "reviewing" | "resolved" | "dismissed";
    /** What whoever reported is told. */
    outcome: Generated<string>;
    /** What admins alone see. */
    note: Generated<string>;
    handled_by: Generated<number | null>;
    created_at: number;
    updated_at: number;
    /** When it was resolved or dismissed. */
    closed_at: Generated<number | null>;
  };
  /** `session_id` wrote it; an empty text remembers that it was taken away. */
  drafts: {
    user_id: number;
    room_id: number;
    text: string;
    reply_to: number | null;
    at: number;
    session_id: number;
  };
  /** Messages that people keep at hand. */
  saved: { user_id: number; message_id: number; at: number };
  /** Messages that are not in the index of words yet. */
  search_queue: { message_id: number };
  /** The index of words, on Postgres; SQLite's is a table of its own kind. */
  search_words: { message_id: number };
  /** SQLite only: what is still to be taken out of the index, of rooms that are gone. */
  search_erasures: {
    id: number;
    room_id: number;
    sender_id: number;
    type: string;
    body: Uint8Array;
    mentions: string | null;
    created_at: number;
  };
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

export type { Tables };
export type Sql = AnySql<Tables>;
export type TxSql = TransactionSql<Tables>;
export type Database = AnyDatabase<Tables>;

/** Columns that hold integers: Postgres hands its bigints over as text. */
export const integerColumns: ReadonlySet<string> = new Set([
  ...[
    "id",
    "user_id",
    "room_id",
    "message_id",
    "sender_id",
    "by_id",
    "created_by",
    "reply_to",
    "pinned_by",
    "forwarded_sender",
    "blocked_id",
  ],
  ...[
    "seq",
    "head",
    "ordinal",
    "read_seq",
    "read_ordinal",
    "shown_seq",
    "replied_seq",
    "delivered_seq",
    "generation",
    "version",
  ],
  ...["session_id", "reporter_id", "subject_id", "handled_by", "updated_at", "closed_at"],
  ...[
    "at",
    "created_at",
    "edited_at",
    "deleted_at",
    "archived_at",
    "head_at",
    "last_message_at",
    "joined_at",
  ],
  ...[
    "last_seen_at",
    "used_at",
    "rotated_at",
    "idle_until",
    "expires_at",
    "ended_at",
    "read_at",
    "delivered_at",
    "muted_until",
    "pinned_at",
    "forwarded_at",
    "replied_at",
  ],
  ...[
    "active",
    "must_change_password",
    "is_public",
    "mention_all",
    "member_count",
    "reaction_count",
    "reply_count",
    "uses_left",
  ],
  ...["last_id", "last_seq", "last_sender", "last_version", "last_at", "last_deleted_at"],
  ...["count", "unread", "total", "mention_count"],
  ...["upload_id", "file_count", "place", "size", "width", "height", "bound", "bytes"],
]);

/** Composes a query of this schema once; see `preparer`. */
export const prepare = preparer<Tables>();
