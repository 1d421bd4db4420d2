import type { Generated } from "kysely";
import type { Flag } from "./flag.ts";

/** Accounts, what they are signed in with, and what admins are told of them. */
export interface PeopleTables {
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
    /** JSON: hours in which the person is not to be disturbed, and words that count as a mention; null for none. */
    quiet_hours: Generated<string | null>;
    keywords: Generated<string | null>;
    /** Of which rooms a push may hold what was written. */
    push_text: Generated<"never" | "public" | "always">;
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
  user_events: {
    user_id: number;
    seq: number;
    kind: string;
    at: number;
    /** JSON: the rest of the event. */
    body: string;
  };
}
