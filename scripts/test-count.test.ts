import { expect, test } from "bun:test";
import { closingLine, countTests, sumOf } from "./test-count.mjs";

const lawful =
  " 5 pass\n 0 fail\n\nserver/a.test.ts:\n\n 12 pass\n 1 skip\n 2 todo\n 0 fail\n 40 expect() calls\n";

test("TOOL-1 the summary that ends the run counts, and todo is skipped", () => {
  const output = `${lawful}Ran 15 tests across 1 file. [3.00ms]\n`;
  expect(countTests(output, 0)).toEqual({ passed: 12, failed: 0, skipped: 3 });
});

test("TOOL-1 colours do not hide the summary", () => {
  const output =
    "\n\u001b[32m 2 pass\u001b[0m\n\u001b[31m 3 fail\u001b[0m\nRan 5 tests across 2 files. [1.00ms]\n";
  expect(countTests(output, 1)).toEqual({ passed: 2, failed: 3, skipped: 0 });
});

test("TOOL-1 a run that fails without a failed test, or ends without a summary, is one failure", () => {
  expect(countTests(`${lawful}Ran 15 tests across 1 file. [3.00ms]\n`, 1).failed).toBe(1);
  expect(countTests("panic: out of memory", 132)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("TOOL-1 files that ran side by side have one summary, and those that a crash took along have failed", () => {
  const beside = "bun test v1.4.5 2x PARALLEL\n\na.test.ts:\n(pass) a [1.00ms]\n\nb.test.ts:\n";
  const recap = "\n1 tests skipped:\n(skip) b\n\n 1 pass\n 1 skip\n 0 fail\n 1 expect() calls\n";
  const end = "Ran 2 tests across 2 files. [9.00ms]\n";
  expect(countTests(beside + recap + end, 0)).toEqual({ passed: 1, failed: 0, skipped: 1 });
  const crash = "✗ b.test.ts (worker crashed: SIGSEGV)\n✗ a.test.ts (aborted: sibling worker panicked)\n";
  expect(countTests(`${beside}${crash}\n 0 pass\n 2 fail\n${end}`, 1).failed).toBe(2);
});

test("TOOL-1 the closing line is the sum of all runs", () => {
  const counts = [
    { passed: 2, failed: 0, skipped: 1 },
    { passed: 3, failed: 1, skipped: 0 },
  ];
  expect(closingLine(sumOf(counts))).toBe("5 passed, 1 failed, 1 skipped");
});
