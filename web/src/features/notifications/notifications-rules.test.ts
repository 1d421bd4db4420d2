import { describe, expect, test } from "bun:test";
import type { Membership } from "@parley/protocol/rooms";
import {
  isAnswerToBeTold,
  isSettled,
  isToBeTold,
  type Known,
  type Surroundings,
} from "./notifications-rules.ts";

const at = "2026-05-01T08:00:00.000Z";
const now = Date.parse(at);
const later = "2026-05-01T09:00:00.000Z";
const earlier = "2026-05-01T07:00:00.000Z";

const last = { id: 9, seq: 12, sender: 2, type: "text", text: "Hello", version: 1, created_at: at } as const;
const permissions: Membership["permissions"] = {
  send_messages: "member",
  add_members: "member",
  mention_all: "member",
  pin_messages: "member",
  change_info: "member",
};
const room: Membership = {
  ...{ id: 7, kind: "channel", name: "lobby", topic: "", public: true, archived: false, permissions },
  delete_after: null,
  ...{ member_count: 3, created_by: 1, created_at: at, role: "member", head: 12, read: 10, unread: 2 },
  ...{ mentions: 0, last_message_at: at, last_message: last },
  notifications: { level: "default", muted_until: null },
};
const before: Known = { seq: 11, mentions: 0 };
const around: Surroundings = {
  ...{ me: 1, wishes: { level: "all", muted_until: null }, blocked: new Set(), isInSight: false, now },
};

function told(of: Partial<Membership> = {}, from: Partial<Known> = {}, within: Partial<Surroundings> = {}) {
  return isToBeTold({ ...room, ...of }, { ...before, ...from }, { ...around, ...within });
}

describe("what is told of", () => {
  test("NOTIFY-6 a new message of another is told of, once", () => {
    expect(told()).toBe(true);
    expect(told({}, { seq: 12 })).toBe(false);
    expect(told({ last_message: null })).toBe(false);
    expect(told({ last_message: { ...last, deleted_at: at } })).toBe(false);
  });

  test("NOTIFY-6 not one's own, nor what a blocked person says", () => {
    expect(told({ last_message: { ...last, sender: 1 } })).toBe(false);
    expect(told({}, {}, { blocked: new Set([2]) })).toBe(false);
    expect(told({}, {}, { blocked: new Set([3]) })).toBe(true);
  });

  test("NOTIFY-6 not of what is in sight or read, nor of rooms in which the person is not", () => {
    expect(told({}, {}, { isInSight: true })).toBe(false);
    expect(told({ unread: 0 })).toBe(false);
    expect(told({ role: null })).toBe(false);
  });

  test("NOTIFY-6 the room's level holds, or else that for all rooms", () => {
    const direct = { kind: "direct" } as const;
    const mention = { mentions: 1 };
    const cases = [
      ["default", "all", true, true, true],
      ["default", "mentions", false, true, true],
      ["default", "none", false, false, false],
      ["all", "none", true, true, true],
      ["mentions", "all", false, true, true],
      ["none", "all", false, false, false],
    ] as const;
    for (const [own, general, plain, mentioned, directly] of cases) {
      const notifications = { level: own, muted_until: null };
      const within = { wishes: { level: general, muted_until: null } };
      const found = [{}, mention, direct].map((of) => told({ ...of, notifications }, {}, within));
      expect([own, general, ...found]).toEqual([own, general, plain, mentioned, directly]);
    }
    const wishes = { level: "mentions", muted_until: null } as const;
    // Mentioned before, and now somebody says something else.
    expect(told(mention, { mentions: 1 }, { wishes })).toBe(false);
  });

  test("NOTIFY-6 nothing of a muted room, and nothing at all while nobody is to disturb", () => {
    expect(told({ notifications: { level: "all", muted_until: later } })).toBe(false);
    expect(told({ notifications: { level: "all", muted_until: earlier } })).toBe(true);
    expect(told({}, {}, { wishes: { level: "all", muted_until: later } })).toBe(false);
    expect(told({}, {}, { wishes: { level: "all", muted_until: earlier } })).toBe(true);
    const own = { notifications: { level: "all", muted_until: null } } as const;
    expect(told(own, {}, { wishes: { level: "all", muted_until: later } })).toBe(false);
  });

  test("NOTIFY-6 of answers in threads that are followed the thread's level says, unless the room is to keep quiet", () => {
    const answers = {
      plain: { message: 9, seq: 12 },
      named: { message: 9, seq: 12, mentions_me: true as const },
    };
    const place = { message: 3, room: 7, following: true, read: 0, unread: [] };
    const cases = [
      ["default", "mentions", "all", true, true],
      ["mentions", "all", "all", true, true],
      ["all", "all", "mentions", false, true],
      ["all", "all", "none", false, false],
      ["none", "all", "all", false, false],
      ["default", "none", "all", false, false],
    ] as const;
    for (const [own, general, level, plain, named] of cases) {
      const of = { ...room, notifications: { level: own, muted_until: null } };
      const within = { ...around, wishes: { level: general, muted_until: null } };
      const tells = (answer: (typeof answers)["plain"], change: Partial<Surroundings> = {}) =>
        isAnswerToBeTold(of, { thread: { ...place, level }, answer }, { ...within, ...change });
      expect([own, general, level, tells(answers.plain), tells(answers.named)]).toEqual([
        ...[own, general, level, plain, named],
      ]);
      expect(tells(answers.named, { isInSight: true })).toBe(false);
      expect(tells(answers.named, { wishes: { level: general, muted_until: later } })).toBe(false);
    }
    // Among the messages of its room it is not shown: that has nothing to tell.
    expect(told({ last_message: { ...last, in_thread: true } })).toBe(false);
  });

  test("NOTIFY-9 a word of the person's own counts as a mention, and NOTIFY-10 in quiet hours nothing is told", () => {
    const wishes = { level: "mentions", muted_until: null } as const;
    expect(told({}, {}, { wishes })).toBe(false);
    expect(told({}, {}, { wishes, isCalled: true })).toBe(true);
    expect(told({}, {}, { wishes: { ...wishes, level: "none" }, isCalled: true })).toBe(false);
    // `now` is a Friday at eight in the morning.
    const quiet_hours = { from: "07:00", to: "09:00", days: [5], zone: "UTC" };
    expect(told({ mentions: 1 }, {}, { wishes: { ...wishes, quiet_hours } })).toBe(false);
    const weekend = { ...quiet_hours, days: [6, 7] };
    expect(told({ mentions: 1 }, {}, { wishes: { ...wishes, quiet_hours: weekend } })).toBe(true);
  });

  test("NOTIFY-7 it is taken back once the room is read up to it, deleted or gone", () => {
    expect(isSettled(room, 12)).toBe(false);
    expect(isSettled({ ...room, read: 12, unread: 1 }, 12)).toBe(true);
    expect(isSettled({ ...room, unread: 0 }, 12)).toBe(true);
    expect(isSettled({ ...room, last_message: { ...last, deleted_at: at } }, 12)).toBe(true);
    expect(isSettled(undefined, 12)).toBe(true);
  });
});
