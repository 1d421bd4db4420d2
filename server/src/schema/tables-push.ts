import type { Generated } from "kysely";

/** What devices are told while no page is open. */
export interface PushTables {
  /** Devices that are told while no page is open; each belongs to its session and goes with it. */
  push_subscriptions: {
    id: Generated<number>;
    user_id: number;
    session_id: number;
    endpoint: string;
    p256dh: string;
    auth: string;
    device: string;
    language: string;
    created_at: number;
    /** When the push service last took something, when it last did not, and why. */
    sent_at: Generated<number | null>;
    failed_at: Generated<number | null>;
    failure: Generated<string | null>;
  };
  /** Messages of which nobody was told yet; of some of their rooms everybody up to this person was. */
  push_queue: { message_id: number; after_user: number };
  /** Reminders whose time has come, and of which a device is still to be told. */
  push_reminders: {
    subscription_id: number;
    reminder_id: number;
    begun_at: number;
    due_at: number;
    attempts: Generated<number>;
    leased_until: Generated<number>;
  };
  /** What a device is told of a room: it is due, or stands there (`shown`), or is to be taken back (`closing`). */
  push_deliveries: {
    subscription_id: number;
    room_id: number;
    state: "due" | "shown" | "closing";
    message_id: number;
    seq: number;
    /** What stands there while something later is due. */
    shown_message: number | null;
    shown_seq: number | null;
    /** Since when it is in this state. */
    begun_at: number;
    due_at: number;
    attempts: number;
    /** Until then one node alone deals with it. */
    leased_until: number;
  };
}
