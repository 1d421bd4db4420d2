import type { Environment } from "./environment.ts";

/** What a tab says of the room that is in sight in it; null for none. */
export interface SightWord {
  tab: string;
  room: number | null;
  /** The message whose thread is open beside it. */
  thread?: number | null;
}

export interface SightOptions {
  environment: Pick<Environment, "now" | "after" | "randomBytes">;
  tell: (word: SightWord) => void;
}

/** Milliseconds after which it is said again, and after which a tab that says nothing is taken to be gone. */
const sayEvery = 20_000;
const gone = 50_000;

/** TAB-5. Which rooms are in sight on this device, in whatever tab. */
export class Sight {
  readonly #tab: string;
  readonly #others = new Map<string, { room: number; thread: number | null; at: number }>();
  #own: number | null = null;
  #thread: number | null = null;
  #callOff: (() => void) | undefined;

  constructor(private readonly options: SightOptions) {
    this.#tab = [...options.environment.randomBytes(8)].join(".");
  }

  /** This tab has the focus and shows this room, or none, and beside it a thread. */
  look(room: number | null, thread: number | null = null): void {
    if (room === this.#own && thread === this.#thread) return;
    this.#own = room;
    this.#thread = thread;
    this.say();
  }

  /** Says what is in sight here: another tab has asked, or might think that this one is gone. */
  say(): void {
    this.#callOff?.();
    this.options.tell({ tab: this.#tab, room: this.#own, thread: this.#thread });
    this.#callOff =
      this.#own === null ? undefined : this.options.environment.after(sayEvery, () => this.say());
  }

  hear({ tab, room, thread = null }: SightWord): void {
    if (room === null) this.#others.delete(tab);
    else this.#others.set(tab, { room, thread, at: this.options.environment.now() });
  }

  has(room: number): boolean {
    const now = this.options.environment.now();
    return (
      this.#own === room ||
      [...this.#others.values()].some((seen) => seen.room === room && now - seen.at < gone)
    );
  }

  hasThread(message: number): boolean {
    const now = this.options.environment.now();
    return (
      this.#thread === message ||
      [...this.#others.values()].some((seen) => seen.thread === message && now - seen.at < gone)
    );
  }

  clear(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#own = null;
    this.#thread = null;
    this.#others.clear();
  }
}
