import type { Migration } from "../migrate.ts";

export const drafts: Migration = {
  name: "0013-drafts",
  statements(engine) {
    const clustered = engine === "sqlite" ? " WITHOUT ROWID" : "";
    return [
      `CREATE TABLE drafts (
        user_id BIGINT NOT NULL REFERENCES users(id), room_id BIGINT NOT NULL REFERENCES rooms(id), text TEXT NOT NULL,
        reply_to BIGINT, at BIGINT NOT NULL, session_id BIGINT NOT NULL, PRIMARY KEY (user_id, room_id))${clustered}`,
      `CREATE INDEX drafts_room ON drafts (room_id)`,
      `CREATE INDEX drafts_empty ON drafts (at) WHERE text = ''`,
    ];
  },
};
