import { expect, test } from "bun:test";
import type { DefaultLevel, NotificationLevel } from "@parley/protocol/notifications";
import type { ThreadLevel } from "@parley/protocol/threads";
import {
  asleep,
  type Due,
  decide,
  isToBeTold,
  type Listener,
  mayHoldText,
  type News,
  nextTry,
  takesSilence,
} from "./push-rules.ts";

const now = 1_000_000_000;
const news: News = {
  sender: 1,
  seq: 7,
  kind: "channel",
  mentions: new Set<number>(),
  mention_all: false,
  in_thread: false,
  text: "",
};
const listener: Listener = {
  ...{ user: 2, read_seq: 6, room_level: "default", level: "all" },
  ...{ room_muted_until: null, muted_until: null, quiet_hours: null, thread: null, blocks: false },
  keywords: [],
};
const tells = (of: Partial<News>, to: Partial<Listener>) =>
  isToBeTold({ ...news, ...of }, { ...listener, ...to }, now);

test("PUSH-6 levels of the room come before those of the account", () => {
  const levels: [NotificationLevel, DefaultLevel, plain: boolean, mentioned: boolean][] = [
    ["default", "all", true, true],
    ["default", "mentions", false, true],
    ["default", "none", false, false],
    ["all", "none", true, true],
    ["mentions", "all", false, true],
    ["none", "all", false, false],
  ];
  for (const [room_level, level, plain, mentioned] of levels) {
    const wish = { room_level, level };
    const named = { mentions: new Set([2, 3]) };
    expect([wish, tells({}, wish)]).toEqual([wish, plain]);
    expect([wish, tells(named, wish)]).toEqual([wish, mentioned]);
    expect([wish, tells({ mention_all: true }, wish)]).toEqual([wish, mentioned]);
    // What is said to one alone is as if it mentioned them.
    expect([wish, tells({ kind: "direct" }, wish)]).toEqual([wish, mentioned]);
    expect([wish, tells({ mentions: new Set([3]) }, wish)]).toEqual([wish, plain]);
  }
});

test("PUSH-6 one's own words, what is read and what a blocked person says is not told", () => {
  expect(tells({}, {})).toBe(true);
  expect(tells({ sender: 2 }, {})).toBe(false);
  expect(tells({}, { read_seq: 7 })).toBe(false);
  expect(tells({}, { read_seq: 8 })).toBe(false);
  expect(tells({ mentions: new Set([2]) }, { blocks: true })).toBe(false);
});

test("PUSH-6 until a moment that is yet to come nothing is told, in a room or anywhere", () => {
  for (const wish of ["room_muted_until", "muted_until"] as const) {
    expect([wish, tells({ mention_all: true }, { [wish]: now + 1 })]).toEqual([wish, false]);
    expect([wish, tells({}, { [wish]: now })]).toEqual([wish, true]);
  }
});

test("NOTIFY-9 words of the person's own count as a mention for them alone", () => {
  const wish = { level: "mentions", keywords: ["tent"] } as const;
  expect(tells({ text: "Who brings the TENT?" }, wish)).toBe(true);
  expect(tells({ text: "I am content" }, wish)).toBe(false);
  expect(tells({ text: "Who brings the tent?" }, { ...wish, keywords: [] })).toBe(false);
  expect(tells({ text: "Who brings the tent?" }, { ...wish, level: "none" })).toBe(false);
  expect(tells({ text: "My own tent", sender: 2 }, wish)).toBe(false);
});

test("NOTIFY-10 in the hours of the day that the person chose nothing is told", () => {
  // `now` is a Monday at 13:46 UTC.
  const hours = { from: "13:00", to: "14:00", days: [1], zone: "UTC" };
  expect(tells({ mentions: new Set([2]) }, { quiet_hours: hours })).toBe(false);
  expect(tells({}, { quiet_hours: { ...hours, to: "13:46" } })).toBe(true);
  expect(tells({}, { quiet_hours: { ...hours, days: [2, 3] } })).toBe(true);
});

