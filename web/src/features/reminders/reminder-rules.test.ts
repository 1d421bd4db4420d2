import { describe, expect, test } from "bun:test";
import type { ReminderEntry } from "../../client/reminders.ts";
import { inOrder, nameOf, remindPresets, toBeTold } from "./reminder-rules.ts";

const at = (time: string) => new Date(`2030-03-${time}`).getTime();
const entry = (message: number, time: string, state: ReminderEntry["state"]): ReminderEntry => {
  const remind_at = new Date(at(time)).toISOString();
  return { message, room: 7, remind_at, state, created_at: remind_at, about: null };
};
const listed = (...entries: ReminderEntry[]) => new Map(entries.map((each) => [each.message, each]));

describe("what the person is reminded of", () => {
  test("UI-190 the times that are offered are to come, and each is offered once", () => {
    // A Sunday: tomorrow is Monday.
    const names = remindPresets(at("10T08:00")).map(({ name }) => name);
    expect(names).toEqual(["minutes", "hour", "hours", "tomorrow"]);
    // A Wednesday, shortly before midnight.
    const late = remindPresets(at("13T23:30"));
    expect(late.map(({ name }) => name)).toEqual(["minutes", "hour", "hours", "tomorrow", "monday"]);
    expect(late.every((each) => each.at.getTime() > at("13T23:30"))).toBe(true);
  });

  test("UI-191 what is due comes first, then what comes next", () => {
    const reminders = listed(
      entry(1, "10T10:00", "waiting"),
      entry(2, "09T10:00", "due"),
      entry(3, "08T10:00", "due"),
      entry(4, "10T09:00", "waiting"),
    );
    expect(inOrder(reminders).map(({ message }) => message)).toEqual([3, 2, 4, 1]);
  });

  test("REMIND-6 each is told once at each of its times, and not after a day", () => {
    const [one, two] = [entry(1, "10T10:00", "due"), entry(2, "10T11:00", "waiting")];
    const now = at("10T10:00");
    expect(toBeTold(listed(one, two), { told: new Set(), now })).toEqual([one]);
    expect(toBeTold(listed(one), { told: new Set([nameOf(one)]), now })).toEqual([]);
    const later = entry(1, "10T12:00", "due");
    expect(toBeTold(listed(later), { told: new Set([nameOf(one)]), now: at("10T12:00") })).toEqual([later]);
    expect(toBeTold(listed(one), { told: new Set(), now: at("11T10:00") })).toEqual([]);
    expect(toBeTold(null, { told: new Set(), now })).toEqual([]);
  });
});
