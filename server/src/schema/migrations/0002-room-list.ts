import type { Migration } from "../migrate.ts";

export const roomList: Migration = {
  name: "0002-room-list",
  statements: () => [
    `ALTER TABLE members ADD COLUMN notify_level TEXT NOT NULL DEFAULT 'default'`,
    `ALTER TABLE members ADD COLUMN muted_until BIGINT`,
  ],
};
