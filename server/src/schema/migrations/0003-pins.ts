import type { Migration } from "../migrate.ts";

export const pins: Migration = {
  name: "0003-pins",
  statements: () => [
    `ALTER TABLE messages ADD COLUMN pinned_seq BIGINT`,
    `ALTER TABLE messages ADD COLUMN pinned_at BIGINT`,
    `ALTER TABLE messages ADD COLUMN pinned_by BIGINT`,
    // Partial: a message that nobody pins costs it nothing.
    `CREATE INDEX messages_pinned ON messages (room_id, pinned_seq) WHERE pinned_seq IS NOT NULL`,
  ],
};
