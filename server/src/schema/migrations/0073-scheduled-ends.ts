import type { Migration } from "../migrate.ts";

export const scheduledEnds: Migration = {
  name: "0073-scheduled-ends",
  statements() {
    return ["ALTER TABLE scheduled ADD COLUMN delete_after BIGINT"];
  },
};
