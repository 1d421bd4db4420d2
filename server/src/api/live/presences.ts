import type { PresenceState } from "@parley/protocol/presence";
import type { Connection } from "./connection.ts";
import type { People } from "./people.ts";

/** Milliseconds a person may be without a socket before they are offline: a restart or a tunnel does not flap. */
const grace = 15_000;

export interface PresencesOptions {
  people: People;
  /** Tells those who watch this person; when they have gone, remembers when they were last here. */
  tell: (watchers: Iterable<Connection>, user: number, state: PresenceState) => void;
}

/** SIG-2. Who is here, from the sockets of this node: online while any device is, offline 15 s after the last. */
export class Presences {
  private readonly states = new Map<number, PresenceState>();
  private readonly leaving = new Map<number, number>();
  private readonly watchers = new Map<number, Set<Connection>>();

  constructor(private readonly options: PresencesOptions) {}

  stateOf(user: number): PresenceState {
    return this.states.get(user) ?? "offline";
  }

  /** A device of this person came, went, or changed what it says. */
  changed(user: number, now: number): void {
    const devices = [...this.options.people.of(user)];
    if (devices.length === 0) {
      if (this.states.has(user)) this.leaving.set(user, now + grace);
      return;
    }
    this.leaving.delete(user);
    this.set(user, devices.every((device) => device.away) ? "away" : "online");
  }

  /** Called about once a second. */
  tick(now: number): void {
    for (const [user, at] of this.leaving) {
      if (at > now) continue;
      this.leaving.delete(user);
      this.set(user, "offline");
    }
  }

  watch(connection: Connection, users: readonly number[]): void {
    this.unwatch(connection);
    connection.watching = new Set(users);
    for (const user of connection.watching) {
      const present = this.watchers.get(user);
      if (present) present.add(connection);
      else this.watchers.set(user, new Set([connection]));
    }
  }

  unwatch(connection: Connection): void {
    for (const user of connection.watching ?? []) {
      const present = this.watchers.get(user);
      present?.delete(connection);
      if (present?.size === 0) this.watchers.delete(user);
    }
    connection.watching = null;
  }

  private set(user: number, state: PresenceState): void {
    if (this.stateOf(user) === state) return;
    if (state === "offline") this.states.delete(user);
    else this.states.set(user, state);
    this.options.tell(this.watchers.get(user) ?? [], user, state);
  }
}
