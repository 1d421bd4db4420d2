import { expect, test } from "bun:test";
import { fuzzyRank } from "./fuzzy.ts";

test("SWITCH-1 names that begin with what was typed come first, then words, parts and letters in order", () => {
  const ranks = ["Design", "The design", "Redesign", "Down east singers", "Lobby"].map((name) =>
    fuzzyRank(name, "desi"),
  );
  expect(ranks).toEqual([4, 3, 2, 1, 0]);
  expect(fuzzyRank("Müller", "mull")).toBe(4);
  expect(fuzzyRank("Anything", "")).toBe(4);
});
