import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasBrowser } from "@parley/e2e/browser.ts";

import { quantileOf, shareOf } from "./figures.ts";
import { measures } from "./measures.ts";
import { readOptions } from "./options.ts";
import { asMarkdown, type Measured } from "./report.ts";
import { measureWeb } from "./run.ts";

const names = measures.map(({ name }) => name);
const folder = await mkdtemp(join(tmpdir(), "parley-bench-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const machine = {
  ...{ processor: "one", cores: 2, memory: "1 GiB", system: "some", kernel: "1", runtime: "none", syncs: 1 },
};

describe("what the web client's figures are made of", () => {
  test("UI-160 of a hundred values the 99th is the 99th percentile", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantileOf(values, 0.99)).toBe(99);
    expect(quantileOf(values, 0.5)).toBe(50);
    expect(quantileOf([], 0.5)).toBeNaN();
    expect(shareOf(values, (value) => value <= 25)).toBe(0.25);
  });

  test("UI-160 what was asked is told apart from what was reached, and from what was not measured", () => {
    const [start] = measures.filter(({ name }) => name === "start");
    if (!start) throw new Error("the start is not measured");
    const page = (figures: Record<string, number>) => {
      const measured: Measured = {
        ...{ measure: "start", date: "today", browser: "Chromium", machine, figures },
        options: readOptions([], names),
      };
      return asMarkdown([[start, measured]]);
    };
    expect(page({ cold: 1_000 })).toContain("| cold start, median | ≤ 1,000 ms | 1,000 ms | yes | today |");
    expect(page({ cold: 1_001 })).toContain("| cold start, median | ≤ 1,000 ms | 1,001 ms | no | today |");
    expect(page({})).toContain("| cold start, median | ≤ 1,000 ms | – | not measured | today |");
  });

  test("UI-160 a measure that there is not is refused", () => {
    expect(readOptions(["key"], names).measures).toEqual(["key"]);
    expect(() => readOptions(["luck"], names)).toThrow("there is no measure luck");
    expect(() => readOptions(["--presses", "none"], names)).toThrow("--presses must be a number from 1");
  });
});

test.skipIf(!hasBrowser)(
  "UI-160 every figure is measured in a real browser (Chromium)",
  async () => {
    const words = ["--messages", "900", "--times", "1", "--scrolled", "120", "--presses", "8"];
    const options = readOptions([...words, "--minutes", "0.02"], names);
    const taken: Measured[] = [];
    await measureWeb(options, join(folder, "work"), (_, measured) => taken.push(measured));
    expect(taken.map(({ measure }) => measure)).toEqual(names);
    for (const { measure, figures } of taken) {
      const asked = measures.find(({ name }) => name === measure)?.figures ?? [];
      expect(Object.keys(figures).toSorted()).toEqual(asked.map(({ name }) => name).toSorted());
      for (const [name, value] of Object.entries(figures)) {
        expect({ name, isNumber: Number.isFinite(value) && value >= 0 }).toEqual({ name, isNumber: true });
      }
    }
    const figure = (name: string) => taken.find(({ figures }) => name in figures)?.figures[name];
    expect(figure("presses")).toBe(8);
    expect(figure("frames")).toBeGreaterThan(0);
  },
  120_000,
);
