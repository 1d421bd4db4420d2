import { describe, expect, test } from "bun:test";
import { ChatError } from "@parley/protocol/errors";
import { type TestClock, testClock } from "../testing/store.ts";
import { Quota } from "./quota.ts";
import { networkOf, SignInThrottle, type TryOf } from "./throttle.ts";

const alice: TryOf = { account: "alice", network: "192.0.2.0/24", known: false };

/** The seconds a caller is told to wait; 0 when the work was done. */
function waitOf(work: () => unknown): number {
  try {
    work();
    return 0;
  } catch (error) {
    if (error instanceof ChatError && error.code === "rate_limited") return error.details.after ?? Number.NaN;
    throw error;
  }
}

function failTimes(throttle: SignInThrottle, times: number, of: (index: number) => TryOf): void {
  for (let index = 0; index < times; index++) throttle.attempt(of(index)).failed();
}

function started(): { clock: TestClock; throttle: SignInThrottle } {
  const clock = testClock();
  return { clock, throttle: new SignInThrottle(clock) };
}

/** Another network for each number. */
function network(index: number): string {
  return `10.${index >> 8}.${index & 255}.0/24`;
}

describe("an account", () => {
  test("SES-3 five wrong passwords are free, then the wait doubles up to fifteen minutes", () => {
    const { clock, throttle } = started();
    failTimes(throttle, 5, (index) => ({ ...alice, network: network(index) }));
    const waits: number[] = [];
    for (let index = 5; index < 18; index++) {
      const of = { ...alice, network: network(index) };
      const wait = waitOf(() => throttle.attempt(of));
      waits.push(wait);
      clock.advance(wait * 1_000 - 1);
      expect(waitOf(() => throttle.attempt(of))).toBe(1);
      clock.advance(1);
      throttle.attempt(of).failed();
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  test("SES-3 a refused try costs nothing further", () => {
    const { clock, throttle } = started();
    failTimes(throttle, 5, () => alice);
    for (let index = 0; index < 100; index++) expect(waitOf(() => throttle.attempt(alice))).toBe(1);
    clock.advance(1_000);
    expect(waitOf(() => throttle.attempt(alice))).toBe(0);
  });

  test("SES-3 guesses sent at once count before they are answered", () => {
    const { throttle } = started();
    const taken = [1, 2, 3, 4, 5].map(() => throttle.attempt(alice));
    expect(waitOf(() => throttle.attempt(alice))).toBe(1);
    for (const each of taken) each.failed();
    expect(waitOf(() => throttle.attempt(alice))).toBe(1);
  });

  test("SES-3 after the free tries one goes on at a time", () => {
    const { clock, throttle } = started();
    failTimes(throttle, 5, () => alice);
    clock.advance(1_000);
    const one = throttle.attempt(alice);
    expect(waitOf(() => throttle.attempt(alice))).toBe(1);
    one.dropped();
    expect(waitOf(() => throttle.attempt(alice).dropped())).toBe(0);
  });

  test("SES-3 an hour without a wrong password makes it whole again", () => {
    const { clock, throttle } = started();
    failTimes(throttle, 5, () => alice);
    clock.advance(3_600_001);
    failTimes(throttle, 5, () => alice);
    expect(waitOf(() => throttle.attempt(alice))).toBe(1);
  });
});

describe("a network", () => {
  test("SES-3 it has a budget of its own, whichever accounts are tried", () => {
    const { clock, throttle } = started();
    const guess = (index: number) => ({ ...alice, account: `person ${index}` });
    failTimes(throttle, 5, guess);
    expect(waitOf(() => throttle.attempt(guess(6)))).toBe(1);
    expect(waitOf(() => throttle.attempt({ ...guess(6), network: network(1) }).dropped())).toBe(0);
    clock.advance(1_000);
    throttle.attempt(guess(6)).failed();
    expect(waitOf(() => throttle.attempt(guess(7)))).toBe(2);
  });

  test("SES-3 many people of one office sign in at the same moment", () => {
    const { throttle } = started();
    const tries = Array.from({ length: 64 }, (_, index) =>
      throttle.attempt({ ...alice, account: `person ${index}` }),
    );
    expect(waitOf(() => throttle.attempt({ ...alice, account: "one more" }))).toBe(1);
    for (const each of tries) each.succeeded();
    expect(throttle.size).toBe(0);
  });

  test("SES-3 who has an account in a network gets no further guesses from it by signing in", () => {
    const { clock, throttle } = started();
    const own = { account: "carol", network: alice.network, known: true };
    failTimes(throttle, 5, (index) => ({ ...alice, account: `person ${index}` }));
    throttle.attempt(own).succeeded();
    expect(waitOf(() => throttle.attempt(alice))).toBe(1);
    clock.advance(1_000);
    // Somebody new to the network does give it one back.
    throttle.attempt({ ...alice, account: "newcomer" }).succeeded();
    throttle.attempt(alice).failed();
    expect(waitOf(() => throttle.attempt(alice))).toBe(1);
  });
});

describe("a known place", () => {
  const owner = { ...alice, known: true };

  test("SES-3 the owner's way stays open while others guess, at home and elsewhere", () => {
    const { throttle } = started();
    failTimes(throttle, 5, (index) => ({ ...alice, network: network(index) }));
    failTimes(throttle, 5, (index) => ({ ...alice, account: `person ${index}` }));
    expect(waitOf(() => throttle.attempt(alice))).toBeGreaterThan(0);
    expect(waitOf(() => throttle.attempt(owner).succeeded())).toBe(0);
  });

  test("SES-3 it has a budget too, made whole by the right password", () => {
    const { clock, throttle } = started();
    failTimes(throttle, 5, () => owner);
    expect(waitOf(() => throttle.attempt(owner))).toBe(1);
    clock.advance(1_000);
    throttle.attempt(owner).succeeded();
    failTimes(throttle, 4, () => owner);
    expect(waitOf(() => throttle.attempt(owner).dropped())).toBe(0);
  });
});

describe("the whole server", () => {
  test("SES-3 it takes 300 wrong passwords a minute from strangers, and known people still get in", () => {
    const { clock, throttle } = started();
    const stranger = (index: number) => ({
      account: `person ${index}`,
      network: network(index),
      known: false,
    });
    failTimes(throttle, 300, stranger);
    expect(waitOf(() => throttle.attempt(stranger(301)))).toBe(1);
    expect(waitOf(() => throttle.attempt({ ...alice, known: true }).succeeded())).toBe(0);
    clock.advance(1_000);
    failTimes(throttle, 5, (index) => stranger(400 + index));
    expect(waitOf(() => throttle.attempt(stranger(500)))).toBe(1);
  });

  test("SES-3 guessing at the ceiling for an hour pushes no budget out of memory", () => {
    const { clock, throttle } = started();
    for (let index = 0; index < 10; index++) {
      throttle.attempt({ ...alice, network: network(index) }).failed();
      clock.advance(32_000);
    }
    for (let index = 0; index < 59 * 300; index++) {
      throttle.attempt({ account: `person ${index}`, network: network(index + 100), known: false }).failed();
      clock.advance(200);
    }
    throttle.attempt({ ...alice, network: network(20_000) }).failed();
    expect(waitOf(() => throttle.attempt({ ...alice, network: network(20_001) }))).toBe(64);
  });

  test("SES-3 its memory is bounded", () => {
    const { throttle } = started();
    for (let index = 0; index < 30_000; index++) {
      throttle.attempt({ account: `person ${index}`, network: network(index), known: false });
    }
    expect(throttle.size).toBe(50_000);
  });
});

describe("networks", () => {
  test("SES-3 an address counts as its /24 or /56: who changes it within stays who they were", () => {
    const same: [string, string[]][] = [
      ["192.0.2.0/24", ["192.0.2.1", "192.0.2.255", "::ffff:192.0.2.77", "::ffff:c000:24d"]],
      ["2001:db8:1:ff00::/56", ["2001:db8:1:ff00::1", "2001:DB8:1:ffab:1:2:3:4", "2001:db8:1:ff01::"]],
      ["0:0:0:0::/56", ["::1", "::"]],
      ["fe80:0:0:0::/56", ["fe80::1%eth0", "fe80::2"]],
      ["unknown", ["", "somewhere", "1.2.3", "192.0.2.1:443"]],
    ];
    for (const [expected, addresses] of same) {
      for (const address of addresses) expect(networkOf(address)).toBe(expected);
    }
    expect(networkOf("192.0.3.1")).not.toBe(networkOf("192.0.2.1"));
    expect(networkOf("2001:db8:1:fe00::1")).not.toBe(networkOf("2001:db8:1:ff00::1"));
  });
});

describe("a quota", () => {
  test("ACC-11 so many within an hour, then the wait until the oldest is an hour old", () => {
    const clock = testClock();
    const quota = new Quota(clock, { times: 2, within: 3_600_000 });
    quota.take("office");
    clock.advance(1_800_000);
    const giveBack = quota.take("office");
    expect(waitOf(() => quota.take("office"))).toBe(1_800);
    expect(waitOf(() => quota.take("home"))).toBe(0);
    giveBack();
    expect(waitOf(() => quota.take("office"))).toBe(0);
    clock.advance(1_800_000);
    expect(waitOf(() => quota.take("office"))).toBe(0);
  });
});
