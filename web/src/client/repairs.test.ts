import { describe, expect, test } from "bun:test";
import { ChatError } from "@parley/protocol/errors";
import { Outdated, Repairs } from "./repairs.ts";
import { ScriptedNetwork, settled } from "./scripted-network.ts";

function setUp() {
  const network = new ScriptedNetwork();
  const done: string[] = [];
  const failures: Error[] = [];
  const repairs = new Repairs(network);
  const work = (name: string) => async () => {
    await settled();
    const failure = failures.shift();
    if (failure) throw failure;
    done.push(name);
  };
  return { network, done, failures, repairs, work };
}

describe("repairs", () => {
  test("SYNC-5 what is asked for while it runs runs once more, as it was asked for last", async () => {
    const { network, done, repairs, work } = setUp();
    for (const name of ["first", "second", "third"]) repairs.need("room", work(name));
    repairs.need("another", work("another"));
    await network.pass(0);
    await network.pass(0);
    expect(done.toSorted()).toEqual(["another", "first", "third"]);
  });

  test("SYNC-5 what could not be done is tried again later, or as soon as the server is there", async () => {
    const { network, done, failures, repairs, work } = setUp();
    failures.push(new ChatError("unavailable", "no"), new ChatError("rate_limited", "slowly", { after: 20 }));
    repairs.need("room", work("room"));
    await network.pass(500);
    await network.pass(10_000);
    expect([done, failures]).toEqual([[], []]);
    repairs.hurry();
    await network.pass(0);
    expect(done).toEqual(["room"]);
    await network.pass(60_000);
    expect(done).toEqual(["room"]);
  });

  test("SYNC-5 what is refused for good, or no longer wanted, is given up", async () => {
    const { network, done, failures, repairs, work } = setUp();
    failures.push(new ChatError("forbidden", "no"), new Outdated(), new ChatError("internal", "a bug"));
    for (const name of ["refused", "outdated", "cleared"]) {
      repairs.need(name, work(name));
      await network.pass(0);
    }
    repairs.clear();
    await network.pass(60_000);
    expect([done, failures, network.waits]).toEqual([[], [], []]);
    for (const name of ["refused", "outdated", "cleared"]) repairs.need(name, work(name));
    await network.pass(0);
    expect(done).toEqual(["refused", "outdated", "cleared"]);
  });
});
