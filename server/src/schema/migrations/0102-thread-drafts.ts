import type { Migration } from "../migrate.ts";

export const threadDrafts: Migration = {
  name: "0102-thread-drafts",
  statements(engine) {
    const clustered = engine === "sqlite" ? " WITHOUT ROWID" : "";
    return [
      `CREATE TABLE drafts_by_thread (
        user_id BIGINT NOT NULL REFERENCES users(id), room_id BIGINT NOT NULL REFERENCES rooms(id),
        thread_id BIGINT NOT NULL, text TEXT NOT NULL, reply_to BIGINT, at BIGINT NOT NULL, session_id BIGINT NOT NULL,
        PRIMARY KEY (user_id, room_id, thread_id))${clustered}`,
      `INSERT INTO drafts_by_thread (user_id, room_id, thread_id, text, reply_to, at, session_id)
        SELECT user_id, room_id, 0, text, reply_to, at, session_id FROM drafts`,
      `DROP TABLE drafts`,
      `ALTER TABLE drafts_by_thread RENAME TO drafts`,
      `CREATE INDEX drafts_room ON drafts (room_id)`,
      `CREATE INDEX drafts_empty ON drafts (at) WHERE text = ''`,
    ];
  },
};
