import type { ErrorCode } from "@parley/protocol/errors";

/**
 * `going`: on its way, or waiting for a connection. `done`: all of it is on the server. `failed`: the server refused it
 * for good; it stays until it is tried again or removed.
 */
export type UploadState = "going" | "done" | "failed";

/** A file on its way to a room's next message, or to one in the outbox. Plain data: it outlives the page. */
export interface UploadEntry {
  key: string;
  /** Whose it is: another person on this device neither sees nor sends it. */
  user: number;
  room: number;
  /** Its place among this person's files. */
  order: number;
  name: string;
  alt: string;
  /** In bytes. */
  size: number;
  /** What the browser takes it for. */
  type: string;
  /** Of a picture, in pixels. */
  width?: number;
  height?: number;
  state: UploadState;
  /** Bytes that are on the server. */
  offset: number;
  /** Under which the server knows it. */
  upload?: number;
  error?: { code: ErrorCode; message: string };
}

export interface UploadStorage {
  /** All of a person's, in no order. */
  all(user: number): Promise<UploadEntry[]>;
  get(key: string): Promise<UploadEntry | undefined>;
  /** With its bytes the first time. */
  put(entry: UploadEntry, bytes?: Blob): Promise<void>;
  bytes(key: string): Promise<Blob | undefined>;
  remove(keys: readonly string[]): Promise<void>;
  clear(user: number): Promise<void>;
}

/** Files that last as long as the process. */
export function memoryUploads(): UploadStorage {
  const entries = new Map<string, UploadEntry>();
  const held = new Map<string, Blob>();
  const remove = async (keys: readonly string[]) => {
    for (const key of keys) {
      entries.delete(key);
      held.delete(key);
    }
  };
  return {
    remove,
    all: async (user) => [...entries.values()].filter((entry) => entry.user === user),
    get: async (key) => entries.get(key),
    bytes: async (key) => held.get(key),
    async put(entry, bytes) {
      entries.set(entry.key, structuredClone(entry));
      if (bytes) held.set(entry.key, bytes);
    },
    clear: (user) =>
      remove([...entries.values()].flatMap((entry) => (entry.user === user ? [entry.key] : []))),
  };
}
