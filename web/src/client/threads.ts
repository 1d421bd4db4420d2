import { applyThreadPage, withoutThread } from "@parley/protocol/apply";
import { ChatError } from "@parley/protocol/errors";
import { pageSize, stalePages, type WindowsOptions } from "./windows.ts";

export type ThreadsOptions = Pick<WindowsOptions, "state" | "set" | "ask">;

/** THREAD-3 to THREAD-5. The thread that somebody looks at in each room. */
export class Threads {
  /** The message whose answers are looked at, by room. */
  readonly #opened = new Map<number, number>();

  constructor(private readonly options: ThreadsOptions) {}

  /** Reads a thread and keeps up with it. Fails as `not_found` where there is no such message. */
  async open(room: number, parent: number): Promise<void> {
    this.#opened.set(room, parent);
    if (this.isLost(room)) await this.readAgain(room);
  }

  /** Nobody looks at this thread any more; perhaps at another one. */
  close(room: number, parent: number): void {
    if (this.#opened.get(room) === parent) this.forget(room);
  }

  forget(room: number): void {
    this.#opened.delete(room);
    this.options.set(withoutThread(this.options.state(), room));
  }

  clear(): void {
    this.#opened.clear();
  }

  /** Of a thread that is looked at nothing is held: not yet, or its room was begun anew. */
  isLost(room: number): boolean {
    const parent = this.#opened.get(room);
    const held = this.options.state().rooms.get(room);
    return parent !== undefined && held !== undefined && held.thread?.parent.id !== parent;
  }

  async readAgain(room: number): Promise<void> {
    const parent = this.#opened.get(room);
    if (parent === undefined) return;
    try {
      await this.#read(room, parent, null);
    } catch (error) {
      // Asked for in vain it would be asked for again and again.
      if (error instanceof ChatError && error.code === "not_found") this.close(room, parent);
      throw error;
    }
  }

  /** False when the first answer is held already. */
  async loadOlder(room: number): Promise<boolean> {
    const thread = this.options.state().rooms.get(room)?.thread;
    if (!thread || thread.before === null) return false;
    await this.#read(room, thread.parent.id, thread.before);
    return true;
  }

  async #read(room: number, parent: number, before: number | null): Promise<void> {
    for (let tries = 0; tries < stalePages; tries++) {
      const input = { message: parent, limit: pageSize, ...(before !== null && { before }) };
      const page = await this.options.ask("message.replies", input);
      if (this.#opened.get(room) !== parent) return;
      // A message of another room has no thread in this one.
      if (page.parent.room !== room)
        throw new ChatError("not_found", "There is no such message in this room.");
      const { state, outcome } = applyThreadPage(this.options.state(), room, page, before);
      if (outcome === "applied") return this.options.set(state);
      if (outcome === "elsewhere" || before !== null) return;
    }
    throw new ChatError("unavailable", "The room moves too fast to be read. Try again.");
  }
}
