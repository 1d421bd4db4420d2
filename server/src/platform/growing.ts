/** Bytes that come bit by bit, each place of them once, until they are whole. */
export interface Growing {
  /** How many bytes are on the disk; null where there is nothing. */
  size(name: string): Promise<number | null>;
  /**
   * Puts bytes at a place, and answers how many there are now. What came before the body broke off, or before there were
   * more than `most`, is kept. Of two at once the later goes on, and the earlier is refused. When it returns or throws, the bytes that it took are on the disk.
   */
  append(
    name: string,
    body: ReadableStream<Uint8Array>,
    place: { at: number; most: number },
  ): Promise<number>;
  /** Ends whatever is being put there: what came so far is kept. */
  interrupt(name: string): Promise<void>;
  /** Bytes from a place on; fewer at the end. */
  read(name: string, from: number, length: number): Promise<Uint8Array>;
  /** From here on it is one of the whole files, and no longer here. Done again, it changes nothing. */
  finish(name: string): Promise<void>;
  /** Deleting what is not there changes nothing. */
  delete(name: string): Promise<void>;
  list(): AsyncIterable<{ name: string; at: number }>;
}
