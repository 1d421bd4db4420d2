import type { Migration } from "../migrate.ts";

export const provenance: Migration = {
  name: "0004-provenance",
  statements: () => [
    `ALTER TABLE messages ADD COLUMN forwarded_sender BIGINT`,
    `ALTER TABLE messages ADD COLUMN forwarded_at BIGINT`,
  ],
};
