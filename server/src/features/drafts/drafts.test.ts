import { afterEach, beforeEach, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { isoTime } from "../../platform/clock.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf, tablesHolding } from "../../testing/tables.ts";
import { forgetOldDrafts, setDraft } from "./drafts.ts";
import { draftsOf } from "./drafts-rows.ts";

const month = 30 * 24 * 3_600_000;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  beforeEach(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
    fixture.store.clock.advance(60_000);
  });
  afterEach(() => fixture.close());

  const ago = (milliseconds: number) => isoTime(fixture.store.clock.now() - milliseconds);
  const write = (by: number, room: number, text: string, more: { at?: string; reply_to?: number } = {}) =>
    does(by, "draft.set", { room, text, at: ago(0), ...more });
  const drafts = async (by: number) =>
    (await does(by, "draft.list", {})).drafts.map(({ room, text }) => [room, text] as const);
  /** As from a device of this session. */
  const on = (session: number, text: string, at = ago(0)) =>
    fixture.context.writer.write((tx) =>
      setDraft(tx, { user: ids.alice, session }, { room: rooms.design.id, text, at }),
    );
  const told = () =>
    fixture.store.changes.flatMap((change) =>
      change.log === "user" && change.event.kind === "draft.set"
        ? [[change.id, change.event.draft.text]]
        : [],
    );

  test("DRAFT-1 what one has begun to write is there on every device, and for nobody else", async () => {
    const { lobby, design } = rooms;
    const { id: message } = await does(ids.bob, "message.send", { room: design.id, text: "Well?" });
    expect(await write(ids.alice, design.id, "I think", { reply_to: message })).toEqual({
      ...{ room: design.id, text: "I think", reply_to: message, at: ago(0) },
    });
    fixture.store.clock.advance(10);
    await write(ids.alice, lobby.id, "Hello");
    expect(await drafts(ids.alice)).toEqual([
      [lobby.id, "Hello"],
      [design.id, "I think"],
    ]);
    expect(await drafts(ids.bob)).toEqual([]);
    fixture.store.clock.advance(10);
    expect(await write(ids.alice, design.id, "", { reply_to: message })).toEqual({
      ...{ room: design.id, text: "", at: ago(0) },
    });
    expect(await drafts(ids.alice)).toEqual([[lobby.id, "Hello"]]);
    expect(told()).toEqual([
      [ids.alice, "I think"],
      [ids.alice, "Hello"],
      [ids.alice, ""],
    ]);
  });

  test("DRAFT-5 what one has begun in a thread is kept apart from the room's, and goes with its message", async () => {
    const { design, aliceBob } = rooms;
    const { id: thread } = await does(ids.bob, "message.send", { room: design.id, text: "Well?" });
    const { id: elsewhere } = await does(ids.bob, "message.send", { room: aliceBob.id, text: "Well?" });
    const begin = (text: string, message: number) =>
      does(ids.alice, "draft.set", { room: design.id, thread: message, text, at: ago(0) });
    await write(ids.alice, design.id, "To all");
    fixture.store.clock.advance(10);
    expect(await begin("Aside", thread)).toEqual({ room: design.id, thread, text: "Aside", at: ago(0) });
    expect((await does(ids.alice, "draft.list", {})).drafts).toMatchObject([
      { room: design.id, thread, text: "Aside" },
      { room: design.id, text: "To all" },
    ]);
    const { events } = await does(ids.alice, "user.events", { after: 0, limit: 200 });
    expect(events.slice(-2)).toMatchObject([
      { kind: "draft.set", draft: { room: design.id, text: "To all" } },
      { kind: "draft.set", draft: { room: design.id, thread, text: "Aside" } },
    ]);
    expect(await outcomeOf(begin("x", elsewhere))).toBe("invalid");
    await does(ids.bob, "message.delete", { message: thread });
    expect(await drafts(ids.alice)).toEqual([[design.id, "To all"]]);
    expect(await tablesHolding(fixture.store.database, "Aside")).toEqual([]);
  });

  test("DRAFT-1 only in one's own rooms, and only answers to what stands there", async () => {
    const { lobby, design, aliceBob } = rooms;
    const { id: elsewhere } = await does(ids.bob, "message.send", { room: aliceBob.id, text: "Well?" });
    expect(await outcomeOf(write(ids.carol, design.id, "x"))).toBe("not_found");
    expect(await outcomeOf(write(ids.carol, lobby.id, "x"))).toBe("forbidden");
    expect(await outcomeOf(write(ids.alice, design.id, "x", { reply_to: elsewhere }))).toBe("invalid");
    expect(await outcomeOf(write(ids.alice, design.id, "x".repeat(10_001)))).toBe("invalid");
    expect(await outcomeOf(write(ids.alice, design.id, "x".repeat(10_000)))).toBe("done");
  });

  test("DRAFT-1 at most 200, also of many at once; one that is taken away makes room", async () => {
    const { context } = fixture;
    const made = await context.writer.write(async (tx) => {
      const found: number[] = [];
      for (let index = 0; index < limits.drafts + 2; index++) {
        const row = await tx.sql.first<{ id: number }>(
          tx.sql.build
            .insertInto("rooms")
            .values({
              ...{
                kind: "group",
                name: "many",
                search_key: "many",
                topic: "",
                is_public: 0,
                direct_key: null,
              },
              ...{ permissions: "{}", created_by: ids.alice, created_at: tx.now, archived_at: null },
              ...{ deleted_at: null, head_at: tx.now, last_message_at: null, member_count: 1 },
            })
            .returning("id"),
        );
        const room_id = row?.id ?? 0;
        found.push(room_id);
        const marks = { read_seq: 0, read_ordinal: 0, delivered_seq: 0 };
        const member = { room_id, user_id: ids.alice, role: "owner" as const, joined_at: tx.now, ...marks };
        await tx.sql.run(tx.sql.build.insertInto("members").values(member));
      }
      return found;
    });
    for (const room of made.slice(0, limits.drafts - 1)) await write(ids.alice, room, "x");
    const last = made.slice(limits.drafts - 1);
    const outcomes = await Promise.all(last.map((room) => outcomeOf(write(ids.alice, room, "x"))));
    expect(outcomes.toSorted()).toEqual(["conflict", "conflict", "done"]);
    expect((await drafts(ids.alice)).length).toBe(limits.drafts);
    fixture.store.clock.advance(1);
    await write(ids.alice, made[0] ?? 0, "");
    expect(await outcomeOf(write(ids.alice, last[outcomes.indexOf("conflict")] ?? 0, "x"))).toBe("done");
  });

  test("DRAFT-2 the last written counts, whichever arrives first; at the same moment that of the younger session", async () => {
    await on(5, "later", ago(1_000));
    expect(await on(9, "earlier", ago(1_001))).toMatchObject({ text: "later" });
    expect((await on(4, "older session", ago(1_000))).text).toBe("later");
    expect((await on(6, "younger session", ago(1_000))).text).toBe("younger session");
    expect((await on(1, "now")).text).toBe("now");
    expect(told().map(([, text]) => text)).toEqual(["later", "younger session", "now"]);
  });

  test("DRAFT-2 a clock that is ahead wins only until something else is written", async () => {
    const ahead = await on(5, "from the future", ago(-3_600_000));
    expect(ahead.at).toBe(ago(0));
    fixture.store.clock.advance(1);
    expect((await on(1, "from now")).text).toBe("from now");
  });

  test("DRAFT-2 what was taken away does not come back with a device that was away", async () => {
    const { context } = fixture;
    await on(5, "sent since", ago(2_000));
    await on(5, "", ago(1_000));
    expect((await on(6, "sent since", ago(1_500))).text).toBe("");
    fixture.store.clock.advance(month - 1_000);
    await context.writer.write(forgetOldDrafts);
    expect((await on(6, "sent since", ago(month + 2_000))).text).toBe("");
    await on(5, "kept");
    fixture.store.clock.advance(month + 1);
    await context.writer.write(forgetOldDrafts);
    expect(await drafts(ids.alice)).toEqual([[rooms.design.id, "kept"]]);
  });

  test("DRAFT-2 a month after it was taken away nothing is remembered", async () => {
    await on(5, "", ago(0));
    fixture.store.clock.advance(month + 1);
    await fixture.context.writer.write(forgetOldDrafts);
    expect((await on(6, "older", ago(month + 60))).text).toBe("older");
  });

  test("DRAFT-3 the log shows the draft as it is now; earlier texts stand in no table", async () => {
    await on(5, "first thought", ago(20));
    await on(5, "second thought", ago(10));
    const seen = async () => {
      const { events } = await does(ids.alice, "user.events", { after: 0, limit: 200 });
      return events.flatMap((event) => (event.kind === "draft.set" ? [event.draft.text] : []));
    };
    expect(await seen()).toEqual(["second thought", "second thought"]);
    expect(await tablesHolding(fixture.context.database, "first thought")).toEqual([]);
    expect(await tablesHolding(fixture.context.database, "second thought")).toEqual(["drafts"]);
    await does(ids.bob, "room.get", { room: rooms.design.id });
    await does(ids.alice, "room.leave", { room: rooms.design.id });
    expect(await seen()).toEqual(["", ""]);
  });

  test("DRAFT-4 a draft goes with whoever leaves or is removed, and with its room", async () => {
    const { design, lobby } = rooms;
    for (const person of [ids.alice, ids.bob]) await write(person, design.id, "Begun here");
    await write(ids.alice, lobby.id, "Begun there");
    await does(ids.alice, "member.remove", { room: design.id, user: ids.bob });
    expect(await drafts(ids.bob)).toEqual([]);
    expect((await drafts(ids.alice)).length).toBe(2);
    await does(ids.alice, "room.leave", { room: lobby.id });
    expect(await drafts(ids.alice)).toEqual([[design.id, "Begun here"]]);
    await does(ids.alice, "room.delete", { room: design.id });
    expect(await drafts(ids.alice)).toEqual([]);
    expect(await tablesHolding(fixture.context.database, "Begun")).toEqual([]);
  });

  test("DRAFT-4 of a draft and a removal at once, no draft stays behind", async () => {
    const room = rooms.design.id;
    for (let round = 0; round < 10; round++) {
      await does(ids.alice, "member.add", { room, user: ids.bob });
      const writes = Array.from({ length: 4 }, () => outcomeOf(write(ids.bob, room, "Begun here")));
      await does(ids.alice, "member.remove", { room, user: ids.bob });
      await Promise.all(writes);
      expect(await tablesHolding(fixture.context.database, "Begun here")).toEqual([]);
      fixture.store.clock.advance(1);
    }
  });

  test("DRAFT-1 a person's drafts are found by key", async () => {
    const plan = await planOf(fixture.context.database, draftsOf({ user: ids.alice }));
    expect(plan).not.toMatch(/SCAN drafts|Seq Scan/);
  });
});
