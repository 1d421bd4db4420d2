import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@parley/server/src/testing/ports.ts";
import { describeMachine } from "./machine.ts";
import { compilePrograms } from "./native.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { type Prepared, prepareScene } from "./prepared.ts";
import { asMarkdown, asText, type Measured } from "./report.ts";
import type { Series } from "./results.ts";
import { onFreshSite } from "./targets.ts";
import { type Workload, workloads } from "./workloads.ts";

const kept = join(import.meta.dir, "dist", "results");
const work = join(import.meta.dir, "dist", "work");
const resultsPage = join(import.meta.dir, "RESULTS.md");

async function measure(
  workload: Workload,
  options: Options,
  postgres: Postgres | undefined,
): Promise<Series[]> {
  const prepared = new Map<string, Prepared>();
  const series: Series[] = workload.parts.flatMap(({ name, targets }) =>
    targets
      .filter((target) => options.targets.includes(target))
      .map((target) => ({ part: name, target, runs: [] })),
  );
  for (const { scene, targets } of workload.parts) {
    if (!targets.includes("parley") || !options.targets.includes("parley") || prepared.has(scene.name))
      continue;
    console.error(`${workload.name}: preparing ${scene.name}`);
    prepared.set(scene.name, await prepareScene(scene, join(work, scene.name), postgres));
  }
  for (let run = 1; run <= options.runs; run += 1) {
    for (const entry of series) {
      const part = workload.parts.find(({ name }) => name === entry.part);
      if (!part) continue;
      console.error(`${workload.name}: run ${run} of ${options.runs}, ${entry.part} on ${entry.target}`);
      const site = [entry.target, part.scene, prepared.get(part.scene.name), join(work, "run")] as const;
      entry.runs.push(await onFreshSite(...site, (started) => part.measure(started, options.seconds)));
    }
  }
  for (const scene of prepared.keys()) rmSync(join(work, scene), { recursive: true, force: true });
  return series;
}

function fileOf(workload: string, engine: string): string {
  return join(kept, `${workload}-${engine}.json`);
}

/** The page shows every workload as it was last measured; the database only matters where the server runs on it. */
function writeResults(): void {
  const entries = (["sqlite", "postgres"] as const).flatMap((engine) =>
    workloads.flatMap((workload) => {
      const file = fileOf(workload.name, engine);
      if (!existsSync(file)) return [];
      return [{ workload, record: JSON.parse(readFileSync(file, "utf8")) as Measured }];
    }),
  );
  writeFileSync(resultsPage, asMarkdown(entries));
}

async function run(options: Options): Promise<void> {
  await compilePrograms();
  mkdirSync(kept, { recursive: true });
  mkdirSync(work, { recursive: true });
  const machine = describeMachine(work);
  const postgres =
    options.engine === "postgres" && options.targets.includes("parley")
      ? await startPostgres(join(work, "postgres"), freePort())
      : undefined;
  try {
    for (const workload of workloads.filter(({ name }) => options.workloads.includes(name))) {
      const series = await measure(workload, options, postgres);
      const { runs, seconds, engine } = options;
      const date = new Date().toISOString().slice(0, 16).replace("T", " ");
      const record: Measured = {
        workload: workload.name,
        engine,
        date: `${date} UTC`,
        runs,
        seconds,
        machine,
        series,
      };
      console.log(asText(workload, record));
      if (!series.some(({ target }) => target === "parley")) continue;
      writeFileSync(fileOf(workload.name, engine), JSON.stringify(record));
      writeResults();
    }
  } finally {
    await postgres?.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  const known = workloads.map(({ name }) => name);
  if (process.argv.includes("--help")) console.log(usage);
  else await run(readOptions(process.argv.slice(2), known));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
