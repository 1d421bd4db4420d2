import { limits } from "@parley/protocol/limits";
import type { Presence } from "@parley/protocol/presence";
import type { User } from "@parley/protocol/users";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export interface PeopleOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  /** Says whose presence is to be told; false without a connection. */
  watch: (users: number[]) => boolean;
  changed: (people: ReadonlyMap<number, User>) => void;
  presencesChanged: (presences: ReadonlyMap<number, Presence>) => void;
}

/** Milliseconds in which wishes are gathered: a page of messages asks for all its senders at once. */
const gatherFor = 20;

/** Names and presence of the people that somebody wants to see. */
export class People {
  readonly #repairs: Repairs;
  #people = new Map<number, User>();
  #presences = new Map<number, Presence>();
  readonly #wanted = new Set<number>();
  /** Known from an earlier time: shown, and fetched again when somebody wants to see them. */
  readonly #old = new Set<number>();
  #watched: number[] = [];
  #isGathering = false;

  constructor(private readonly options: PeopleOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  /** Their names are shown: fetch those that are not known. */
  want(users: Iterable<number>): void {
    for (const user of users) if (!this.#people.has(user) || this.#old.delete(user)) this.#wanted.add(user);
    if (this.#wanted.size === 0 || this.#isGathering) return;
    this.#isGathering = true;
    this.options.environment.after(gatherFor, () => {
      this.#isGathering = false;
      this.#repairs.need("people", () => this.#fetch());
    });
  }

  /** A profile changed: what is known of it is out of date. */
  changed(user: number): void {
    if (!this.#people.has(user)) return;
    this.#wanted.add(user);
    this.want([]);
  }

  remember(users: readonly User[]): void {
    for (const { id } of users) this.#old.add(id);
    this.know(users);
  }

  know(users: readonly User[]): void {
    this.#people = new Map([...this.#people, ...users.map((user) => [user.id, user] as const)]);
    this.options.changed(this.#people);
  }

  /** CLIENT-10. These people are on screen, and no others. */
  watch(users: readonly number[]): void {
    const next = [...new Set(users)].slice(0, limits.presenceUsers);
    if (next.join() === this.#watched.join()) return;
    this.#watched = next;
    this.#ask();
  }

  /** A new connection knows nothing of what the last one watched. */
  rewatch(): void {
    if (this.#watched.length > 0) this.#ask();
  }

  #ask(): void {
    if (this.options.watch(this.#watched)) this.#repairs.need("presences", () => this.#fetchPresences());
  }

  hear(presence: Presence): void {
    this.#presences = new Map(this.#presences).set(presence.user, presence);
    this.options.presencesChanged(this.#presences);
  }

  clear(): void {
    this.#repairs.clear();
    this.#wanted.clear();
    this.#old.clear();
    this.#watched = [];
    this.#people = new Map();
    this.#presences = new Map();
  }

  async #fetch(): Promise<void> {
    while (this.#wanted.size > 0) {
      const ids = [...this.#wanted].slice(0, limits.pageMax);
      const { users } = await this.options.call("user.list", { ids, limit: limits.pageMax });
      for (const id of ids) this.#wanted.delete(id);
      this.know(users);
    }
  }

  async #fetchPresences(): Promise<void> {
    const users = this.#watched;
    if (users.length === 0) return;
    const { presences } = await this.options.call("presence.list", { users });
    this.#presences = new Map(presences.map((presence) => [presence.user, presence]));
    this.options.presencesChanged(this.#presences);
  }
}
