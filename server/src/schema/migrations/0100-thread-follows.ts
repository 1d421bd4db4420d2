import type { Migration } from "../migrate.ts";

export const threadFollows: Migration = {
  name: "0100-thread-follows",
  statements(engine) {
    const clustered = engine === "sqlite" ? " WITHOUT ROWID" : "";
    return [
      `CREATE TABLE thread_follows (
        user_id BIGINT NOT NULL REFERENCES users(id), message_id BIGINT NOT NULL, room_id BIGINT NOT NULL,
        following BIGINT NOT NULL, level TEXT NOT NULL, read_seq BIGINT NOT NULL, at BIGINT NOT NULL,
        PRIMARY KEY (user_id, message_id))${clustered}`,
      `CREATE INDEX thread_follows_message ON thread_follows (message_id)`,
      `CREATE INDEX thread_follows_room ON thread_follows (room_id)`,
      `CREATE INDEX mentions_person ON mentions (user_id, message_id)`,
      `ALTER TABLE messages ADD COLUMN in_thread BIGINT NOT NULL DEFAULT 0`,
      `ALTER TABLE mentions ADD COLUMN in_thread BIGINT NOT NULL DEFAULT 0`,
    ];
  },
};
