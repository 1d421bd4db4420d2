import { type Bus, type BusListener, busMessageBytes } from "./bus.ts";

/** After how many milliseconds a message arrives, each time that it does; none: it is lost. */
export type Fate = (message: string) => readonly number[];

/** Joins nodes of one process, and loses, delays, repeats and reorders their messages on demand. */
export class MemoryBroker {
  /** What becomes of a message on its way to one listener. */
  fate: Fate = () => [0];
  private readonly listeners = new Set<BusListener>();
  private down = false;

  connect(): Bus {
    let own: BusListener | null = null;
    let closed = false;
    return {
      publish: (message) => {
        if (!closed) this.spread(message);
      },
      subscribe: (listener) => {
        own = listener;
        this.listeners.add(listener);
        if (!this.down) queueMicrotask(() => listener.connected());
      },
      renew: () => {
        if (own && !this.down) own.connected();
      },
      close: async () => {
        closed = true;
        if (own) this.listeners.delete(own);
      },
    };
  }

  /** Nobody hears anything until it is up again. */
  stop(): void {
    this.down = true;
  }

  start(): void {
    this.down = false;
    for (const listener of this.listeners) listener.connected();
  }

  private spread(message: string): void {
    if (this.down || Buffer.byteLength(message) > busMessageBytes) return;
    for (const listener of this.listeners) {
      for (const delay of this.fate(message)) setTimeout(() => this.hand(listener, message), delay);
    }
  }

  private hand(listener: BusListener, message: string): void {
    if (!this.down && this.listeners.has(listener)) listener.message(message);
  }
}
