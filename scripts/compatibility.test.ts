import { expect, test } from "bun:test";
import { compatibilityPath, withRoutes } from "./compatibility.ts";

test("DIALECT-2 the routes in docs/compatibility.md are current (else: bun scripts/compatibility.ts)", async () => {
  const page = await Bun.file(compatibilityPath).text();
  expect(page).toBe(withRoutes(page));
});
