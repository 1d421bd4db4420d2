import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { holdsKeyword, isKeyword } from "./keywords.ts";
import { type Hours, isInHours, isZone } from "./quiet-hours.ts";

describe("words that count as a mention", () => {
  test("NOTIFY-9 a word is found wherever it stands, in whatever case and with whatever accents", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const around = fc.stringMatching(/^[a-z ]{0,30}$/);
    fc.assert(
      fc.property(around, word, around, fc.boolean(), (before, keyword, after, isLoud) => {
        const text = `${before} ${isLoud ? keyword.toUpperCase() : keyword}, ${after}`;
        expect(holdsKeyword(text, ["elsewhere!", keyword])).toBe(true);
        // A part of a word is another word.
        expect(holdsKeyword(`${before} x${keyword}x ${after}`, [`${keyword}zz`])).toBe(false);
      }),
    );
    expect(holdsKeyword("The café is open", ["Cafe"])).toBe(true);
    expect(holdsKeyword("content", ["tent"])).toBe(false);
    expect(holdsKeyword("", ["tent"])).toBe(false);
    expect(holdsKeyword("anything", [])).toBe(false);
  });

  test("NOTIFY-9 several words are found where they follow each other", () => {
    expect(holdsKeyword("Bring the *large* tent!", ["large tent"])).toBe(true);
    expect(holdsKeyword("A tent, not large", ["large tent"])).toBe(false);
    expect(holdsKeyword("明日は京都です", ["京都"])).toBe(true);
    expect(holdsKeyword("京の都", ["京都"])).toBe(false);
    expect([isKeyword("large tent"), isKeyword("!?")]).toEqual([true, false]);
    expect(holdsKeyword("!? and more", ["!?"])).toBe(false);
  });
});

describe("hours in which nobody is to disturb", () => {
  const zone = "Europe/Berlin";
  const at = (time: string) => Date.parse(time);
  const night: Hours = { from: "22:00", to: "07:00", days: [1, 2, 3, 4, 5], zone };

  test("NOTIFY-10 over midnight they belong to the day on which they begin", () => {
    // 2026-05-01 is a Friday; Berlin is two hours ahead then.
    expect(isInHours(night, at("2026-05-01T19:59:00Z"))).toBe(false);
    expect(isInHours(night, at("2026-05-01T20:00:00Z"))).toBe(true);
    expect(isInHours(night, at("2026-05-02T04:59:00Z"))).toBe(true);
    expect(isInHours(night, at("2026-05-02T05:00:00Z"))).toBe(false);
    expect(isInHours(night, at("2026-05-02T20:30:00Z"))).toBe(false);
    expect(isInHours(night, at("2026-05-04T04:00:00Z"))).toBe(false);
    expect(isInHours(night, at("2026-05-05T04:00:00Z"))).toBe(true);
  });

  test("NOTIFY-10 the clock is that of where the person is, also when it is put back", () => {
    const noon: Hours = { from: "12:00", to: "13:00", days: [1, 2, 3, 4, 5, 6, 7], zone };
    expect(isInHours(noon, at("2026-05-01T10:30:00Z"))).toBe(true);
    expect(isInHours(noon, at("2026-12-01T10:30:00Z"))).toBe(false);
    expect(isInHours(noon, at("2026-12-01T11:30:00Z"))).toBe(true);
    expect([isZone(zone), isZone("Nowhere/Town")]).toEqual([true, false]);
  });

  test("NOTIFY-10 each minute of a chosen day is in the hours or in those that are left, and no other day's is", () => {
    const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => {
      return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
    });
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 7 });
    const moment = fc.integer({ min: 0, max: 10_000_000 }).map((minutes) => minutes * 60_000);
    const everyDay = [1, 2, 3, 4, 5, 6, 7];
    fc.assert(
      fc.property(time, time, days, moment, (from, to, chosen, now) => {
        const zone = "UTC";
        const is = isInHours({ from, to, days: chosen, zone }, now);
        if (chosen.length === 0) expect(is).toBe(false);
        if (from === to) return expect(isInHours({ from, to, days: everyDay, zone }, now)).toBe(true);
        const whole = isInHours({ from, to, days: everyDay, zone }, now);
        expect(isInHours({ from: to, to: from, days: everyDay, zone }, now)).toBe(!whole);
        if (is) expect(whole).toBe(true);
      }),
    );
  });
});
