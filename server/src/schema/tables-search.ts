/** The index of words. */
export interface SearchTables {
  /** Messages that are not in the index of words yet. */
  search_queue: { message_id: number };
  /** The index of words, on Postgres; SQLite's is a table of its own kind. */
  search_words: { message_id: number; room_id: number; created_at: number };
  /** SQLite only: what is still to be taken out of the index, of rooms that are gone. */
  search_erasures: {
    id: number;
    room_id: number;
    sender_id: number;
    type: string;
    body: Uint8Array;
    mentions: string | null;
    reply_to: number | null;
    forwarded_sender: number | null;
    file_count: number;
    created_at: number;
    edited_at: number | null;
    /** JSON: of each file its name, what describes it and its type. */
    files: string;
  };
}
