import type { Migration } from "../migrate.ts";

export const extras: Migration = {
  name: "0110-extras",
  statements(engine) {
    const clustered = engine === "sqlite" ? " WITHOUT ROWID" : "";
    return [
      "ALTER TABLE messages ADD COLUMN extra TEXT",
      `CREATE TABLE poll_votes (
        message_id BIGINT NOT NULL REFERENCES messages(id), place BIGINT NOT NULL,
        user_id BIGINT NOT NULL REFERENCES users(id), seq BIGINT NOT NULL,
        PRIMARY KEY (message_id, place, user_id))${clustered}`,
    ];
  },
};
