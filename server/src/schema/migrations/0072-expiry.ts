import type { Migration } from "../migrate.ts";

export const expiry: Migration = {
  name: "0072-expiry",
  statements() {
    return [
      "ALTER TABLE rooms ADD COLUMN delete_after BIGINT",
      "ALTER TABLE messages ADD COLUMN expires_at BIGINT",
    ];
  },
};
