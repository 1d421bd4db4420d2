import type { DraftChange } from "./drafts.ts";
import type { Channel, Environment } from "./environment.ts";

/** What one tab says to the others of the same person. */
export type TabWord = { kind: "draft"; change: DraftChange };

export interface TabsOptions {
  environment: Pick<Environment, "channel">;
  /** The server's address: tabs of other servers are strangers. */
  url: string;
  hear: (word: TabWord) => void;
}

/** The other tabs in which the same person is signed in. */
export class Tabs {
  #channel: Channel | undefined;

  constructor(private readonly options: TabsOptions) {}

  join(user: number): void {
    this.leave();
    const { environment, hear, url } = this.options;
    this.#channel = environment.channel(`parley ${url} ${user}`, (word) => hear(word as TabWord));
  }

  leave(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  say(word: TabWord): void {
    this.#channel?.post(word);
  }
}
