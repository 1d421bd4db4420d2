import type { Pack } from "@parley/protocol/stickers";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export interface LibraryView {
  version: number;
  /** Names of pictures, by the names of the emoji that they stand for. */
  emoji: ReadonlyMap<string, string>;
  packs: readonly Pack[];
}

export interface LibraryOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  changed: (library: LibraryView) => void;
}

/** EMOJI-9. The server's own emoji and stickers: read once somebody wants to see one, and again when they are others. */
export class Library {
  readonly #repairs: Repairs;
  #isWanted = false;
  #version = -1;
  #generation = 0;

  constructor(private readonly options: LibraryOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#need();
  }

  hear(version: number): void {
    if (this.#isWanted && version > this.#version) this.#need();
  }

  /** What was told while there was no connection was not heard. */
  greeted(): void {
    if (this.#isWanted) this.#need();
  }

  /** Of the next person nothing is known, and nothing wanted. */
  clear(): void {
    this.#generation += 1;
    this.#repairs.clear();
    this.#isWanted = false;
    this.#version = -1;
  }

  #need(): void {
    this.#repairs.need("library", () => this.#read());
  }

  async #read(): Promise<void> {
    const generation = this.#generation;
    const { call, changed } = this.options;
    const [{ version: one, emoji }, { version: other, packs }] = await Promise.all([
      call("emoji.list", {}),
      call("sticker.list", {}),
    ]);
    if (generation !== this.#generation) return;
    // Where something has changed between the two, both are as old as the older.
    this.#version = Math.min(one, other);
    const pictures = new Map(emoji.map(({ name, picture }) => [name, picture]));
    changed({ version: this.#version, emoji: pictures, packs });
  }
}
