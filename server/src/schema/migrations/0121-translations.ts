import type { Migration } from "../migrate.ts";

export const translations: Migration = {
  name: "0121-translations",
  statements(engine) {
    const clustered = engine === "sqlite" ? " WITHOUT ROWID" : "";
    return [
      `CREATE TABLE translations (
        message_id BIGINT NOT NULL, language TEXT NOT NULL, text_hash TEXT NOT NULL, text TEXT NOT NULL, source TEXT,
        at BIGINT NOT NULL, PRIMARY KEY (message_id, language))${clustered}`,
      `CREATE INDEX translations_age ON translations (at)`,
    ];
  },
};
