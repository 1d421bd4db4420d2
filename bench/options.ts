import { parseArgs } from "node:util";

import type { TargetName } from "./targets.ts";

export interface Options {
  workloads: string[];
  runs: number;
  seconds: number;
  engine: "sqlite" | "postgres";
  targets: TargetName[];
}

export const allTargets: readonly TargetName[] = ["floor", "floor-batch", "floor-durable", "parley"];

export const usage = `bun bench/main.ts [workload …] [options]

  workloads            w1 w2 w3 w4 w5 search slow storm due expiry; all of them where none is named
  --runs <n>           runs of each, of which the median counts (3)
  --seconds <n>        measured seconds of a run (5)
  --engine <name>      sqlite or postgres (sqlite)
  --targets <a,b>      only these of ${allTargets.join(", ")}`;

function numberFrom(text: string, name: string, least: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least) throw new Error(`--${name} must be a number from ${least}`);
  return value;
}

export function readOptions(words: string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "3" },
      seconds: { type: "string", default: "5" },
      engine: { type: "string", default: "sqlite" },
      targets: { type: "string", default: allTargets.join(",") },
    },
  });
  const stray = positionals.find((name) => !known.includes(name));
  if (stray) throw new Error(`there is no workload ${stray}`);
  if (values.engine !== "sqlite" && values.engine !== "postgres") {
    throw new Error("--engine must be sqlite or postgres");
  }
  const named = values.targets.split(",");
  const strange = named.find((name) => !allTargets.some((target) => target === name));
  if (strange !== undefined) throw new Error(`there is no target ${strange}`);
  return {
    workloads: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : [...known],
    runs: Math.floor(numberFrom(values.runs, "runs", 1)),
    seconds: numberFrom(values.seconds, "seconds", 0.1),
    engine: values.engine,
    targets: allTargets.filter((target) => named.includes(target)),
  };
}
