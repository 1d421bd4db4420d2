// @ts-check
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { componentFolders, ensureComponents } from "./components.mjs";
import { closingLine, countTests, sumOf } from "./test-count.mjs";
import { bunEnvironment, bunFlags, prepare, root, runMain, say } from "./toolchain.mjs";

/** @typedef {import("./test-count.mjs").Count} Count */

const unitFolders = ["protocol", "server", "web", "bench", "scripts"];
/** A test waits for what it expects, so a slow machine needs room; only a hang is as long as this. */
const unitTimeout = "--timeout=60000";
const browserTimeout = "--timeout=180000";
/**
 * Files run side by side, each process with one Postgres for all of its files. Much of a test is waiting, so that a
 * second one is worth its while on a single core; beyond four, memory runs out before processors do. A browser keeps
 * two cores busy by itself: its tests have the machine for themselves.
 */
const sideBySide = [`--parallel=${Math.min(Math.max(availableParallelism(), 2), 4)}`, "--no-isolate"];
/** Characters of a run's report that are searched for its summary, which stands at the end. */
const keptOutput = 1_000_000;

await runMain(async () => {
  const bun = prepare({ web: true });
  const skipped = ensureComponents();
  for (const line of skipped) console.log(line);
  const counts = [];
  for (const [name, parameters] of runs(process.argv.slice(2))) {
    counts.push(await run(bun, name, parameters));
  }
  const sum = sumOf(counts);
  for (const line of skipped) console.log(line);
  console.log(closingLine(sum));
  process.exitCode = sum.failed > 0 ? 1 : 0;
});

/**
 * What to run, in order; words given on the command line go to `bun test` as they are.
 * @param {string[]} given
 * @returns {[string, string[]][]}
 */
function runs(given) {
  if (given.length > 0) return [["tests", ["test", browserTimeout, ...given]]];
  const units = unitFolders.filter(hasTests).map((folder) => `./${folder}/`);
  /** @type {[string, string[]][]} */
  const all = [["check", ["run", "check"]]];
  if (units.length > 0) all.push(["unit tests", ["test", unitTimeout, ...sideBySide, ...units]]);
  if (hasTests("e2e")) all.push(["browser tests", ["test", browserTimeout, "./e2e/"]]);
  return all;
}

/**
 * @param {string} folder
 * @returns {boolean}
 */
function hasTests(folder) {
  const path = join(root, folder);
  if (!existsSync(path)) return false;
  return readdirSync(path, { withFileTypes: true }).some((entry) => {
    if (entry.name === "node_modules" || entry.name === "dist") return false;
    return entry.isDirectory() ? hasTests(join(folder, entry.name)) : /\.test\.tsx?$/.test(entry.name);
  });
}

/**
 * @param {string} bun
 * @param {string} name
 * @param {string[]} parameters
 * @returns {Promise<Count>}
 */
async function run(bun, name, parameters) {
  say(name);
  const { code, output } = await streamed(bun, [...bunFlags, ...parameters]);
  const count = countTests(output, code);
  if (code !== 0) say(`${name} failed (code ${code})`);
  return count;
}

/**
 * Shows the output as it comes and keeps what Bun reports itself, apart from what the tested code prints.
 * @param {string} command
 * @param {string[]} parameters
 * @returns {Promise<{ code: number, output: string }>}
 */
function streamed(command, parameters) {
  const environment = bunEnvironment(command);
  const path = [environment.PATH, ...componentFolders()].join(delimiter);
  const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = spawn(command, parameters, {
    cwd: root,
    env: { ...environment, ...colour, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.pipe(process.stdout, { end: false });
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text) => {
    process.stdout.write(text);
    output = (output + text).slice(-keptOutput);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
