import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Message } from "@parley/protocol/messages";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { repliesBefore } from "./messages-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  const say = (text: string, reply_to?: number): Promise<Message> =>
    does(ids.alice, "message.send", { room, text, ...(reply_to && { reply_to }) });
  const remove = (message: number) => does(ids.alice, "message.delete", { message });
  const repliesTo = (message: number, place: { before?: number; limit?: number } = {}) =>
    does(ids.bob, "message.replies", { message, ...place });
  const countOf = async (message: number) => {
    const { reply_count, replied_seq } = await does(ids.bob, "message.get", { message });
    return [reply_count, replied_seq];
  };

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
  });
  afterAll(() => fixture.close());

  test("MSG-11 answers are listed page by page, oldest first, deleted ones not", async () => {
    const { id: question } = await say("Question");
    const other = await say("Another question");
    const answers: Message[] = [];
    for (let number = 1; number <= 7; number++) {
      answers.push(await say(`Answer ${number}`, question));
      await say("In between", number % 2 === 0 ? other.id : undefined);
    }
    const [gone] = answers.splice(3, 1);
    await remove(gone?.id ?? 0);
    await does(ids.bob, "reaction.set", { message: answers[0]?.id ?? 0, emoji: "👍", on: true });
    const first = await does(ids.bob, "message.get", { message: answers[0]?.id ?? 0 });
    const expected = [first, ...answers.slice(1)];
    const { head } = await does(ids.bob, "room.get", { room });
    const parent = await does(ids.bob, "message.get", { message: question });
    expect(await repliesTo(question)).toEqual({ parent, messages: expected, head, before: null });
    for (const limit of [1, 2, 3, 5, 6]) {
      const found: Message[] = [];
      for (let before: number | null | undefined; before !== null; ) {
        const page = await repliesTo(question, { limit, ...(before !== undefined && { before }) });
        expect(page.messages.length).toBeLessThanOrEqual(limit);
        found.unshift(...page.messages);
        ({ before } = page);
      }
      expect(found).toEqual(expected);
    }
    expect(await repliesTo(answers[0]?.id ?? 0)).toEqual({ parent: first, messages: [], head, before: null });
  });

  test("THREAD-2 a message says when it was last answered, also by what is deleted since", async () => {
    const question = await say("Question");
    const lastAnswered = async () =>
      (await does(ids.bob, "message.get", { message: question.id })).replied_at;
    expect(await lastAnswered()).toBeUndefined();
    await say("One", question.id);
    fixture.store.clock.advance(60_000);
    const two = await say("Two", question.id);
    expect(await lastAnswered()).toBe(two.created_at);
    fixture.store.clock.advance(60_000);
    await does(ids.alice, "message.edit", { message: two.id, text: "Two!" });
    await remove(two.id);
    expect(await lastAnswered()).toBe(two.created_at);
  });

  test("MSG-11 answers are read by people of the room, those to a deleted message too", async () => {
    const { id: question } = await say("Soon gone");
    const answer = await say("Answer", question);
    await remove(question);
    const thread = await repliesTo(question);
    expect(thread.messages).toEqual([answer]);
    expect(thread.parent).toMatchObject({ id: question, text: "", reply_count: 1 });
    expect(await outcomeOf(does(ids.carol, "message.replies", { message: question }))).toBe("not_found");
    expect(await outcomeOf(repliesTo(999_999))).toBe("not_found");
  });

  test("MSG-12 a message says how many answer it, as of which event", async () => {
    const question = await say("Question");
    expect(await countOf(question.id)).toEqual([undefined, undefined]);
    const one = await say("One", question.id);
    const two = await say("Two", question.id);
    expect(await countOf(question.id)).toEqual([2, two.seq]);
    await does(ids.alice, "message.edit", { message: two.id, text: "Two!" });
    await does(ids.bob, "reaction.set", { message: question.id, emoji: "👍", on: true });
    expect(await countOf(question.id)).toEqual([2, two.seq]);
    await remove(one.id);
    await remove(one.id);
    const { head } = await does(ids.bob, "room.get", { room });
    expect(await countOf(question.id)).toEqual([1, head]);
    await remove(two.id);
    expect(await countOf(question.id)).toEqual([0, head + 1]);
    await say("Three", question.id);
    expect((await countOf(question.id))[0]).toBe(1);
  });

  test("MSG-12 a message sent twice is counted once, one that is refused not at all", async () => {
    const question = await say("Question");
    const sending = { room, text: "Once", reply_to: question.id, client_id: `once-${question.id}` };
    const both = await Promise.all([1, 2].map(() => does(ids.bob, "message.send", sending)));
    expect(both[0]?.id).toBe(both[1]?.id as number);
    expect((await countOf(question.id))[0]).toBe(1);
    const elsewhere = { ...sending, room: fixture.rooms.lobby.id, client_id: "elsewhere" };
    expect(await outcomeOf(does(ids.bob, "message.send", elsewhere))).toBe("invalid");
    expect((await countOf(question.id))[0]).toBe(1);
  });

  test("MSG-12 the event of a deleted answer still says what it answered, and nothing else", async () => {
    const question = await say("Question");
    const { id, seq } = await say("heron-answer", question.id);
    await remove(id);
    const { events } = await does(ids.bob, "room.events", { room, after: seq });
    expect(events).toMatchObject([
      { kind: "message.deleted", message: { id, reply_to: question.id, text: "" } },
    ]);
  });

  test("MSG-11 answers are found by their index", async () => {
    const plan = await planOf(fixture.context.database, repliesBefore({ message: 5, seq: 9, limit: 51 }));
    expect(plan).toMatch(
      engine === "sqlite"
        ? /SEARCH messages USING INDEX messages_replies \(reply_to=\? AND seq<\?\)/
        : /messages_replies/,
    );
    expect(plan).not.toMatch(/SCAN |TEMP B-TREE|Seq Scan|Sort/);
  });
});
