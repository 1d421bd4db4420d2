import { describe, expect, test } from "bun:test";
import type { ServerFrame } from "@parley/protocol/frames";
import { Intake } from "./intake.ts";
import { ScriptedNetwork, settled } from "./scripted-network.ts";

const pong = (n: number): ServerFrame => ({ type: "pong", n, now: "2027-01-15T08:00:00.000Z", user_seq: 0 });

/** Whatever is taken in takes so many milliseconds to show. */
function setUp(cost: number) {
  const network = new ScriptedNetwork();
  let lag = 0;
  const environment = {
    now: () => network.now() + lag,
    after: (milliseconds: number, run: () => void) => network.after(milliseconds, run),
  };
  const taken: number[] = [];
  const intake = new Intake({
    environment,
    take: (frame) => {
      if (frame.type === "pong") taken.push(frame.n);
      lag += cost;
    },
  });
  return { network, taken, intake };
}

describe("what comes in over the connection", () => {
  test("LINK-9 what costs nothing to show is shown as it comes", async () => {
    const { taken, intake } = setUp(0);
    for (const n of [1, 2, 3]) {
      intake.hear(pong(n));
      expect(taken.at(-1)).toBe(n);
      await settled();
    }
  });

  test("LINK-9 what takes its time leaves four times as long before the next, which comes together", async () => {
    const { network, taken, intake } = setUp(10);
    intake.hear(pong(1));
    await settled();
    intake.hear(pong(2));
    intake.hear(pong(3));
    await network.pass(39);
    expect(taken).toEqual([1]);
    await network.pass(1);
    expect(taken).toEqual([1, 2, 3]);
  });

  test("LINK-9 it never rests longer than a quarter of a second", async () => {
    const { network, taken, intake } = setUp(5_000);
    intake.hear(pong(1));
    await settled();
    intake.hear(pong(2));
    await network.pass(249);
    expect(taken).toEqual([1]);
    await network.pass(1);
    expect(taken).toEqual([1, 2]);
  });

  test("LINK-9 nothing that is let go of first is lost or told twice", async () => {
    const { network, taken, intake } = setUp(10);
    intake.hear(pong(1));
    await settled();
    intake.hear(pong(2));
    intake.flush();
    expect(taken).toEqual([1, 2]);
    await network.pass(1_000);
    expect(taken).toEqual([1, 2]);
  });
});
