import { limits } from "@parley/protocol/limits";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export interface SavedOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  changed: (saved: ReadonlySet<number> | null) => void;
}

/** SAVED-4. Which messages the person keeps at hand: read once somebody asks, then followed. */
export class Saved {
  readonly #repairs: Repairs;
  #ids: ReadonlySet<number> | null = null;
  #isWanted = false;
  /** What was heard while the list was read: it may be later than a page of it. */
  readonly #heard = new Map<number, boolean>();
  #generation = 0;

  constructor(private readonly options: SavedOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  /** Somebody wants to know. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#repairs.need("saved", () => this.#read());
  }

  /** Keeps a message at hand or no more; shown once the server says so. */
  async set(message: number, on: boolean): Promise<void> {
    await this.options.call("saved.set", { message, on });
    this.hear(message, on);
  }

  hear(message: number, on: boolean): void {
    if (!this.#isWanted) return;
    this.#heard.set(message, on);
    if (this.#ids && this.#ids.has(message) !== on) this.#show(withChanges(this.#ids, this.#heard));
    if (this.#ids) this.#heard.clear();
  }

  /** A connection that begins anew is not told what has changed meanwhile. */
  greeted(isFresh: boolean): void {
    if (!isFresh || !this.#isWanted) return;
    this.#generation += 1;
    this.#repairs.need("saved", () => this.#read());
  }

  clear(): void {
    this.#generation += 1;
    // Of the next person it is wanted as well.
    this.#repairs.clear();
    this.#heard.clear();
    this.#ids = null;
  }

  async #read(): Promise<void> {
    const generation = this.#generation;
    const ids = new Set<number>();
    this.#heard.clear();
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: { saved: { message: { id: number } }[]; next: string | null } = await this.options.call(
        "saved.list",
        { limit: limits.pageMax, ...(cursor !== undefined && { cursor }) },
      );
      if (generation !== this.#generation) return;
      for (const { message } of page.saved) ids.add(message.id);
      cursor = page.next;
    }
    this.#show(withChanges(ids, this.#heard));
    this.#heard.clear();
  }

  #show(ids: ReadonlySet<number>): void {
    this.#ids = ids;
    this.options.changed(ids);
  }
}

function withChanges(ids: ReadonlySet<number>, changes: ReadonlyMap<number, boolean>): ReadonlySet<number> {
  const next = new Set(ids);
  for (const [id, on] of changes) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return next;
}
