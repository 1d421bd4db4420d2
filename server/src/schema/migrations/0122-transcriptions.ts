import type { Migration } from "../migrate.ts";

export const transcriptions: Migration = {
  name: "0122-transcriptions",
  statements() {
    return [
      "ALTER TABLE files ADD COLUMN transcript_state TEXT",
      "ALTER TABLE files ADD COLUMN transcript TEXT NOT NULL DEFAULT ''",
      `CREATE TABLE transcriptions (
        file_id BIGINT PRIMARY KEY, due_at BIGINT NOT NULL, tries BIGINT NOT NULL DEFAULT 0,
        leased_until BIGINT NOT NULL DEFAULT 0)`,
      `CREATE INDEX transcriptions_due ON transcriptions (due_at)`,
    ];
  },
};
