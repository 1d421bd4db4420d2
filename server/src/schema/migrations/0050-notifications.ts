import type { Migration } from "../migrate.ts";

export const notifications: Migration = {
  name: "0050-notifications",
  statements: () => [
    `ALTER TABLE users ADD COLUMN notify_level TEXT NOT NULL DEFAULT 'mentions'`,
    `ALTER TABLE users ADD COLUMN muted_until BIGINT`,
  ],
};
