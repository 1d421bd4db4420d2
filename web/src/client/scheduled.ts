import type { Input, Output } from "@parley/protocol/contract";
import type { Scheduled } from "@parley/protocol/scheduled";
import { uuidRandomBytes, uuidv7 } from "@parley/protocol/uuid";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export type ScheduledMessages = ReadonlyMap<number, Scheduled>;

export interface ScheduledListOptions {
  environment: Pick<Environment, "now" | "after" | "random" | "randomBytes">;
  call: Rpc["call"];
  changed: (scheduled: ScheduledMessages | null) => void;
}

/** SCHED-7. What the person has yet to send: read once somebody asks, then followed. */
export class ScheduledList {
  readonly #repairs: Repairs;
  #list: ScheduledMessages | null = null;
  #isWanted = false;
  /** What was heard while the list was read: it may be later than that. */
  readonly #heard = new Map<number, Scheduled | null>();
  #generation = 0;

  constructor(private readonly options: ScheduledListOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  /** Somebody wants to know. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#repairs.need("scheduled", () => this.#read());
  }

  /** A name for one wish: however often it is sent, one message comes of it. */
  newClientId(): string {
    const { environment } = this.options;
    return uuidv7(environment.now(), environment.randomBytes(uuidRandomBytes));
  }

  async create(input: Input<"scheduled.create">): Promise<Scheduled> {
    return this.#took(await this.options.call("scheduled.create", input));
  }

  async update(input: Input<"scheduled.update">): Promise<Scheduled> {
    return this.#took(await this.options.call("scheduled.update", input));
  }

  async sendNow(scheduled: number): Promise<Output<"scheduled.send_now">> {
    const message = await this.options.call("scheduled.send_now", { scheduled });
    this.hear(scheduled, null);
    return message;
  }

  async cancel(scheduled: number): Promise<void> {
    await this.options.call("scheduled.cancel", { scheduled });
    this.hear(scheduled, null);
  }

  hear(id: number, scheduled: Scheduled | null): void {
    if (!this.#isWanted) return;
    this.#heard.set(id, scheduled);
    if (!this.#list) return;
    this.#show(withChanges(this.#list, this.#heard));
    this.#heard.clear();
  }

  /** A connection that begins anew is not told what has changed meanwhile. */
  greeted(isFresh: boolean): void {
    if (!isFresh || !this.#isWanted) return;
    this.#generation += 1;
    this.#repairs.need("scheduled", () => this.#read());
  }

  /** Of the next person it is wanted as well. */
  clear(): void {
    this.#generation += 1;
    this.#repairs.clear();
    this.#heard.clear();
    this.#list = null;
  }

  #took(scheduled: Scheduled): Scheduled {
    this.hear(scheduled.id, scheduled);
    return scheduled;
  }

  async #read(): Promise<void> {
    const generation = this.#generation;
    this.#heard.clear();
    const { scheduled } = await this.options.call("scheduled.list", {});
    if (generation !== this.#generation) return;
    this.#show(withChanges(new Map(scheduled.map((each) => [each.id, each])), this.#heard));
    this.#heard.clear();
  }

  #show(list: ScheduledMessages): void {
    this.#list = list;
    this.options.changed(list);
  }
}

function withChanges(
  list: ScheduledMessages,
  changes: ReadonlyMap<number, Scheduled | null>,
): ScheduledMessages {
  const next = new Map(list);
  for (const [id, scheduled] of changes) {
    if (scheduled) next.set(id, scheduled);
    else next.delete(id);
  }
  return next;
}
