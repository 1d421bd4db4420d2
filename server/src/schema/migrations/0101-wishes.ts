import type { Migration } from "../migrate.ts";

export const wishes: Migration = {
  name: "0101-wishes",
  statements: () => [
    `ALTER TABLE users ADD COLUMN quiet_hours TEXT`,
    `ALTER TABLE users ADD COLUMN keywords TEXT`,
  ],
};
