import type { PresenceState } from "@parley/protocol/presence";
import type { Connection } from "./connection.ts";
import type { Roll } from "./node-messages.ts";
import type { People } from "./people.ts";

/** Milliseconds a person may be without a socket before they are offline: a restart or a tunnel does not flap. */
const grace = 15_000;

export interface PresencesOptions {
  people: People;
  /** Tells these watchers where the person is now. */
  tell: (watchers: Iterable<Connection>, user: number) => Promise<void>;
  /** Remembers that a person was here until now. */
  remember: (user: number) => Promise<void>;
  /** Tells other nodes where the person is on this one. */
  announce: (user: number, state: PresenceState) => void;
  failed: (error: unknown) => void;
}

/**
 * SIG-2. Who is here: online while any device on any node is, offline 15 s after the last. Each node knows its own and
 * what the others say of theirs.
 */
export class Presences {
  private readonly here = new Map<number, PresenceState>();
  private readonly leaving = new Map<number, number>();
  private readonly elsewhere = new Map<string, Map<number, PresenceState>>();
  /** Nodes that stopped, and when whoever was there is gone. */
  private readonly closing = new Map<string, number>();
  private readonly watchers = new Map<number, Set<Connection>>();

  constructor(private readonly options: PresencesOptions) {}

  stateOf(user: number): PresenceState {
    let state = this.here.get(user) ?? "offline";
    for (const people of this.elsewhere.values()) {
      if (state === "online") return state;
      state = people.get(user) ?? state;
    }
    return state;
  }

  /** Where people are on this node, for whom it speaks to the others. */
  own(): Iterable<[number, PresenceState]> {
    return this.here;
  }

  /** A device of this person came, went, or changed what it says. */
  changed(user: number, now: number): void {
    const devices = [...this.options.people.of(user)];
    if (devices.length === 0) {
      if (this.here.has(user)) this.leaving.set(user, now + grace);
      return;
    }
    this.leaving.delete(user);
    const state = devices.every((device) => device.away) ? "away" : "online";
    if (this.here.get(user) === state) return;
    this.change(user, () => this.here.set(user, state));
    this.options.announce(user, state);
  }

  /** A person says of one of their devices, by another way than its sockets, whether somebody is looking. */
  said(device: { user: number; session: number }, away: boolean, now: number): void {
    for (const connection of this.options.people.of(device.user)) {
      if (connection.session === device.session) connection.away = away;
    }
    this.changed(device.user, now);
  }

  /** Called about once a second. */
  tick(now: number): void {
    for (const [user, at] of this.leaving) if (at <= now) this.leave(user);
    for (const [node, at] of this.closing) {
      if (at > now) continue;
      this.closing.delete(node);
      this.lose(node, { remember: false });
    }
  }

  /** Another node says where a person is there. */
  hear(node: string, user: number, state: PresenceState): void {
    let people = this.elsewhere.get(node);
    if (!people) {
      people = new Map();
      this.elsewhere.set(node, people);
    }
    const there = people;
    this.change(user, () => (state === "offline" ? there.delete(user) : there.set(user, state)));
  }

  /** Another node says who is there; whoever it does not name any more is not. */
  hearRoll(node: string, roll: Roll): void {
    const named = new Set(roll.states.map(([user]) => user));
    const isListed = (user: number) => user > roll.after && (roll.to === null || user <= roll.to);
    const people = this.elsewhere.get(node);
    for (const user of people?.keys() ?? []) {
      if (isListed(user) && !named.has(user)) this.hear(node, user, "offline");
    }
    for (const [user, state] of roll.states) this.hear(node, user, state);
  }

  /** Another node stops: its people have the time of a reconnection to come back. */
  letGo(node: string, now: number): void {
    this.closing.set(node, now + grace);
  }

  /** Another node is gone, and whoever was there. */
  lose(node: string, { remember }: { remember: boolean }): void {
    const people = this.elsewhere.get(node);
    this.closing.delete(node);
    if (!people) return;
    const before = [...people.keys()].map((user) => [user, this.stateOf(user)] as const);
    this.elsewhere.delete(node);
    for (const [user, was] of before) {
      const is = this.stateOf(user);
      if (is === "offline") void this.miss(user, remember);
      else if (is !== was) this.tell(user);
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

  /** SIG-4. Whoever watches a person hears that their profile is another now, on the node where it changed. */
  profileChanged(user: number): void {
    const frame = JSON.stringify({ type: "signal", signal: { kind: "user", user } });
    for (const connection of this.watchers.get(user) ?? []) connection.pushLossy(frame);
    this.tell(user);
  }

  private change(user: number, apply: () => unknown): void {
    const before = this.stateOf(user);
    apply();
    if (this.stateOf(user) !== before) this.tell(user);
  }

  private tell(user: number): void {
    this.options.tell(this.watchers.get(user) ?? [], user).catch(this.options.failed);
  }

  /** The last device was gone for long enough. The moment is stored before anyone is told, here or elsewhere. */
  private leave(user: number): void {
    this.leaving.delete(user);
    this.here.delete(user);
    const isGone = this.stateOf(user) === "offline";
    const announce = () => this.options.announce(user, this.here.get(user) ?? "offline");
    if (isGone) this.miss(user, true).then(announce, this.options.failed);
    else announce();
  }

  /** A person is nowhere any more. */
  private async miss(user: number, remember: boolean): Promise<void> {
    if (remember) await this.options.remember(user).catch(this.options.failed);
    this.tell(user);
  }
}
