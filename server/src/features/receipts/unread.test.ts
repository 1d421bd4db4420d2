import { afterAll, beforeAll, expect, test } from "bun:test";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { marksIn, unreadCounts } from "./receipts.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    ({ ids, does } = fixture);
  });
  afterAll(() => fixture.close());

  /** A group of alice's with bob in it, who has read all of three messages. */
  async function readUp() {
    const { id: room } = await does(ids.alice, "room.create", {
      ...{ kind: "group", name: "group", members: [ids.bob, ids.carol] },
    });
    const messages = [];
    for (const text of ["One", "Two", "Three"]) {
      messages.push(await does(ids.alice, "message.send", { room, text, mentions: [ids.bob] }));
      fixture.store.clock.advance(1_000);
    }
    const [one, two, three] = messages as [(typeof messages)[0], (typeof messages)[0], (typeof messages)[0]];
    await does(ids.bob, "receipt.read", { room, seq: three.seq });
    fixture.store.clock.advance(1_000);
    return { room, one, two, three };
  }

  const ownOf = async (person: number, room: number) => {
    const { read, unread, mentions } = await does(person, "room.get", { room });
    return { read, unread, mentions };
  };
  /** Bob's marks as alice sees them, in each place that shows them. */
  async function shownOf(room: number, message: number) {
    const { members } = await does(ids.alice, "member.list", { room });
    const { read, delivered } = members.find(({ user }) => user === ids.bob) ?? {};
    const swept = await marksIn(fixture.context.database, [room]);
    expect(swept.find(({ mark }) => mark.user === ids.bob)?.mark).toMatchObject({ read, delivered });
    const { receipts } = await does(ids.alice, "message.receipts", { message });
    return { read, delivered, receipt: receipts.find(({ user }) => user === ids.bob) };
  }

  test("MARK-6 one's own mark goes back to just before a message", async () => {
    const { room, two, three } = await readUp();
    expect(await ownOf(ids.bob, room)).toEqual({ read: three.seq, unread: 0, mentions: 0 });
    const marked = await does(ids.bob, "receipt.unread", { room, seq: two.seq });
    const read = two.seq - 1;
    expect(marked).toEqual({
      ...{ room, head: three.seq, read, delivered: three.seq, unread: 2, mentions: 2 },
    });
    expect(await ownOf(ids.bob, room)).toEqual({ read, unread: 2, mentions: 2 });
    const { counts } = await unreadCounts(fixture.context.database, room);
    expect(counts.get(ids.bob)).toEqual({ unread: 2, mentions: 2 });
    await does(ids.bob, "receipt.unread", { room, seq: 1 });
    expect(await ownOf(ids.bob, room)).toEqual({ read: 0, unread: 3, mentions: 3 });
  });

  test("MARK-6 only one's own devices learn of it", async () => {
    const { room, two } = await readUp();
    const before = fixture.store.changes.length;
    const marked = await does(ids.bob, "receipt.unread", { room, seq: two.seq });
    expect(fixture.store.changes.slice(before)).toMatchObject([
      { log: "user", id: ids.bob, event: { kind: "room.marked", ...marked } },
    ]);
  });

  test("MARK-6 what others were shown as read stays read, since when too, and is not told again", async () => {
    const { room, one, two, three } = await readUp();
    const shown = await shownOf(room, two.id);
    expect(shown).toMatchObject({ read: three.seq, delivered: three.seq });
    expect(shown.receipt?.read_at).not.toBeNull();
    await does(ids.bob, "receipt.unread", { room, seq: one.seq });
    expect(await shownOf(room, two.id)).toEqual(shown);
    fixture.store.clock.advance(1_000);
    const before = fixture.store.changes.length;
    await does(ids.bob, "receipt.read", { room, seq: two.seq });
    await does(ids.bob, "receipt.read", { room, seq: three.seq });
    expect(fixture.store.changes.slice(before).map(({ log, id }) => [log, id])).toEqual([
      ["user", ids.bob],
      ["user", ids.bob],
    ]);
    expect(await shownOf(room, two.id)).toEqual(shown);
    expect(await ownOf(ids.bob, room)).toEqual({ read: three.seq, unread: 0, mentions: 0 });
  });

  test("MARK-6 what is new after it is shown as read only once it is read", async () => {
    const { room, two, three } = await readUp();
    await does(ids.bob, "receipt.unread", { room, seq: two.seq });
    const four = await does(ids.alice, "message.send", { room, text: "Four" });
    expect(await ownOf(ids.bob, room)).toMatchObject({ unread: 3 });
    expect(await shownOf(room, four.id)).toMatchObject({ read: three.seq, receipt: { read_at: null } });
    await does(ids.bob, "receipt.read", { room, seq: four.seq });
    expect(await shownOf(room, four.id)).toMatchObject({ read: four.seq });
    expect((await shownOf(room, four.id)).receipt?.read_at).not.toBeNull();
  });

  test("MARK-6 what is unread already stays as it is", async () => {
    const { room, two, three } = await readUp();
    await does(ids.bob, "receipt.unread", { room, seq: two.seq });
    const before = fixture.store.changes.length;
    for (const seq of [two.seq, three.seq, three.seq + 1, 2 ** 40]) {
      expect(await does(ids.bob, "receipt.unread", { room, seq })).toMatchObject({ unread: 2 });
    }
    expect(fixture.store.changes).toHaveLength(before);
    expect(await outcomeOf(does(ids.bob, "receipt.unread", { room, seq: 0 }))).toBe("invalid");
  });

  test("MARK-6 people of the room do it, also in an archived one", async () => {
    const { id: room } = await does(ids.alice, "room.create", {
      ...{ kind: "channel", name: "old", public: true, members: [ids.bob] },
    });
    const { seq } = await does(ids.alice, "message.send", { room, text: "Old" });
    await does(ids.bob, "receipt.read", { room, seq });
    await does(ids.alice, "room.archive", { room, archived: true });
    const unread = (person: number, where = room) =>
      outcomeOf(does(person, "receipt.unread", { room: where, seq }));
    expect(await unread(ids.carol)).toBe("forbidden");
    expect(await unread(ids.carol, fixture.rooms.design.id)).toBe("not_found");
    expect(await unread(ids.bob)).toBe("done");
    expect(await ownOf(ids.bob, room)).toMatchObject({ unread: 1 });
  });

  test("MARK-2 an own message reads all again, and never mentions its sender", async () => {
    const { room, one } = await readUp();
    await does(ids.bob, "receipt.unread", { room, seq: one.seq });
    const own = await does(ids.bob, "message.send", { room, text: "All", mention_all: true });
    expect(await ownOf(ids.bob, room)).toEqual({ read: own.seq, unread: 0, mentions: 0 });
    const marked = await does(ids.bob, "receipt.unread", { room, seq: own.seq });
    expect(marked).toMatchObject({ unread: 1, mentions: 0 });
    await does(ids.alice, "message.send", { room, text: "All", mention_all: true });
    expect(await ownOf(ids.bob, room)).toMatchObject({ unread: 2, mentions: 1 });
    const { rooms } = await does(ids.bob, "room.list", {});
    expect(rooms.find(({ id }) => id === room)).toMatchObject({ unread: 2, mentions: 1 });
    const { counts } = await unreadCounts(fixture.context.database, room);
    expect(counts.get(ids.bob)).toEqual({ unread: 2, mentions: 1 });
    expect(counts.get(ids.carol)).toMatchObject({ unread: 5, mentions: 2 });
  });
});
