import type { Migration } from "../migrate.ts";

export const marks: Migration = {
  name: "0004-marks",
  statements: () => [
    `ALTER TABLE members ADD COLUMN shown_seq BIGINT NOT NULL DEFAULT 0`,
    `UPDATE members SET shown_seq = read_seq`,
  ],
};
