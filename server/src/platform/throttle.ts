import { isIPv4, isIPv6 } from "node:net";
import type { Clock } from "./clock.ts";
import { plainAddress } from "./networks.ts";
import { Quota, tooOften } from "./quota.ts";

/** Wrong passwords after which the next try must wait. */
const freeTries = 5;
/** Seconds of the longest wait. */
const longestWait = 900;
/** Milliseconds without a wrong password after which a budget is whole again. */
const forgottenAfter = 3_600_000;
/** Tries under way at once for one account, and from one network: people of an office come at the same hour. */
const accountBurst = freeTries;
const networkBurst = 64;
/** Wrong passwords a minute on the whole server, from people and places it does not know. */
const ceilingPerMinute = 300;
/**
 * Budgets kept. The ceiling lets at most 300 × 60 wrong passwords through in the hour for which they are remembered,
 * each charged to two budgets: nobody can push a live one out by filling the table.
 */
const mostBudgets = 50_000;

/** What a try is charged to. */
export interface TryOf {
  /** Any text that is the same for every try at one account, whether it exists or not. */
  account: string;
  network: string;
  /**
   * This account was signed in from this network before. Such a pair has a budget of its own, which nobody elsewhere
   * can use up: the owner's way stays open while others guess. (The network stands in for a device cookie; who shares
   * the owner's network shares the pair, and its limit.)
   */
  known: boolean;
}

/** One try under way; exactly one of these is called at its end. */
export interface Try {
  succeeded(): void;
  failed(): void;
  /** It came to no decision. */
  dropped(): void;
}

interface Budget {
  failures: number;
  pending: number;
  /** On the monotonic clock. */
  blockedUntil: number;
  failedAt: number;
}

/**
 * Limits on guessing passwords, in the memory of this node. Nothing is ever locked, only delayed, and what is refused
 * costs its sender nothing further: `after` is always the time until the next free try.
 */
export class SignInThrottle {
  private readonly budgets = new Map<string, Budget>();
  private tokens = ceilingPerMinute;
  private filledAt: number;

  constructor(private readonly clock: Clock) {
    this.filledAt = clock.monotonic();
  }

  /** Takes a try, or throws `rate_limited` with the seconds to wait. */
  attempt(of: TryOf): Try {
    const budgets = this.budgetsOf(of);
    const now = this.clock.monotonic();
    const wait = Math.max(
      ...budgets.map(({ key, burst }) => this.waitFor(key, burst, now)),
      this.ceilingWait(of, now),
    );
    if (wait > 0) throw tooOften(wait);
    for (const { key } of budgets) this.touch(key).pending++;
    return {
      succeeded: () => this.settle(of, -1),
      failed: () => this.settle(of, 1),
      dropped: () => this.settle(of, 0),
    };
  }

  /** Budgets in memory. */
  get size(): number {
    return this.budgets.size;
  }

  private budgetsOf(of: TryOf): { key: string; burst: number }[] {
    if (of.known) return [{ key: `pair:${of.network}:${of.account}`, burst: accountBurst }];
    return [
      { key: `account:${of.account}`, burst: accountBurst },
      { key: `network:${of.network}`, burst: networkBurst },
    ];
  }

  private waitFor(key: string, burst: number, now: number): number {
    const budget = this.budgets.get(key);
    if (!budget) return 0;
    const failures = failuresAt(budget, now);
    if (failures > 0 && budget.blockedUntil > now) return (budget.blockedUntil - now) / 1000;
    // Tries under way may all turn out wrong: guesses sent at once must not slip through together.
    const atOnce = failures >= freeTries ? 1 : burst - failures;
    return budget.pending >= atOnce ? 1 : 0;
  }

  private ceilingWait(of: TryOf, now: number): number {
    if (of.known) return 0;
    const perMillisecond = ceilingPerMinute / 60_000;
    this.tokens = Math.min(ceilingPerMinute, this.tokens + (now - this.filledAt) * perMillisecond);
    this.filledAt = now;
    return this.tokens >= 1 ? 0 : (1 - this.tokens) / perMillisecond / 1000;
  }

