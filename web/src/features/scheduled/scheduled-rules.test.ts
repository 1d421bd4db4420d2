import { expect, test } from "bun:test";
import type { Scheduled } from "@parley/protocol/scheduled";
import { byTime, presets } from "./scheduled-rules.ts";

test("UI-180 an hour, tomorrow morning and monday morning are offered, each once", () => {
  const at = (day: number, hour: number) => new Date(2030, 0, day, hour).getTime();
  // 2030 begins on a Tuesday.
  expect(presets(at(1, 15)).map((each) => [each.name, each.at.getTime()])).toEqual([
    ["hour", at(1, 16)],
    ["tomorrow", at(2, 9)],
    ["monday", at(7, 9)],
  ]);
  expect(presets(at(6, 15)).map(({ name }) => name)).toEqual(["hour", "tomorrow"]);
  expect(presets(at(7, 8)).map((each) => [each.name, each.at.getTime()])).toEqual([
    ["hour", at(7, 9)],
    ["tomorrow", at(8, 9)],
    ["monday", at(14, 9)],
  ]);
});

test("UI-181 what could not be sent comes first, then the next", () => {
  const made = (id: number, send_at: string, state: Scheduled["state"]): [number, Scheduled] => [
    id,
    { id, room: 7, text: "", client_id: "", send_at, state, created_at: "" },
  ];
  const list = new Map([
    made(1, "2030-01-03", "waiting"),
    made(2, "2030-01-02", "waiting"),
    made(3, "2030-01-04", "failed"),
    made(4, "2030-01-02", "waiting"),
  ]);
  expect(byTime(list).map(({ id }) => id)).toEqual([3, 2, 4, 1]);
  expect(byTime(null)).toEqual([]);
});
