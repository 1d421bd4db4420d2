import type { Migration } from "../migrate.ts";

export const retention: Migration = {
  name: "0075-retention",
  statements() {
    return ["ALTER TABLE rooms ADD COLUMN retention BIGINT"];
  },
};
