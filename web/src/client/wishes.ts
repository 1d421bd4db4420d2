import type { Input } from "@parley/protocol/contract";
import type { DefaultNotifications } from "@parley/protocol/notifications";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export interface WishesOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  changed: (wishes: DefaultNotifications) => void;
}

/** NOTIFY-5. Of what the person wishes to be told in all rooms: read once somebody asks, then followed. */
export class Wishes {
  readonly #repairs: Repairs;
  #isWanted = false;
  /** How often it was heard: what was read meanwhile may be older. */
  #heard = 0;

  constructor(private readonly options: WishesOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  /** What is left out stays as it is. */
  async set(wishes: Input<"notification.set_default">): Promise<void> {
    this.hear(await this.options.call("notification.set_default", wishes));
  }

  hear({ level, muted_until, quiet_hours, keywords }: DefaultNotifications): void {
    this.#heard += 1;
    this.options.changed({
      ...{ level, muted_until },
      ...(quiet_hours && { quiet_hours }),
      ...(keywords && { keywords }),
    });
  }

  /** Somebody wants to know. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#repairs.need("wishes", () => this.#read());
  }

  /** A connection that resumes is told what it has missed. */
  greeted(isFresh: boolean): void {
    if (this.#isWanted && isFresh) this.#repairs.need("wishes", () => this.#read());
  }

  clear(): void {
    this.#repairs.clear();
    // Of the next person it is wanted as well.
    this.#heard += 1;
  }

  async #read(): Promise<void> {
    const heard = this.#heard;
    const wishes = await this.options.call("notification.get_default", {});
    // What was heard meanwhile is later.
    if (heard === this.#heard) this.hear(wishes);
  }
}
