/** A file's name: never a path, never hidden. */
export const fileName = /^[A-Za-z0-9_-]{1,64}$/;

export interface KeptFile {
  /** In bytes. */
  size: number;
  stream(): ReadableStream<Uint8Array>;
  /** The bytes from one place up to, and without, another. */
  range(from: number, to: number): ReadableStream<Uint8Array>;
}

export interface ListedFile {
  name: string;
  /** Milliseconds since 1970 UTC, when it was put there. */
  at: number;
}

/** A place for files with names of our own making. What is put there is whole, or not there at all. */
export interface Files {
  /** When it returns, the bytes are on the disk. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Null where there is none. */
  get(name: string): Promise<KeptFile | null>;
  /** Deleting what is not there changes nothing. */
  delete(name: string): Promise<void>;
  list(): AsyncIterable<ListedFile>;
}

export function requireFileName(name: string): void {
  if (!fileName.test(name)) throw new TypeError("this is no name of a file");
}
