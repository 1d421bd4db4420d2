import type { Line } from "../socket-route.ts";

/** Milliseconds in which several messages are said to have come at once. */
const gatherFor = 500;
/** Rooms of which that is said at once: a socket may ask for so much only. */
const atOnce = 5;

/** Says that messages have come to a person, as clients of our own do: those of these systems have no word for it. */
export class Delivering {
  private readonly news = new Map<number, number>();
  private timer: Timer | null = null;

  constructor(private readonly line: Line) {}

  /** An event of a room was told. */
  came(room: number, seq: number): void {
    this.news.set(room, seq);
    this.tellSoon();
  }

  end(): void {
    if (this.timer) clearTimeout(this.timer);
    this.news.clear();
  }

  private tellSoon(): void {
    if (this.timer || this.news.size === 0) return;
    this.timer = setTimeout(() => void this.tell(), gatherFor);
    this.timer.unref();
  }

  private async tell(): Promise<void> {
    const some = [...this.news].slice(0, atOnce);
    for (const [room] of some) this.news.delete(room);
    for (const [room, seq] of some) {
      // What is refused is said again with the next message.
      await this.line.ask("receipt.deliver", { room, seq }).catch(() => undefined);
    }
    this.timer = null;
    this.tellSoon();
  }
}
