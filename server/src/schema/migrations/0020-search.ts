import type { Migration } from "../migrate.ts";

/**
 * Some of what the index finds, in no order. A function, because only so it can be said that nothing but the index will do:
 * with a limit the planner hopes to come across enough of them by reading the table from its beginning.
 */
const wordsFound = `CREATE FUNCTION search_words_found(sought TSQUERY, below BIGINT, most BIGINT) RETURNS SETOF BIGINT
  LANGUAGE sql STABLE SET enable_seqscan = off SET enable_indexscan = off SET jit = off
  AS 'SELECT message_id FROM search_words WHERE tokens @@ sought AND message_id + 0 < below LIMIT most'`;

/** Messages that were there before are queued: they come into the index slice by slice while the server runs. */
const queueAll = "INSERT INTO search_queue (message_id) SELECT id FROM messages WHERE deleted_at IS NULL";

export const search: Migration = {
  name: "0020-search",
  statements(engine) {
    if (engine === "postgres") {
      return [
        "CREATE TABLE search_queue (message_id BIGINT PRIMARY KEY)",
        "CREATE TABLE search_words (message_id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL)",
        // Only the server's own job puts words in, so that nobody waits when it empties the list of what is pending;
        // the list is short (KiB), because every search reads it.
        "CREATE INDEX search_words_tokens ON search_words USING gin (tokens) WITH (fastupdate = on, gin_pending_list_limit = 512)",
        wordsFound,
        queueAll,
      ];
    }
    return [
      "CREATE TABLE search_queue (message_id INTEGER PRIMARY KEY)",
      `CREATE TABLE search_erasures (
        id INTEGER PRIMARY KEY, room_id BIGINT NOT NULL, sender_id BIGINT NOT NULL, type TEXT NOT NULL,
        body BLOB NOT NULL, mentions TEXT, created_at BIGINT NOT NULL)`,
      // Tokens are made by the server, so that both engines find the same: here they are only parted at spaces.
      `CREATE VIRTUAL TABLE search_words USING fts5(
        tokens, content='', columnsize=0, detail=none, tokenize="ascii tokenchars ':~'")`,
      // What is taken out is gone from the file, not only marked as gone.
      "INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)",
      queueAll,
    ];
  },
};
