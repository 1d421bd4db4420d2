import { describe, expect, test } from "bun:test";

import { growth, shareOf, worst } from "./asks.ts";
import { doubtsAbout, medianOf, type Series } from "./results.ts";

function series(part: string, target: Series["target"], figure: string, values: number[]): Series {
  return { part, target, runs: values.map((value) => ({ [figure]: value })) };
}

describe("what is made of the runs", () => {
  test("BENCH-5 the median of the runs counts", () => {
    const runs = [series("w1", "parley", "acks", [9, 1, 5]), series("w1", "floor", "acks", [4, 2])];
    expect(medianOf(runs, "w1", "parley", "acks")).toBe(5);
    expect(medianOf(runs, "w1", "floor", "acks")).toBe(3);
    expect(medianOf(runs, "w1", "floor-batch", "acks")).toBeNaN();
  });

  test("BENCH-5 a share is reached from its limit on", () => {
    const rate = (ours: number) => [
      series("w1", "parley", "deliveries_per_second", [ours]),
      series("w1", "floor", "deliveries_per_second", [100]),
    ];
    expect(shareOf("w1", "floor", 0.85).judge(rate(85)).reached).toBe(true);
    expect(shareOf("w1", "floor", 0.85).judge(rate(84)).reached).toBe(false);
    expect(shareOf("w1", "floor", 0.85).judge([]).reached).toBe(false);
  });

  test("BENCH-5 growth is told apart from the floor's own", () => {
    const ask = growth({ what: "p99", figure: "p99", from: "a", to: "b", most: 0.1, floor: "floor-batch" });
    const runs = [
      series("a", "parley", "p99", [10]),
      series("b", "parley", "p99", [10.5]),
      series("a", "floor-batch", "p99", [4]),
      series("b", "floor-batch", "p99", [5]),
    ];
    expect(ask.judge(runs)).toEqual({ measured: "5.0 %; floor-batch: 25.0 %", reached: true });
  });

  test("BENCH-5 of several parts the slowest counts, and each must have been measured", () => {
    const ask = worst(["a", "b", "c"], "p99", 50, "ms");
    const runs = (a: number[], b: number[], c: number[]) => [
      series("a", "parley", "p99", a),
      series("b", "parley", "p99", b),
      series("c", "parley", "p99", c),
    ];
    expect(ask.judge(runs([3], [50, 90, 10], [7]))).toEqual({ measured: "50.00 ms (b)", reached: true });
    expect(ask.judge(runs([3], [7], [51])).reached).toBe(false);
    for (const some of [runs([], [7], [9]), runs([7], [], [9]), runs([7], [9], [])]) {
      expect(ask.judge(some)).toMatchObject({ measured: expect.stringMatching(/^NaN/), reached: false });
    }
  });

  test("BENCH-6 a busy generator or a lost delivery in any run makes a series doubtful", () => {
    expect(doubtsAbout(series("w1", "parley", "generator_cpu", [0.5, 0.89]))).toEqual([]);
    expect(doubtsAbout(series("w1", "parley", "generator_cpu", [0.5, 0.9]))).toHaveLength(1);
    expect(doubtsAbout(series("w1", "parley", "missing", [0, 3, 0]))).toEqual(["w1 on parley: 3 missing"]);
    expect(doubtsAbout(series("slow 500", "parley", "closed", [500]))).toEqual([]);
  });
});
