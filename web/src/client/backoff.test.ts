import { expect, test } from "bun:test";
import { Backoff } from "./backoff.ts";

test("LINK-1 the first try comes within a second, the next ones within a growing span of up to 30 s", () => {
  const backoff = new Backoff(() => 1);
  const waits = Array.from({ length: 9 }, () => backoff.next());
  expect(waits).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.next()).toBe(1_000);
});

test("LINK-1 chance decides within the span, after the time the server asked for", () => {
  expect(new Backoff(() => 0).next()).toBe(0);
  expect(new Backoff(() => 0.25).next(7)).toBe(7_250);
});
