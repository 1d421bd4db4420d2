import type { Migration } from "../migrate.ts";

export const scheduledInThread: Migration = {
  name: "0103-scheduled-in-thread",
  statements: () => [`ALTER TABLE scheduled ADD COLUMN in_thread BIGINT NOT NULL DEFAULT 0`],
};
