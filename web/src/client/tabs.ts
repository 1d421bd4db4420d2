import type { DraftChange } from "./drafts.ts";
import type { Channel, Environment } from "./environment.ts";
import type { OutboxEntry } from "./outbox-storage.ts";
import type { SightWord } from "./sight.ts";

/** What one tab says to the others of the same person. */
export type TabWord =
  | { kind: "draft"; change: DraftChange }
  | { kind: "sight"; sight: SightWord }
  /** A tab leads from now on, and does not know what the others show. */
  | { kind: "what is in sight?" }
  /** A message on its way is so now. */
  | { kind: "entry"; entry: OutboxEntry }
  /** It was discarded. */
  | { kind: "entry gone"; client_id: string }
  /** A file on its way is another, or in another state. */
  | { kind: "uploads" }
  | { kind: "signed out" };

export interface TabsOptions {
  environment: Pick<Environment, "channel" | "exclusively">;
  /** The server's address: tabs of other servers are strangers. */
  url: string;
  hear: (word: TabWord) => void;
  /** This tab leads from now on, or does not any more. */
  led: (isLeading: boolean) => void;
}

/** TAB-1. The tabs in which one person is signed in. Of those that are connected one leads. */
export class Tabs {
  #name = "";
  #channel: Channel | undefined;
  #isLeading = false;
  /** Ends the wish to lead, or the lead. */
  #withdraw: (() => void) | undefined;

  constructor(private readonly options: TabsOptions) {}

  join(user: number): void {
    this.leave();
    const { environment, hear, url } = this.options;
    this.#name = `parley ${url} ${user}`;
    this.#channel = environment.channel(this.#name, (word) => hear(word as TabWord));
  }

  leave(): void {
    this.withdraw();
    this.#channel?.close();
    this.#channel = undefined;
  }

  say(word: TabWord): void {
    this.#channel?.post(word);
  }

  /** Wants to lead, as soon as no other tab does. */
  contend(): void {
    if (this.#withdraw) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#withdraw = resolve;
    const isWanted = () => this.#withdraw === resolve;
    const lead = async () => {
      if (!isWanted()) return;
      this.#lead(true);
      await promise;
    };
    // Where tabs cannot agree each goes its own way: better than that none goes.
    this.options.environment.exclusively(this.#name, lead).catch(() => isWanted() && this.#lead(true));
  }

  withdraw(): void {
    const withdraw = this.#withdraw;
    this.#withdraw = undefined;
    if (this.#isLeading) this.#lead(false);
    withdraw?.();
  }

  #lead(isLeading: boolean): void {
    this.#isLeading = isLeading;
    this.options.led(isLeading);
  }
}
