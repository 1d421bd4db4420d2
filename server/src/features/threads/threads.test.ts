import { afterEach, beforeEach, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf, tablesHolding } from "../../testing/tables.ts";
import { unreadAnswers } from "./threads-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  beforeEach(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterEach(() => fixture.close());

  const say = (by: number, text: string, more: object = {}) =>
    does(by, "message.send", { room: rooms.design.id, text, ...more });
  const answer = (by: number, reply_to: number, more: object = {}) =>
    say(by, "An answer", { reply_to, in_thread: true, ...more });
  const place = (by: number, message: number) => does(by, "thread.get", { message });
  const follows = async (by: number, message: number) => (await place(by, message)).following;
  const unread = async (by: number, message: number) =>
    (await place(by, message)).unread.map((each) => each.message);
  const follow = (by: number, message: number, following = true) =>
    does(by, "thread.set", { message, following });
  const room = (by: number) => does(by, "room.get", { room: rooms.design.id });
  const told = (from: number) =>
    fixture.store.changes
      .slice(from)
      .flatMap((change) =>
        change.log === "user" && change.event.kind === "thread.set" ? [[change.id, change.event]] : [],
      );

  test("THREAD-6 whoever wrote it, answers in it or is mentioned in it follows it", async () => {
    const { id } = await say(ids.alice, "Which colour?", { mentions: [ids.bob] });
    expect([await follows(ids.alice, id), await follows(ids.bob, id)]).toEqual([false, false]);
    await does(ids.alice, "member.add", { room: rooms.design.id, user: ids.carol });
    await does(ids.alice, "member.add", { room: rooms.design.id, user: ids.admin });
    const before = fixture.store.changes.length;
    const first = await answer(ids.carol, id);
    for (const name of ["alice", "bob", "carol"] as const)
      expect([name, await follows(ids[name], id)]).toEqual([name, true]);
    expect(await follows(ids.admin, id)).toBe(false);
    expect(told(before).map(([user]) => user)).toEqual([ids.alice, ids.bob, ids.carol].sort());
    expect([await unread(ids.alice, id), await unread(ids.carol, id)]).toEqual([[first.id], []]);
    const second = await answer(ids.carol, id, { mentions: [ids.admin] });
    // What was said before they came is nothing new to them.
    expect((await place(ids.admin, id)).unread).toEqual([
      { message: second.id, seq: second.seq, in_thread: true, mentions_me: true },
    ]);
    // Everybody who follows is told of once.
    expect(told(before).length).toBe(4);
  });

  test("THREAD-6 a message to which nobody answers, or that answers elsewhere, is followed by nobody", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    const other = await say(ids.bob, "And what else?");
    await answer(ids.bob, other.id);
    expect(await does(ids.alice, "thread.list_places", {})).toEqual({ threads: [] });
    expect(await follows(ids.bob, id)).toBe(false);
  });

  test("THREAD-6 in a direct room both follow it; an answer that is changed brings whom it mentions then", async () => {
    const direct = { room: rooms.aliceBob.id, text: "Words" };
    const { id } = await does(ids.alice, "message.send", direct);
    await does(ids.alice, "message.send", { ...direct, reply_to: id, in_thread: true });
    expect(await follows(ids.bob, id)).toBe(true);
    await does(ids.alice, "member.add", { room: rooms.design.id, user: ids.carol });
    const root = await say(ids.alice, "Which colour?");
    const said = await answer(ids.bob, root.id);
    await does(ids.bob, "message.edit", { message: said.id, text: "Carol?", mentions: [ids.carol] });
    expect(await unread(ids.carol, root.id)).toEqual([said.id]);
  });

  test("THREAD-7 whoever has left a thread is brought back by their own words alone", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    await answer(ids.bob, id);
    await follow(ids.alice, id, false);
    await answer(ids.bob, id, { mentions: [ids.alice] });
    expect([await follows(ids.alice, id), await unread(ids.alice, id)]).toEqual([false, []]);
    await answer(ids.alice, id);
    expect(await follows(ids.alice, id)).toBe(true);
    await follow(ids.alice, id, false);
    await follow(ids.alice, id);
    // What was said before one came is read.
    expect(await unread(ids.alice, id)).toEqual([]);
    const said = await answer(ids.bob, id);
    expect(await unread(ids.alice, id)).toEqual([said.id]);
  });

  test("THREAD-7 a wish told again is no event, and only own devices learn of one", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    const before = fixture.store.changes.length;
    await follow(ids.bob, id, false);
    expect(fixture.store.changes.length).toBe(before);
    await does(ids.bob, "thread.set", { message: id, following: true, level: "mentions" });
    await does(ids.bob, "thread.set", { message: id, following: true, level: "mentions" });
    const { seq } = await does(ids.bob, "message.get", { message: id });
    const event = { message: id, room: rooms.design.id, following: true, level: "mentions", read: seq };
    expect(told(before)).toMatchObject([[ids.bob, event]]);
    expect(fixture.store.changes.length).toBe(before + 1);
    const { events } = await does(ids.bob, "user.events", { after: 0, limit: 200 });
    expect(events.at(-1)).toMatchObject({ kind: "thread.set", ...event });
    // One's own word leaves the level as it was.
    await answer(ids.bob, id);
    expect(await place(ids.bob, id)).toMatchObject({ following: true, level: "mentions" });
  });

  test("THREAD-7 only in rooms that one is in, and of a message that is there", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    for (const message of [id, 2 ** 40]) {
      expect(await outcomeOf(follow(ids.carol, message))).toBe("not_found");
      expect(await outcomeOf(place(ids.carol, message))).toBe("not_found");
      expect(await outcomeOf(does(ids.carol, "thread.read", { message, seq: 1 }))).toBe("not_found");
    }
    expect(await outcomeOf(follow(ids.bob, id))).toBe("done");
  });

  test("THREAD-7 of too many the one that was left alone for longest is forgotten, and that is told", async () => {
    const { id } = await say(ids.bob, "Which colour?");
    const oldest = await say(ids.bob, "Where?");
    await follow(ids.alice, oldest.id);
    const { database } = fixture.store;
    await database.transaction(async (tx) => {
      for (let count = 1; count < limits.followedThreads; count++) {
        await tx.run(
          tx.build.insertInto("thread_follows").values({
            ...{ user_id: ids.alice, message_id: 2 ** 40 + count, room_id: rooms.design.id, following: 1 },
            ...{ level: "all", read_seq: 0, at: 4_000_000_000_000 },
          }),
        );
      }
    });
    fixture.store.clock.advance(1_000);
    const before = fixture.store.changes.length;
    await answer(ids.alice, id);
    expect([await follows(ids.alice, id), await follows(ids.alice, oldest.id)]).toEqual([true, false]);
    expect(told(before)).toMatchObject([
      [ids.alice, { message: id, following: true }],
      [ids.alice, { message: oldest.id, following: false }],
      [ids.bob, { message: id, following: true }],
    ]);
  });

  test("THREAD-8 threads go with the room and with the message, and are not there when one comes back", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    await answer(ids.bob, id);
    await does(ids.alice, "member.remove", { room: rooms.design.id, user: ids.bob });
    await does(ids.alice, "member.add", { room: rooms.design.id, user: ids.bob });
    expect(await follows(ids.bob, id)).toBe(false);
    await does(ids.alice, "message.delete", { message: id });
    expect(await does(ids.alice, "thread.list_places", {})).toEqual({ threads: [] });
    await answer(ids.bob, id);
    expect(await follows(ids.bob, id)).toBe(false);
    const other = await say(ids.alice, "Where?");
    await answer(ids.bob, other.id);
    await does(ids.alice, "room.delete", { room: rooms.design.id });
    expect(await tablesHolding(fixture.store.database, `"message_id":${other.id},`)).toEqual([]);
  });

  test("THREAD-9 a follower's mark moves forward, on all their devices, never past the room's head", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    const one = await answer(ids.bob, id);
    const two = await answer(ids.bob, id);
    expect(await unread(ids.alice, id)).toEqual([one.id, two.id]);
    const before = fixture.store.changes.length;
    const read = (seq: number) => does(ids.alice, "thread.read", { message: id, seq });
    expect((await read(one.seq)).unread.map((each) => each.message)).toEqual([two.id]);
    await read(one.seq - 1);
    const { head } = await room(ids.alice);
    expect((await read(head + 1_000)).read).toBe(head);
    expect(told(before)).toMatchObject([
      [ids.alice, { message: id, read: one.seq }],
      [ids.alice, { message: id, read: head }],
    ]);
    expect(await unread(ids.alice, id)).toEqual([]);
    const stranger = await does(ids.bob, "message.get", { message: id });
    await follow(ids.bob, id, false);
    expect(await does(ids.bob, "thread.read", { message: id, seq: stranger.seq })).toMatchObject({
      ...{ following: false, unread: [] },
    });
  });

  test("THREAD-9 what the room shows is read there as well; what is deleted, or of a blocked person, is nothing new", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    const shown = await say(ids.bob, "Green", { reply_to: id });
    const alone = await answer(ids.bob, id);
    expect(await unread(ids.alice, id)).toEqual([shown.id, alone.id]);
    await does(ids.alice, "receipt.read", { room: rooms.design.id, seq: alone.seq });
    expect(await unread(ids.alice, id)).toEqual([alone.id]);
    await does(ids.alice, "block.set", { user: ids.bob, on: true });
    expect(await unread(ids.alice, id)).toEqual([]);
    await does(ids.alice, "block.set", { user: ids.bob, on: false });
    await does(ids.bob, "message.delete", { message: alone.id });
    expect(await unread(ids.alice, id)).toEqual([]);
  });

  test("THREAD-9 of many the newest are told", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    const answers: number[] = [];
    for (let count = 0; count < limits.threadUnread + 2; count++)
      answers.push((await answer(ids.bob, id)).id);
    expect(await unread(ids.alice, id)).toEqual(answers.slice(2));
    const [listed] = (await does(ids.alice, "thread.list_places", { room: rooms.design.id })).threads;
    expect(listed).toEqual(await place(ids.alice, id));
    expect(await does(ids.alice, "thread.list_places", { room: rooms.lobby.id })).toEqual({ threads: [] });
  });

  test("THREAD-10 they are listed with what is new first, then those that were answered last, page by page", async () => {
    const roots: number[] = [];
    for (const text of ["one", "two", "three", "four"]) {
      fixture.store.clock.advance(1_000);
      roots.push((await say(ids.alice, text)).id);
    }
    const [one = 0, two = 0, three = 0, four = 0] = roots;
    for (const root of [four, two, three, one]) {
      fixture.store.clock.advance(1_000);
      await answer(ids.bob, root, { text: `To ${root}` });
    }
    for (const root of [two, one]) await does(ids.alice, "thread.read", { message: root, seq: 1_000 });
    const { threads } = await does(ids.alice, "thread.list", {});
    expect(threads.map(({ parent }) => parent.id)).toEqual([three, four, one, two]);
    expect(threads[0]).toMatchObject({
      parent: { text: "three", reply_count: 1 },
      newest: { text: `To ${three}`, sender: ids.bob },
    });
    expect(threads[0]?.place).toEqual(await place(ids.alice, three));
    const paged: number[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(cursor);
      paged.push(...page.threads.map(({ parent }) => parent.id));
      cursor = page.next;
    }
    expect(paged).toEqual([three, four, one, two]);
    expect(await outcomeOf(does(ids.alice, "thread.list", { cursor: "elsewhere" }))).toBe("invalid");
    await does(ids.alice, "message.delete", { message: three });
    expect((await list(undefined, 9)).threads.map(({ parent }) => parent.id)).toEqual([four, one, two]);
  });
  const list = (cursor: string | undefined, limit = 1) =>
    does(ids.alice, "thread.list", { limit, ...(cursor !== undefined && { cursor }) });

  test("THREAD-11 what is said in a thread alone is one message, and leaves what is read in the room as it was", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    const before = await room(ids.bob);
    const said = await answer(ids.alice, id, { mentions: [ids.bob] });
    expect(said).toMatchObject({ in_thread: true, reply_to: id, seq: before.head + 1 });
    expect(await room(ids.bob)).toMatchObject({
      ...{ head: said.seq, unread: before.unread, mentions: before.mentions, read: before.read },
      last_message: { id: said.id, in_thread: true },
    });
    expect(await unread(ids.bob, id)).toEqual([said.id]);
    // Whoever answers has not read what was said beside it.
    await answer(ids.bob, id);
    expect(await room(ids.bob)).toMatchObject({ unread: before.unread, read: before.read });
    const shown = await say(ids.alice, "Green", { reply_to: id, mentions: [ids.bob] });
    expect(shown.in_thread).toBeUndefined();
    expect(await room(ids.bob)).toMatchObject({ unread: before.unread + 1, mentions: before.mentions + 1 });
    const { messages } = await does(ids.bob, "message.replies", { message: id });
    expect(messages.map(({ in_thread }) => in_thread ?? false)).toEqual([true, true, false]);
    await does(ids.bob, "receipt.read", { room: rooms.design.id, seq: shown.seq });
    expect(await room(ids.bob)).toMatchObject({ unread: 0, mentions: 0 });
  });

  test("THREAD-11 what is to be said in a thread alone later is said there alone then", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    const later = { room: rooms.design.id, text: "Green", send_at: "2031-01-01T00:00:00.000Z" };
    const made = await does(ids.bob, "scheduled.create", { ...later, reply_to: id, in_thread: true });
    expect(made).toMatchObject({ reply_to: id, in_thread: true });
    expect(await does(ids.bob, "scheduled.send_now", { scheduled: made.id })).toMatchObject({
      ...{ text: "Green", reply_to: id, in_thread: true },
    });
    expect(await outcomeOf(does(ids.bob, "scheduled.create", { ...later, in_thread: true }))).toBe("invalid");
  });

  test("THREAD-11 it answers something and is not for everyone; with another wish it is another message", async () => {
    const { id } = await say(ids.alice, "Which colour?");
    const outcome = (more: object) => outcomeOf(say(ids.alice, "Green", { in_thread: true, ...more }));
    expect(await outcome({})).toBe("invalid");
    expect(await outcome({ reply_to: id, mention_all: true })).toBe("invalid");
    expect(await outcome({ reply_to: id, client_id: "green" })).toBe("done");
    expect(await outcome({ reply_to: id, client_id: "green" })).toBe("done");
    expect(await outcome({ reply_to: id, client_id: "green", in_thread: false })).toBe("conflict");
  });

  test("THREAD-9 what is new is found by the follows of the person and the answers to each", async () => {
    const asked = unreadAnswers({ user: ids.alice, room: 0, message: 0, limit: 10 });
    const plan = await planOf(fixture.store.database, asked);
    const names = { sqlite: /SEARCH thread_follows USING PRIMARY KEY/, postgres: /thread_follows_pkey/ };
    expect(plan).toMatch(names[engine]);
    expect(plan).toContain("messages_replies");
  });
});