test("PUSH-14 in a thread that somebody follows its own level holds, unless the room is to keep quiet", () => {
  const cases: [NotificationLevel, ThreadLevel | null, plain: boolean, mentioned: boolean, alone: boolean][] =
    [
      ["default", "all", true, true, true],
      ["mentions", "all", true, true, true],
      ["all", "mentions", false, true, false],
      ["all", "none", false, false, false],
      ["none", "all", false, false, false],
      // Whoever does not follow it is told of what the room shows, as of anything there.
      ["all", null, true, true, false],
      ["mentions", null, false, true, false],
    ];
  for (const [room_level, level, plain, mentioned, alone] of cases) {
    const wish = {
      ...{ room_level, level: "mentions" as const },
      thread: level && { level, read_seq: 6 },
    };
    const named = { mentions: new Set([2]) };
    expect([room_level, level, tells({}, wish)]).toEqual([room_level, level, plain]);
    expect([room_level, level, tells(named, wish)]).toEqual([room_level, level, mentioned]);
    expect([room_level, level, tells({ in_thread: true }, wish)]).toEqual([room_level, level, alone]);
    const muted = { ...wish, room_muted_until: now + 1 };
    expect(tells({ ...named, in_thread: true }, muted)).toBe(false);
  }
});

test("PUSH-14 read is what was read in the thread, or in the room where it shows it", () => {
  const follows = (read_seq: number) => ({ thread: { level: "all" as const, read_seq } });
  expect(tells({}, follows(6))).toBe(true);
  expect(tells({}, follows(7))).toBe(false);
  expect(tells({}, { ...follows(6), read_seq: 7 })).toBe(false);
  expect(tells({ in_thread: true }, { ...follows(6), read_seq: 7 })).toBe(true);
  expect(tells({ in_thread: true }, follows(7))).toBe(false);
});

test("PUSH-8 what was written is held back, but where the person chose otherwise", () => {
  const rooms = [
    ["direct", 0],
    ["group", 0],
    ["channel", 0],
    ["channel", 1],
  ] as const;
  const allowed = (wish: "never" | "public" | "always") =>
    rooms.map(([kind, is_public]) => mayHoldText(wish, { kind, is_public }));
  expect(allowed("never")).toEqual([false, false, false, false]);
  expect(allowed("public")).toEqual([false, false, false, true]);
  expect(allowed("always")).toEqual([true, true, true, true]);
});

const due: Due = { state: "due", begun_at: now, isWanted: true, heardAgo: null, takesSilence: true };
const after = (milliseconds: number, change: Partial<Due> = {}) =>
  decide({ ...due, ...change }, now + milliseconds);

test("PUSH-7 a page that is open tells by itself; one that sleeps does not", () => {
  expect(after(0)).toEqual({ kind: "show" });
  expect(after(0, { isWanted: false })).toEqual({ kind: "drop" });
  // Last heard before it was said.
  expect(after(1_000, { heardAgo: 2_000 })).toEqual({ kind: "wait", until: now + 6_000 });
  expect(after(asleep - 1, { heardAgo: asleep })).toEqual({ kind: "wait", until: now + asleep });
  expect(after(asleep, { heardAgo: asleep })).toEqual({ kind: "show" });
  // Heard since.
  expect(after(1_000, { heardAgo: 999 })).toEqual({ kind: "drop" });
  expect(after(13 * 3_600_000)).toEqual({ kind: "drop" });
});

test("PUSH-9 what is read is taken back, but by a page where one is open, and by nothing silent where that costs", () => {
  const closing = { state: "closing" } as const;
  expect(after(0, closing)).toEqual({ kind: "close" });
  expect(after(0, { ...closing, heardAgo: 1_000 })).toEqual({ kind: "forget" });
  expect(after(0, { ...closing, heardAgo: asleep })).toEqual({ kind: "close" });
  expect(after(0, { ...closing, takesSilence: false })).toMatchObject({ kind: "wait" });
  expect(after(13 * 3_600_000, { ...closing, takesSilence: false })).toEqual({ kind: "forget" });
  expect(takesSilence("https://web.push.apple.com/x")).toBe(false);
  expect(takesSilence("https://fcm.googleapis.com/x")).toBe(true);
});

test("PUSH-10 it is tried again later and later, as the service wishes, and given up at last", () => {
  const tries = Array.from({ length: 7 }, (_, attempts) => nextTry(attempts, 0, null));
  expect(tries.slice(0, 2)).toEqual([5_000, 30_000]);
  expect(tries.at(-1)).toBe(null);
  const waits = tries.slice(0, -1).map(Number);
  expect(waits).toEqual(waits.toSorted((one, other) => one - other));
  expect(nextTry(0, now, 90)).toBe(now + 90_000);
  expect(nextTry(1, now, 1)).toBe(now + 30_000);
});
