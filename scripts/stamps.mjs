// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const notSources = new Set(["node_modules", "dist", "test-output"]);

/**
 * One digest of some words and of the contents of files; a file that is not there counts as absent, not as empty.
 * @param {string[]} words
 * @param {string[]} [files]
 */
export function digestOf(words, files = []) {
  const hash = createHash("sha256").update(JSON.stringify(words));
  for (const file of files) {
    hash.update(`\0${file}\0`);
    if (existsSync(file)) hash.update("present\0").update(readFileSync(file));
  }
  return hash.digest("hex");
}

/**
 * Every source file under a folder, in a fixed order; tests are left out, as no build reads them.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesUnder(folder) {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (notSources.has(entry.name) || entry.name.includes(".test.")) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
}

/**
 * What was kept under this digest, or undefined when it is out of date.
 * @param {string} path
 * @param {string} digest
 */
export function readStamp(path, digest) {
  if (!existsSync(path)) return undefined;
  const [kept, ...value] = readFileSync(path, "utf8").split("\n");
  return kept === digest ? value.join("\n") : undefined;
}

/**
 * @param {string} path
 * @param {string} digest
 * @param {string} value
 */
export function writeStamp(path, digest, value) {
  writeFileSync(path, `${digest}\n${value}`);
}
