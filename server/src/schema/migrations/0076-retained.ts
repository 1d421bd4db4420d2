import type { Migration } from "../migrate.ts";

/** How far the messages of a room were gone through for those that it holds too long. */
export const retained: Migration = {
  name: "0076-retained",
  statements() {
    return ["ALTER TABLE rooms ADD COLUMN retained_seq BIGINT NOT NULL DEFAULT 0"];
  },
};
