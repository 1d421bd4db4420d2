/** What a person has begun to write, in a room or in answer to a message there, and has not sent. Plain data. */
export interface DraftEntry {
  user: number;
  room: number;
  /** The message it answers; null for what is said to the room. */
  reply_to: number | null;
  /** Empty for one that is gone, as long as the server may not know. */
  text: string;
  mentions?: number[];
  /** Milliseconds since 1970: of two states the later stands. */
  changed_at: number;
}

export interface DraftStorage {
  /** All drafts of a person, in no order. */
  all(user: number): Promise<DraftEntry[]>;
  put(entry: DraftEntry): Promise<void>;
  remove(user: number, key: string): Promise<void>;
  clear(user: number): Promise<void>;
}

/** Under which a draft stands in `View.drafts`. */
export function draftKey(room: number, replyTo: number | null = null): string {
  return replyTo === null ? `${room}` : `${room}/${replyTo}`;
}

/** What a key stands for. */
export function placeOf(key: string): { room: number; reply_to: number | null } {
  const [room = 0, replyTo] = key.split("/").map(Number);
  return { room, reply_to: replyTo ?? null };
}

/** Drafts that last as long as the process. */
export function memoryDrafts(): DraftStorage {
  const drafts = new Map<string, DraftEntry>();
  const place = (user: number, key: string) => `${user}:${key}`;
  return {
    async all(user) {
      return [...drafts.values()].filter((entry) => entry.user === user);
    },
    async put(entry) {
      drafts.set(place(entry.user, draftKey(entry.room, entry.reply_to)), structuredClone(entry));
    },
    async remove(user, key) {
      drafts.delete(place(user, key));
    },
    async clear(user) {
      for (const [key, entry] of drafts) if (entry.user === user) drafts.delete(key);
    },
  };
}
