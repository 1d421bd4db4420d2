import type { Migration } from "../migrate.ts";

/**
 * What the index finds, the newest first: one stretch of 16,384 messages after the other, each sign # in what is sought
 * standing for its number. Ends with as many as were wanted, or once it has seen so many that it is time to answer; all
 * that there are down to `reached` are told. A function, because only so it can be said that nothing but the index will
 * do: else the planner hopes to come across enough of them by reading the table.
 */
const wordsFound = `CREATE FUNCTION search_words_found(
    sought TEXT, below BIGINT, rooms BIGINT[], after BIGINT, before BIGINT, wanted BIGINT, patience BIGINT,
    OUT ids BIGINT[], OUT reached BIGINT)
  LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_indexscan = off SET jit = off
  AS $$
  DECLARE
    stretch BIGINT := (below - 1) / 16384;
    seen BIGINT := 0;
    here BIGINT;
    those BIGINT[];
  BEGIN
    -- Where nearly all that is newest matches, this is all there is to do.
    ids := ARRAY(
      SELECT message_id FROM (
        SELECT message_id, room_id, created_at, tokens FROM search_words
        WHERE message_id < below AND message_id >= GREATEST(stretch * 16384, below - 4 * wanted) OFFSET 0) AS newest
      WHERE tokens @@ replace(sought, '#', stretch::text)::tsquery
      AND (rooms IS NULL OR room_id = ANY (rooms)) AND created_at > after AND created_at < before
      ORDER BY message_id DESC LIMIT wanted);
    IF cardinality(ids) = wanted THEN
      reached := ids[wanted];
      RETURN;
    END IF;
    ids := '{}';
    reached := below;
    WHILE stretch >= 0 AND below > 0 LOOP
      WITH matching AS MATERIALIZED (
        SELECT message_id, room_id, created_at FROM search_words
        WHERE tokens @@ replace(sought, '#', stretch::text)::tsquery AND message_id + 0 < below)
      SELECT (SELECT count(*) FROM matching), ARRAY(
        SELECT message_id FROM matching
        WHERE (rooms IS NULL OR room_id = ANY (rooms)) AND created_at > after AND created_at < before
        ORDER BY message_id DESC LIMIT wanted - cardinality(ids))
      INTO here, those;
      ids := ids || those;
      IF cardinality(ids) = wanted THEN
        reached := ids[wanted];
        RETURN;
      END IF;
      reached := stretch * 16384;
      stretch := stretch - 1;
      seen := seen + here;
      EXIT WHEN seen >= patience;
    END LOOP;
  END $$`;

/** All messages are put into the index anew, slice by slice while the server runs. */
const queueAll = [
  "DELETE FROM search_queue",
  "INSERT INTO search_queue (message_id) SELECT id FROM messages WHERE deleted_at IS NULL",
];

export const searchStretches: Migration = {
  name: "0090-search-stretches",
  statements(engine) {
    if (engine === "postgres") {
      return [
        "DROP FUNCTION search_words_found",
        "DROP TABLE search_words",
        `CREATE TABLE search_words (
          message_id BIGINT PRIMARY KEY, room_id BIGINT NOT NULL, created_at BIGINT NOT NULL, tokens TSVECTOR NOT NULL)`,
        // Without a list of what is pending: each search would read it once for each stretch.
        "CREATE INDEX search_words_tokens ON search_words USING gin (tokens) WITH (fastupdate = off)",
        wordsFound,
        ...queueAll,
      ];
    }
    return [
      "INSERT INTO search_words (search_words) VALUES ('delete-all')",
      "DROP TABLE search_erasures",
      `CREATE TABLE search_erasures (
        id INTEGER PRIMARY KEY, room_id BIGINT NOT NULL, sender_id BIGINT NOT NULL, type TEXT NOT NULL,
        body BLOB NOT NULL, mentions TEXT, reply_to BIGINT, forwarded_sender BIGINT, file_count BIGINT NOT NULL,
        created_at BIGINT NOT NULL, edited_at BIGINT, files TEXT NOT NULL)`,
      ...queueAll,
    ];
  },
};
