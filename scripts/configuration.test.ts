import { expect, test } from "bun:test";
import { configurationPage, configurationPath } from "./configuration.ts";

test("CONFIG-4 docs/configuration.md is current (else: bun scripts/configuration.ts)", async () => {
  expect(await Bun.file(configurationPath).text()).toBe(configurationPage());
});
