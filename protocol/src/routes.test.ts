import { expect, test } from "bun:test";
import { contract, apiBase as contractBase, operationNames } from "./contract.ts";
import { apiBase, openOperations, routes } from "./routes.ts";

test("CLIENT-13 the browser's table of routes is the contract's", () => {
  expect(operationNames.length).toBeGreaterThan(40);
  expect(routes).toEqual(
    Object.fromEntries(operationNames.map((name) => [name, contract[name].rest])) as typeof routes,
  );
  expect(apiBase).toBe(contractBase);
});

test("CLIENT-13 the browser knows which operations need no session", () => {
  expect([...openOperations].sort()).toEqual(
    operationNames.filter((name) => contract[name].who === "anyone").sort(),
  );
});
