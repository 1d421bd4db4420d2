/**
 * Carries short messages between the nodes of one server. It may lose, repeat and reorder them: whoever uses it
 * must get by without any.
 */
export interface Bus {
  /** Sends to the other nodes and this one; never waits and never fails. At most 7,900 bytes. */
  publish(message: string): void;
  /** `onMessage` for each message; `onConnect` each time the connection stands (again): messages may have been lost. */
  subscribe(listener: { onMessage: (message: string) => void; onConnect: () => void }): Promise<void>;
  close(): Promise<void>;
}

/** Bytes of one message, at most. */
export const busMessageBytes = 7_900;
