import { afterEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf, filesUnder, readStamp, writeStamp } from "./stamps.mjs";

const folder = mkdtempSync(join(tmpdir(), "parley stamps "));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("TOOL-2 a stamp holds until what it stands for changes", () => {
  mkdirSync(join(folder, "src", "node_modules"), { recursive: true });
  const source = join(folder, "src", "main.ts");
  writeFileSync(source, "1");
  const stamp = join(folder, "web.stamp");
  const digest = () =>
    digestOf(
      ["1.4.5"],
      filesUnder(folder).filter((path) => path !== stamp),
    );
  expect(readStamp(stamp, digest())).toBeUndefined();
  writeStamp(stamp, digest(), "kept");
  expect(readStamp(stamp, digest())).toBe("kept");

  writeFileSync(join(folder, "src", "node_modules", "left-out.js"), "");
  writeFileSync(join(folder, "src", "main.test.ts"), "");
  expect(readStamp(stamp, digest())).toBe("kept");

  writeFileSync(source, "2");
  expect(readStamp(stamp, digest())).toBeUndefined();
});

test("TOOL-2 an absent file is not an empty one", () => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "bun.lock");
  const absent = digestOf([], [file]);
  writeFileSync(file, "");
  expect(digestOf([], [file])).not.toBe(absent);
});
