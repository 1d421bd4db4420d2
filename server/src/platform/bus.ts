/** Bytes of one message, at most: a Postgres notification holds no more than 8,000. */
export const busMessageBytes = 7_900;

/**
 * Carries short messages between the nodes of one server. It may lose, repeat and reorder them: whoever uses it
 * must get by without any.
 */
export interface Bus {
  /** Sends to every node, this one too; never waits and never fails. What is longer than `busMessageBytes` is dropped. */
  publish(message: string): void;
  /** Called once. Hearing begins when the connection stands, and again by itself after it was lost. */
  subscribe(listener: BusListener): void;
  /** Begins anew with fresh connections, for one that hears nothing although it seems to stand. */
  renew(): void;
  close(): Promise<void>;
}

export interface BusListener {
  message(text: string): void;
  /** The connection stands, or stands again: messages may have been lost before. */
  connected(): void;
}
