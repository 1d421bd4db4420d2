import type { Environment } from "./environment.ts";

export interface TypingOptions {
  environment: Pick<Environment, "now" | "after">;
  send: (room: number, on: boolean) => void;
  changed: (typing: ReadonlyMap<number, readonly number[]>) => void;
}

/** Milliseconds. */
const repeatAfter = 3_000;
const lapseAfter = 6_000;
/** More names than these help nobody. */
const mostNames = 5;

/** CLIENT-9. Who is typing where: told at most every 3 s, forgotten after 6 s without another word. */
export class Typing {
  readonly #heard = new Map<number, Map<number, () => void>>();
  /** When this person's typing was last told, by room. */
  readonly #told = new Map<number, number>();

  constructor(private readonly options: TypingOptions) {}

  /** This person types, or has stopped. */
  type(room: number, on: boolean): void {
    const now = this.options.environment.now();
    const last = this.#told.get(room);
    if (on) {
      if (last !== undefined && now - last < repeatAfter) return;
      this.#told.set(room, now);
    } else if (!this.#told.delete(room)) return;
    this.options.send(room, on);
  }

  hear(room: number, user: number, on: boolean): void {
    const typing = this.#heard.get(room) ?? new Map<number, () => void>();
    this.#heard.set(room, typing);
    typing.get(user)?.();
    const wasTyping = typing.delete(user);
    if (!on && !wasTyping) return;
    if (on)
      typing.set(
        user,
        this.options.environment.after(lapseAfter, () => this.hear(room, user, false)),
      );
    this.#tell();
  }

  clear(): void {
    for (const typing of this.#heard.values()) for (const callOff of typing.values()) callOff();
    this.#heard.clear();
    this.#told.clear();
    this.#tell();
  }

  #tell(): void {
    const rooms = [...this.#heard].filter(([, typing]) => typing.size > 0);
    this.options.changed(
      new Map(rooms.map(([room, typing]) => [room, [...typing.keys()].slice(0, mostNames)])),
    );
  }
}
