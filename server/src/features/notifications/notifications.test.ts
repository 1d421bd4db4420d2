import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { DefaultNotifications, Notifications } from "@parley/protocol/notifications";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { tablesHolding } from "../../testing/tables.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];
  const usual: Notifications = { level: "default", muted_until: null };
  const muted: Notifications = { level: "mentions", muted_until: "2031-05-01T08:00:00.000Z" };

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  const set = (person: number, room: number, wish: Notifications) =>
    does(person, "notification.set", { room, ...wish });
  const shownTo = async (person: number, room: number) =>
    (await does(person, "room.get", { room })).notifications;

  test("NOTIFY-1 a wish is shown with the room, and stays until another one is told", async () => {
    const room = rooms.design.id;
    expect(await shownTo(ids.bob, room)).toEqual(usual);
    expect(await set(ids.bob, room, muted)).toEqual({ room, ...muted });
    const { rooms: listed } = await does(ids.bob, "room.list", { limit: limits.pageMax });
    expect(listed.find(({ id }) => id === room)?.notifications).toEqual(muted);
    for (const level of ["all", "none", "default"] as const) {
      await set(ids.bob, room, { level, muted_until: null });
      expect(await shownTo(ids.bob, room)).toEqual({ level, muted_until: null });
    }
  });

  test("NOTIFY-1 a wish is of its person and its room alone", async () => {
    await set(ids.alice, rooms.lobby.id, muted);
    expect(await shownTo(ids.alice, rooms.lobby.id)).toEqual(muted);
    expect(await shownTo(ids.bob, rooms.lobby.id)).toEqual(usual);
    expect(await shownTo(ids.carol, rooms.lobby.id)).toEqual(usual);
    expect(await shownTo(ids.alice, rooms.design.id)).toEqual(usual);
  });

  test("NOTIFY-2 own devices are told, once for each change, and nobody else", async () => {
    const room = rooms.aliceBob.id;
    const before = fixture.store.changes.length;
    await set(ids.alice, room, muted);
    await set(ids.alice, room, muted);
    await set(ids.alice, room, { ...muted, level: "none" });
    const changes = fixture.store.changes.slice(before);
    expect(changes.map(({ log, id }) => [log, id])).toEqual([
      ["user", ids.alice],
      ["user", ids.alice],
    ]);
    const events = changes.flatMap((change) => (change.log === "user" ? [change.event] : []));
    expect(events).toMatchObject([
      { kind: "notification.changed", room, ...muted },
      { kind: "notification.changed", room, ...muted, level: "none" },
    ]);
    const told = await does(ids.alice, "user.events", { after: 0, limit: limits.pageMax });
    expect(told.events.slice(-2)).toEqual(events);
  });

  test("NOTIFY-1 only people of the room have a wish, also in an archived one", async () => {
    const { id: room } = await does(ids.alice, "room.create", {
      ...{ kind: "channel", name: "quiet", public: true, members: [ids.bob] },
    });
    expect(await outcomeOf(set(ids.carol, room, muted))).toBe("forbidden");
    expect(await outcomeOf(set(ids.carol, rooms.design.id, muted))).toBe("not_found");
    await does(ids.alice, "room.archive", { room, archived: true });
    expect(await outcomeOf(set(ids.bob, room, muted))).toBe("done");
  });

  test("NOTIFY-3 whoever comes back to a room has no wish there", async () => {
    const { id: room } = await does(ids.alice, "room.create", {
      ...{ kind: "channel", name: "again", public: true, members: [ids.bob] },
    });
    await set(ids.bob, room, muted);
    await does(ids.bob, "room.leave", { room });
    expect(await shownTo(ids.bob, room)).toEqual(usual);
    await does(ids.bob, "room.join", { room });
    expect(await shownTo(ids.bob, room)).toEqual(usual);
  });

  test("NOTIFY-1 a moment is one that the calendar has", async () => {
    const room = rooms.lobby.id;
    for (const moment of ["2031-02-30T08:00:00.000Z", "2031-05-01", "9999-12-31T23:00:00-02:00", ""]) {
      expect(await outcomeOf(set(ids.bob, room, { ...muted, muted_until: moment }))).toBe("invalid");
    }
    for (const moment of ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]) {
      await set(ids.bob, room, { ...muted, muted_until: moment });
      expect((await shownTo(ids.bob, room)).muted_until).toBe(moment);
    }
    await set(ids.bob, room, { ...muted, muted_until: "2031-05-01T08:00:00+02:00" });
    expect((await shownTo(ids.bob, room)).muted_until).toBe("2031-05-01T06:00:00.000Z");
  });

  const setAll = (person: number, wish: DefaultNotifications) =>
    does(person, "notification.set_default", wish);
  const shownOfAll = (person: number) => does(person, "notification.get_default", {});

  test("NOTIFY-4 a wish for all rooms is kept beside those for single ones, and is its person's alone", async () => {
    expect(await shownOfAll(ids.carol)).toEqual({ level: "mentions", muted_until: null });
    const { muted_until } = muted;
    expect(await setAll(ids.alice, { level: "all", muted_until })).toEqual({ level: "all", muted_until });
    expect(await shownOfAll(ids.alice)).toEqual({ level: "all", muted_until });
    expect(await shownOfAll(ids.carol)).toEqual({ level: "mentions", muted_until: null });
    expect(await shownTo(ids.alice, rooms.design.id)).toEqual(usual);
    await setAll(ids.alice, { level: "none", muted_until: null });
    expect(await shownOfAll(ids.alice)).toEqual({ level: "none", muted_until: null });
    expect(await outcomeOf(setAll(ids.alice, { level: "all", muted_until: "tomorrow" }))).toBe("invalid");
  });

  test("NOTIFY-9 words of one's own and NOTIFY-10 quiet hours stay until others are said, and stand in no log", async () => {
    const quiet_hours = { from: "22:00", to: "07:00", days: [5, 1, 5], zone: "Europe/Berlin" };
    const wish = { level: "mentions", muted_until: null } as const;
    const set = (more: object) => does(ids.alice, "notification.set_default", { ...wish, ...more });
    const stored = { quiet_hours: { ...quiet_hours, days: [1, 5] }, keywords: ["tent", "Large table"] };
    expect(await set({ quiet_hours, keywords: ["tent", "Large table", "tent"] })).toEqual({
      ...wish,
      ...stored,
    });
    const before = fixture.store.changes.length;
    expect(await set({ level: "all" })).toEqual({ ...wish, level: "all", ...stored });
    expect(await set({ level: "all" })).toEqual({ ...wish, level: "all", ...stored });
    expect(fixture.store.changes.slice(before)).toMatchObject([
      {
        log: "user",
        id: ids.alice,
        event: { kind: "notification.default_changed", level: "all", ...stored },
      },
    ]);
    const { events } = await does(ids.alice, "user.events", { after: 0, limit: limits.pageMax });
    expect(events.at(-1)).toMatchObject({ kind: "notification.default_changed", level: "all", ...stored });
    expect(await tablesHolding(fixture.store.database, "Large table")).toEqual(["users"]);
    expect(await set({ quiet_hours: null })).toEqual({ ...wish, keywords: stored.keywords });
    expect(await set({ keywords: [] })).toEqual(wish);
  });

  test("NOTIFY-9 at most 20 words of 50 characters that hold something, NOTIFY-10 hours and zones that there are", async () => {
    const outcome = (more: object) =>
      outcomeOf(does(ids.alice, "notification.set_default", { level: "all", muted_until: null, ...more }));
    const words = (count: number) => Array.from({ length: count }, (_, index) => `word ${index}`);
    expect(await outcome({ keywords: words(20) })).toBe("done");
    expect(await outcome({ keywords: words(21) })).toBe("invalid");
    for (const keyword of ["", "!?", "x".repeat(51)])
      expect([keyword, await outcome({ keywords: [keyword] })]).toEqual([keyword, "invalid"]);
    const hours = { from: "22:00", to: "07:00", days: [1], zone: "Europe/Berlin" };
    expect(await outcome({ quiet_hours: hours })).toBe("done");
    for (const wrong of [{ from: "24:00" }, { to: "7:00" }, { days: [] }, { days: [8] }, { zone: "Nowhere" }])
      expect([wrong, await outcome({ quiet_hours: { ...hours, ...wrong } })]).toEqual([wrong, "invalid"]);
  });

  test("NOTIFY-2 of a wish for all rooms own devices are told, once for each change", async () => {
    const before = fixture.store.changes.length;
    for (const level of ["all", "all", "none"] as const) await setAll(ids.bob, { level, muted_until: null });
    expect(fixture.store.changes.slice(before)).toMatchObject([
      { log: "user", id: ids.bob, event: { kind: "notification.default_changed", level: "all" } },
      { log: "user", id: ids.bob, event: { kind: "notification.default_changed", level: "none" } },
    ]);
  });
});
