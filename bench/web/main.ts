import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasBrowser } from "@parley/e2e/browser.ts";
import { buildPages } from "../../web/build.ts";

import { measures } from "./measures.ts";
import { readOptions, usage } from "./options.ts";
import { asMarkdown, asText, type Measured } from "./report.ts";
import { measureWeb } from "./run.ts";

const bench = join(import.meta.dir, "..");
const kept = join(bench, "dist", "web");
const fileOf = (measure: string) => join(kept, `${measure}.json`);

/** The page shows every measure as it was taken last. */
function writeResults(): void {
  const entries = measures.flatMap((measure) => {
    const file = fileOf(measure.name);
    if (!existsSync(file)) return [];
    return [[measure, JSON.parse(readFileSync(file, "utf8")) as Measured] as const];
  });
  writeFileSync(join(bench, "WEB-RESULTS.md"), asMarkdown(entries));
}

async function run(words: string[]): Promise<void> {
  const known = measures.map(({ name }) => name);
  const options = readOptions(words, known);
  if (!hasBrowser) throw new Error("Chromium is not installed");
  mkdirSync(kept, { recursive: true });
  console.error("building the pages");
  await buildPages(join(bench, "../web/dist"));
  console.error(`filling a server with ${options.messages} messages`);
  await measureWeb(options, join(bench, "dist", "work-web"), (measure, measured) => {
    console.log(asText([measure, measured]));
    writeFileSync(fileOf(measure.name), JSON.stringify(measured));
    writeResults();
  });
}

try {
  if (process.argv.includes("--help")) console.log(usage);
  else await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
