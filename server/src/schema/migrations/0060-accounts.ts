import type { Migration } from "../migrate.ts";

export const accounts: Migration = {
  name: "0060-accounts",
  statements: () => [
    `ALTER TABLE users ADD COLUMN given_name TEXT`,
    `ALTER TABLE users ADD COLUMN family_name TEXT`,
    `ALTER TABLE users ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE users ADD COLUMN deleted_at BIGINT`,
    `UPDATE users SET updated_at = created_at`,
    // In the order in which accounts are listed, whatever of role and standing is asked for; all that is counted is in it.
    `CREATE INDEX users_listed ON users (role, id, active) WHERE deleted_at IS NULL`,
  ],
};
