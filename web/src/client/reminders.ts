import type { Output } from "@parley/protocol/contract";
import type { Reminder } from "@parley/protocol/reminders";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export type ReminderEntry = Output<"reminder.list">["reminders"][number];
/** By message, in no order. */
export type Reminders = ReadonlyMap<number, ReminderEntry>;

export interface ReminderListOptions {
  environment: Pick<Environment, "now" | "after" | "random">;
  call: Rpc["call"];
  changed: (reminders: Reminders) => void;
}

/**
 * REMIND-7. What the person is reminded of, with the messages: read once somebody asks, and again whenever something is
 * told of it.
 */
export class ReminderList {
  readonly #repairs: Repairs;
  #list: Reminders | null = null;
  #isWanted = false;
  #generation = 0;

  constructor(private readonly options: ReminderListOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  /** Somebody wants to know. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.refresh();
  }

  async set(message: number, at: Date): Promise<Reminder> {
    const made = await this.options.call("reminder.set", { message, remind_at: at.toISOString() });
    this.hear(message, made);
    return made;
  }

  async remove(message: number): Promise<void> {
    await this.options.call("reminder.remove", { message });
    this.hear(message, null);
  }

  /** What a reminder is about is not told with it: that is read, so that nothing is shown which is gone by now. */
  hear(message: number, reminder: Reminder | null): void {
    if (!this.#isWanted) return;
    if (reminder) return this.refresh();
    this.#generation += 1;
    if (!this.#list) return this.refresh();
    const next = new Map(this.#list);
    next.delete(message);
    this.#show(next);
  }

  /** A connection that begins anew is not told what has changed meanwhile. */
  greeted(isFresh: boolean): void {
    if (isFresh && this.#isWanted) this.refresh();
  }

  /** Of the next person it is wanted as well. */
  clear(): void {
    this.#generation += 1;
    this.#repairs.clear();
    this.#list = null;
  }

  /** A message may be gone without a word of what reminds of it. */
  refresh(): void {
    this.#generation += 1;
    this.#repairs.need("reminders", () => this.#read());
  }

  async #read(): Promise<void> {
    const generation = this.#generation;
    const { reminders } = await this.options.call("reminder.list", {});
    // Something was told since, and is read then.
    if (generation !== this.#generation) return;
    this.#show(new Map(reminders.map((each) => [each.message, each])));
  }

  #show(list: Reminders): void {
    this.#list = list;
    this.options.changed(list);
  }
}
