import { newSeed } from "./chance.ts";
import { killRun } from "./kill-run.ts";

/** `bun run proof:kills [kills] [seed]`: the server is killed under load from 50 clients, and loses nothing. */
const [kills = "20", seed = String(newSeed())] = process.argv.slice(2);
const print = (line: string) => process.stdout.write(`${line}\n`);

print(`${kills} kills, seed ${seed}`);
const result = await killRun({ kills: Number(kills), devices: 50, seed: Number(seed), say: print });
print(`${result.acknowledged} acknowledged, ${result.stored} events stored, integrity ${result.integrity}`);
for (const { fault, what } of result.faults) print(`${fault}: ${what}`);
if (result.faults.length > 0 || result.integrity !== "ok") {
  print(`not clean: bun run proof:kills ${kills} ${seed}`);
  process.exit(1);
}
print("clean: nothing lost, nothing twice, one order for all");
process.exit(0);