  private settle(of: TryOf, change: -1 | 0 | 1): void {
    const now = this.clock.monotonic();
    if (change === 1 && !of.known) this.tokens = Math.max(0, this.tokens - 1);
    for (const { key } of this.budgetsOf(of)) {
      const budget = this.touch(key);
      budget.pending = Math.max(0, budget.pending - 1);
      budget.failures = failuresAt(budget, now);
      if (change === 1) fail(budget, now);
      if (change === -1) succeed(budget, key);
      if (budget.failures === 0 && budget.pending === 0) this.budgets.delete(key);
    }
  }

  /** The budget as the most recently used one. */
  private touch(key: string): Budget {
    const budget = this.budgets.get(key) ?? { failures: 0, pending: 0, blockedUntil: 0, failedAt: 0 };
    this.budgets.delete(key);
    this.budgets.set(key, budget);
    if (this.budgets.size > mostBudgets) {
      const [oldest] = this.budgets.keys();
      if (oldest !== undefined) this.budgets.delete(oldest);
    }
    return budget;
  }
}

function failuresAt(budget: Budget, now: number): number {
  return now - budget.failedAt > forgottenAfter ? 0 : budget.failures;
}

function fail(budget: Budget, now: number): void {
  budget.failures++;
  budget.failedAt = now;
  if (budget.failures < freeTries) return;
  budget.blockedUntil = now + 1000 * Math.min(2 ** (budget.failures - freeTries), longestWait);
}

/**
 * Only somebody new to a network gives it a try back: else an attacker would sign in to an account of their own
 * between any two guesses. A pair is whole again; an account's budget is not, for the owner has a pair from now on.
 */
function succeed(budget: Budget, key: string): void {
  if (key.startsWith("pair:")) budget.failures = 0;
  if (key.startsWith("network:")) budget.failures = Math.max(0, budget.failures - 1);
}

export interface Throttles {
  signIn: SignInThrottle;
  /** Accounts that people of one network make for themselves where registration is open. */
  registrations: Quota;
  /** The same, counting also what came to nothing: a taken name must not tell too much. */
  registrationTries: Quota;
  /** Pictures that one person has made anew. */
  pictures: Quota;
  /** Texts that a person has translated. */
  translations: Quota;
  /** Recordings that a person has written down. */
  transcriptions: Quota;
  /** The same of what an admin gives to everybody. */
  libraryPictures: Quota;
  /** Pushes that a person sends to their own device, for each person. */
  pushTests: Quota;
}

const hour = 3_600_000;

export function createThrottles(clock: Clock): Throttles {
  return {
    signIn: new SignInThrottle(clock),
    registrations: new Quota(clock, { times: 5, within: hour }),
    pictures: new Quota(clock, { times: 30, within: hour }),
    translations: new Quota(clock, { times: 200, within: hour }),
    transcriptions: new Quota(clock, { times: 60, within: hour }),
    libraryPictures: new Quota(clock, { times: 500, within: hour }),
    pushTests: new Quota(clock, { times: 30, within: hour }),
    registrationTries: new Quota(clock, { times: 20, within: hour }),
  };
}

/**
 * The network an address belongs to: an IPv4 /24 or an IPv6 /56, in which one person can have as many addresses as
 * they like.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address.split("%")[0] ?? "");
  if (isIPv4(plain)) return `${plain.split(".").slice(0, 3).join(".")}.0/24`;
  if (!isIPv6(plain)) return "unknown";
  const [first = 0, second = 0, third = 0, fourth = 0, ...rest] = groupsOf(plain);
  const mapped = first + second + third + fourth === 0 && rest[0] === 0 && rest[1] === 0xffff;
  if (mapped) {
    const high = rest[2] ?? 0;
    return `${high >> 8}.${high & 0xff}.${(rest[3] ?? 0) >> 8}.0/24`;
  }
  const kept = [first, second, third, fourth & 0xff00];
  return `${kept.map((group) => group.toString(16)).join(":")}::/56`;
}

/** The eight groups of an IPv6 address, as the URL standard writes it: lower case, `::` for the longest run of zeros. */
function groupsOf(address: string): number[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before.map((group) => Number.parseInt(group, 16));
  const after = tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
