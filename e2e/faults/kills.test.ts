import { expect, setDefaultTimeout, test } from "bun:test";
import { newSeed } from "./chance.ts";
import { killRun } from "./kill-run.ts";

setDefaultTimeout(180_000);

/** A taste of it: `bun run proof:kills` does more. */
const kills = 6;

test("LIVE-1 a server that is killed again and again under load loses nothing that it acknowledged", async () => {
  const seed = newSeed();
  const { faults, integrity, acknowledged, repeats } = await killRun({ kills, devices: 50, seed });
  expect({ seed, faults, integrity }).toEqual({ seed, faults: [], integrity: "ok" });
  // The premise: there was something to lose, and the kills met messages under way.
  expect(acknowledged).toBeGreaterThan(kills * 10);
  expect(repeats).toBeGreaterThan(kills);
});
