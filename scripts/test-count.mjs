// @ts-check
import { stripVTControlCharacters } from "node:util";

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/**
 * Reads the summary that ends a run of `bun test`. A run that failed without naming a failed test (a crash, a lint
 * error) counts as one failure, so that no failure is lost from the sum.
 * @param {string} output
 * @param {number} code
 * @returns {Count}
 */
export function countTests(output, code) {
  const lines = stripVTControlCharacters(output).split(/\r?\n/);
  const end = lines.findLastIndex((line) => /^Ran \d+ tests? across \d+ files?\./.test(line));
  const start = lines.findLastIndex((line, index) => index < end && line.trim() === "");
  const summary = end < 0 ? [] : lines.slice(start + 1, end);
  const number = (/** @type {string} */ word) => {
    const line = summary.find((text) => new RegExp(`^ *\\d+ ${word}$`).test(text));
    return line ? Number.parseInt(line, 10) : 0;
  };
  const failed = number("fail");
  return {
    passed: number("pass"),
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: number("skip") + number("todo"),
  };
}

/**
 * @param {Count[]} counts
 * @returns {Count}
 */
export function sumOf(counts) {
  return counts.reduce(
    (sum, count) => ({
      passed: sum.passed + count.passed,
      failed: sum.failed + count.failed,
      skipped: sum.skipped + count.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** @param {Count} count */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
