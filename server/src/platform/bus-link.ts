import { type Bus, type BusListener, busMessageBytes } from "./bus.ts";

/** Messages that may wait; for one more the oldest is dropped. */
const queueLimit = 1_000;
/** Messages handed over at once. */
const sendAtOnce = 100;

/** Milliseconds. */
export interface LinkTiming {
  /** In which a broker takes what it is given; one that hangs never does. */
  sendWithin: number;
  /** Between two beginnings. */
  openEvery: number;
}

const usualTiming: LinkTiming = { sendWithin: 2_000, openEvery: 1_000 };

/** Connections to a broker. */
export interface Link {
  /** Hands messages over; settles when the broker has them, or never. */
  send(messages: readonly string[]): Promise<unknown>;
}

/**
 * Opens connections and hears through them, until they are given up. Fails when they cannot be opened now: it is called
 * again later.
 */
export type OpenLink = (listener: BusListener, givenUp: AbortSignal) => Promise<Link>;

/** A bus over connections that fail: it drops what cannot be sent in time and begins anew whenever it has to. */
export class LinkedBus implements Bus {
  private listener: BusListener | null = null;
  private link: Link | null = null;
  /** Gives up the connections that are open or being opened. */
  private current = new AbortController();
  private queue: string[] = [];
  private sending = false;
  private opening: Timer | null = null;
  private closed = false;

  constructor(
    private readonly open: OpenLink,
    private readonly timing: LinkTiming = usualTiming,
  ) {}

  publish(message: string): void {
    if (this.closed || Buffer.byteLength(message) > busMessageBytes) return;
    if (this.queue.length >= queueLimit) this.queue.shift();
    this.queue.push(message);
    if (!this.sending) void this.sendAll();
  }

  subscribe(listener: BusListener): void {
    this.listener = listener;
    void this.begin();
  }

  renew(): void {
    if (this.closed || this.opening || !this.listener) return;
    this.drop();
    this.opening = setTimeout(() => {
      this.opening = null;
      void this.begin();
    }, this.timing.openEvery);
    this.opening.unref();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.opening) clearTimeout(this.opening);
    const link = this.link;
    if (link && this.queue.length > 0)
      await within(this.timing.sendWithin, link.send(this.queue)).catch(() => undefined);
    this.drop();
  }

  private async begin(): Promise<void> {
    const { signal } = this.current;
    const hearing: BusListener = {
      message: (text) => !signal.aborted && this.listener?.message(text),
      connected: () => !signal.aborted && this.listener?.connected(),
    };
    try {
      const link = await this.open(hearing, signal);
      if (signal.aborted) return;
      this.link = link;
      await this.sendAll();
    } catch {
      // Nobody is told: whoever uses a bus hears its own messages, and knows from their absence.
      if (!signal.aborted) this.renew();
    }
  }

  private drop(): void {
    this.current.abort();
    this.current = new AbortController();
    this.link = null;
  }

  private async sendAll(): Promise<void> {
    const link = this.link;
    if (!link || this.sending) return;
    this.sending = true;
    while (this.queue.length > 0 && this.link === link) {
      const sent = await within(this.timing.sendWithin, link.send(this.queue.splice(0, sendAtOnce))).catch(
        () => "refused",
      );
      if (sent === "late" && this.link === link) this.renew();
    }
    this.sending = false;
    if (this.link !== link) void this.sendAll();
  }
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<"done" | "late"> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), milliseconds);
  try {
    return await Promise.race([work.then(() => "done" as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
