import type { Generated } from "kysely";
import type { Flag } from "./flag.ts";

/** Rooms, who is in them, and the log of each. */
export interface RoomTables {
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
    /** Seconds after which messages that are sent here are deleted; null for never. */
    delete_after: Generated<number | null>;
    /** Seconds for which they stay at most, as an admin of the server has said. */
    retention: Generated<number | null>;
    /** How far its messages were gone through for those that it holds too long. */
    retained_seq: Generated<number>;
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
}
