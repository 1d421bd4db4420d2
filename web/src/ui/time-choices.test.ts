import { afterEach, describe, expect, test } from "bun:test";
import { i18n } from "./text.ts";
import { chooseTimes, firstDayOfWeek, nextWeek, tomorrow } from "./time-choices.ts";
import { clockTime, fullTime } from "./times.ts";

afterEach(() => chooseTimes({ clock: "", firstDay: 0 }));

const afternoon = new Date(2026, 4, 1, 14, 30).getTime();

describe("how times are written", () => {
  test("TIME-6 the hours are counted as the person wishes, or else as the language does", () => {
    i18n.loadAndActivate({ locale: "en", locales: ["en-US"], messages: {} });
    const shown = () => [clockTime(afternoon), fullTime(afternoon)].map((text) => text.includes("14:30"));
    expect(shown()).toEqual([false, false]);
    chooseTimes({ clock: "24", firstDay: 0 });
    expect(shown()).toEqual([true, true]);
    i18n.loadAndActivate({ locale: "de", locales: ["de-DE"], messages: {} });
    chooseTimes({ clock: "12", firstDay: 0 });
    expect(shown()).toEqual([false, false]);
    chooseTimes({ clock: "", firstDay: 0 });
    expect(shown()).toEqual([true, true]);
  });

  test("TIME-6 a week begins on the day that the person wishes, or else as where they live", () => {
    expect(firstDayOfWeek("de-DE")).toBe(1);
    chooseTimes({ clock: "", firstDay: 6 });
    expect(firstDayOfWeek("de-DE")).toBe(6);
  });

  test("TIME-6 the next week begins on the next such day, never today", () => {
    // A Friday.
    for (const [firstDay, day] of [
      [1, 4],
      [5, 8],
      [6, 2],
      [7, 3],
    ] as const) {
      expect(nextWeek(firstDay, 8, afternoon)).toEqual(new Date(2026, 4, day, 8));
    }
    expect(tomorrow(8, new Date(2026, 4, 31, 23, 59).getTime())).toEqual(new Date(2026, 5, 1, 8));
  });
});
