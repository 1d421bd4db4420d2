import type { Migration } from "../migrate.ts";

export const saved: Migration = {
  name: "0012-saved",
  statements(engine) {
    const clustered = engine === "sqlite" ? " WITHOUT ROWID" : "";
    return [
      `CREATE TABLE saved (
        user_id BIGINT NOT NULL REFERENCES users(id), message_id BIGINT NOT NULL, at BIGINT NOT NULL,
        PRIMARY KEY (user_id, message_id))${clustered}`,
      `CREATE INDEX saved_at ON saved (user_id, at, message_id)`,
      `CREATE INDEX saved_message ON saved (message_id)`,
    ];
  },
};
