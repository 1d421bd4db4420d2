import type { Migration } from "../migrate.ts";

export const blocks: Migration = {
  name: "0010-blocks",
  statements(engine) {
    const clustered = engine === "sqlite" ? " WITHOUT ROWID" : "";
    return [
      `CREATE TABLE blocks (
        user_id BIGINT NOT NULL REFERENCES users(id), blocked_id BIGINT NOT NULL REFERENCES users(id),
        at BIGINT NOT NULL, PRIMARY KEY (user_id, blocked_id))${clustered}`,
      `CREATE INDEX blocks_blocked ON blocks (blocked_id, user_id)`,
    ];
  },
};
