import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { createJobs } from "../../jobs.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { everyRow } from "../../testing/tables.ts";

type Asked = Partial<NonNullable<Input<"message.send">["poll"]>>;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  const lunch = { question: "Where do we eat?", options: ["Café", "Park", "Here"] };
  const ask = (poll: Asked = {}, by = ids.alice) =>
    does(by, "message.send", { room, poll: { ...lunch, ...poll } });
  const vote = (person: number, message: number, options: number[]) =>
    does(person, "poll.vote", { message, options });
  const pollOf = async (message: number) => (await does(ids.bob, "message.get", { message })).poll;
  const headOf = async () => (await does(ids.alice, "room.get", { room })).head;
  const lastEvents = async (count: number) => {
    const after = (await headOf()) - count;
    return (await does(ids.bob, "room.events", { room, after, limit: count })).events;
  };

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
  });
  afterAll(() => fixture.close());

  test("POLL-1 a poll is a message with a question and options, and says the same in words", async () => {
    const message = await ask();
    expect(message.type).toBe("poll");
    expect(message.text).toBe("📊 Where do we eat?\n1. Café\n2. Park\n3. Here");
    expect(message.poll).toEqual({
      question: "Where do we eat?",
      options: ["Café", "Park", "Here"].map((text) => ({ text, votes: 0, users: [] })),
      voters: 0,
    });
    expect(await does(ids.bob, "message.get", { message: message.id })).toEqual(message);
  });

  test("POLL-1 what is no poll is refused, and so is one with words or files beside it", async () => {
    const many = Array.from({ length: limits.pollOptions + 1 }, (_, index) => `Option ${index}`);
    const wrong: Asked[] = [
      { question: "" },
      { question: "  " },
      { question: "x".repeat(limits.pollQuestion + 1) },
      { options: ["One"] },
      { options: many },
      { options: ["One", "One"] },
      { options: ["One", "One "] },
      { options: ["One", " "] },
      { options: ["One", "x".repeat(limits.pollOption + 1)] },
      { close_after: 59 },
      { close_after: limits.pollCloseMax + 1 },
    ];
    for (const poll of wrong) expect(await outcomeOf(ask(poll))).toBe("invalid");
    const beside = { room, poll: lunch, text: "Vote!" };
    expect(await outcomeOf(does(ids.alice, "message.send", beside))).toBe("invalid");
    const two = { room, poll: lunch, location: { latitude: 0, longitude: 0 } };
    expect(await outcomeOf(does(ids.alice, "message.send", two))).toBe("invalid");
    expect((await ask({ options: many.slice(1) })).poll?.options).toHaveLength(limits.pollOptions);
  });

  test("POLL-1 one client id asks once, and another question under it is a conflict", async () => {
    const sent = { room, poll: lunch, client_id: "lunch" };
    const first = await does(ids.alice, "message.send", sent);
    await vote(ids.bob, first.id, [1]);
    const again = await does(ids.alice, "message.send", sent);
    expect([again.id, again.poll?.voters]).toEqual([first.id, 1]);
    const other = { ...sent, poll: { ...lunch, several: true } };
    expect(await outcomeOf(does(ids.alice, "message.send", other))).toBe("conflict");
  });

  test("POLL-2 a vote is all that one chooses; said twice it is one event, and nothing takes it back", async () => {
    const { id } = await ask();
    const once = await vote(ids.bob, id, [1]);
    expect(once.poll?.options.map(({ users }) => users)).toEqual([[], [ids.bob], []]);
    const head = await headOf();
    expect((await vote(ids.bob, id, [1, 1])).poll).toEqual(once.poll);
    expect(await headOf()).toBe(head);
    await vote(ids.alice, id, [1]);
    const other = await vote(ids.bob, id, [2]);
    expect(other.poll?.options.map(({ users }) => users)).toEqual([[], [ids.alice], [ids.bob]]);
    expect(other.poll?.voters).toBe(2);
    expect((await vote(ids.bob, id, [])).poll?.voters).toBe(1);
    expect((await does(ids.alice, "poll.choice", { message: id })).options).toEqual([1]);
    expect((await does(ids.bob, "poll.choice", { message: id })).options).toEqual([]);
  });

  test("POLL-2 several only where several are allowed, and none that is not there", async () => {
    const { id: one } = await ask();
    const { id: several } = await ask({ several: true });
    expect(await outcomeOf(vote(ids.bob, one, [0, 1]))).toBe("invalid");
    expect(await outcomeOf(vote(ids.bob, several, [3]))).toBe("invalid");
    const { poll } = await vote(ids.bob, several, [2, 0]);
    expect(poll?.options.map(({ votes }) => votes)).toEqual([1, 0, 1]);
    expect(poll?.voters).toBe(1);
    const words = await does(ids.alice, "message.send", { room, text: "No poll" });
    expect(await outcomeOf(vote(ids.bob, words.id, []))).toBe("conflict");
  });

  test("POLL-3 who is in the room votes, while it is open, until the poll is closed", async () => {
    const { id } = await ask();
    expect(await outcomeOf(vote(ids.carol, id, [0]))).toBe("not_found");
    expect(await outcomeOf(does(ids.carol, "poll.choice", { message: id }))).toBe("not_found");
    await does(ids.alice, "room.archive", { room, archived: true });
    expect(await outcomeOf(vote(ids.bob, id, [0]))).toBe("forbidden");
    await does(ids.alice, "room.archive", { room, archived: false });
    expect(await outcomeOf(vote(ids.bob, id, [0]))).toBe("done");
    await does(ids.alice, "poll.close", { message: id });
    expect(await outcomeOf(vote(ids.bob, id, [1]))).toBe("conflict");
    expect((await pollOf(id))?.options.map(({ votes }) => votes)).toEqual([1, 0, 0]);
  });

  test("POLL-3 nobody votes across a block", async () => {
    const direct = fixture.rooms.aliceBob.id;
    const { id } = await does(ids.alice, "message.send", { room: direct, poll: lunch });
    await does(ids.alice, "block.set", { user: ids.bob, on: true });
    expect(await outcomeOf(vote(ids.bob, id, [0]))).toBe("forbidden");
    await does(ids.alice, "block.set", { user: ids.bob, on: false });
    expect(await outcomeOf(vote(ids.bob, id, [0]))).toBe("done");
  });

  test("POLL-4 of an anonymous poll nobody is told who chose what, but each what they chose themselves", async () => {
    const { id } = await ask({ anonymous: true, several: true });
    await vote(ids.bob, id, [0, 2]);
    const { poll } = await vote(ids.alice, id, [0]);
    expect(poll?.options).toEqual([
      { text: "Café", votes: 2 },
      { text: "Park", votes: 0 },
      { text: "Here", votes: 1 },
    ]);
    expect(poll?.voters).toBe(2);
    const [event] = await lastEvents(1);
    expect(event).toMatchObject({ kind: "poll.counted", by: ids.alice, votes: [2, 0, 1], voters: 2 });
    const told = await lastEvents(2);
    expect(told.every(({ by }) => by === ids.alice)).toBe(true);
    const { events } = await does(ids.bob, "user.events", { after: 0, limit: 200 });
    expect(events.at(-1)).toMatchObject({ kind: "vote.set", message: id, options: [0, 2] });
    expect((await does(ids.bob, "poll.choice", { message: id })).options).toEqual([0, 2]);
  });

  test("POLL-6 it is closed by whoever asked or an admin of the room, once", async () => {
    const { id } = await ask({}, ids.bob);
    const { id: other } = await ask();
    expect(await outcomeOf(does(ids.bob, "poll.close", { message: other }))).toBe("forbidden");
    const closed = await does(ids.alice, "poll.close", { message: id });
    expect(closed.poll?.closed_at).toBeDefined();
    const head = await headOf();
    expect((await does(ids.bob, "poll.close", { message: id })).poll).toEqual(closed.poll);
    expect(await headOf()).toBe(head);
    expect(await lastEvents(1)).toMatchObject([{ kind: "poll.closed", by: ids.alice, message: id }]);
  });

  test("POLL-6 it closes by itself at its time, and takes no vote from then on", async () => {
    const { context, store } = fixture;
    const jobs = createJobs(context);
    const { id, created_at, poll } = await ask({ close_after: 60 });
    expect(Date.parse(poll?.closes_at ?? "") - Date.parse(created_at)).toBe(60_000);
    await vote(ids.bob, id, [0]);
    store.clock.advance(59_000);
    await jobs.settled();
    expect((await pollOf(id))?.closed_at).toBeUndefined();
    store.clock.advance(1_000);
    expect(await outcomeOf(vote(ids.bob, id, [1]))).toBe("conflict");
    await jobs.settled();
    expect((await pollOf(id))?.closed_at).toBeDefined();
    expect(await lastEvents(1)).toMatchObject([{ kind: "poll.closed", by: ids.alice, message: id }]);
    const head = await headOf();
    await jobs.settled();
    expect(await headOf()).toBe(head);
  });

  test("POLL-6 what was closed or deleted before its time stays so", async () => {
    const { context, store } = fixture;
    const { id: closed } = await ask({ close_after: 60 });
    const { id: deleted } = await ask({ close_after: 60 });
    await does(ids.alice, "poll.close", { message: closed });
    await does(ids.alice, "message.delete", { message: deleted });
    const head = await headOf();
    store.clock.advance(61_000);
    await createJobs(context).settled();
    expect(await headOf()).toBe(head);
  });

  test("POLL-8 forwarded it shows how it stood, without names, and takes no votes", async () => {
    const { id } = await ask();
    await vote(ids.bob, id, [0]);
    const to = fixture.rooms.aliceBob.id;
    const { messages } = await does(ids.bob, "message.forward", { room: to, messages: [id] });
    const [forwarded] = messages;
    expect(forwarded?.poll).toMatchObject({ voters: 1, options: [{ text: "Café", votes: 1 }, {}, {}] });
    expect(forwarded?.poll?.closed_at).toBeDefined();
    expect(forwarded?.poll?.options.some(({ users }) => users)).toBe(false);
    await vote(ids.alice, id, [0]);
    const again = await does(ids.bob, "message.forward", { room, messages: [forwarded?.id ?? 0] });
    expect(again.messages[0]?.poll?.voters).toBe(1);
    expect(await outcomeOf(vote(ids.bob, forwarded?.id ?? 0, [1]))).toBe("conflict");
  });

  test("POLL-9 deleted, nothing of it is left, nor of who chose what", async () => {
    const { id } = await ask({ question: "Is this a herring?", several: true });
    await vote(ids.bob, id, [0, 1]);
    await does(ids.alice, "message.delete", { message: id });
    expect(await pollOf(id)).toBeUndefined();
    const rows = [...(await everyRow(fixture.store.database)).values()].flat();
    expect(rows.filter((row) => row.includes("herring"))).toEqual([]);
    const { poll_votes: votes = [] } = Object.fromEntries(await everyRow(fixture.store.database));
    expect(votes.filter((row) => row.includes(`"message_id":${id},`))).toEqual([]);
  });

  test("POLL-9 a room with polls is deleted with them", async () => {
    const made = await does(ids.alice, "room.create", { kind: "group", name: "short", members: [ids.bob] });
    const { id } = await does(ids.alice, "message.send", { room: made.id, poll: lunch });
    await vote(ids.bob, id, [0]);
    expect(await outcomeOf(does(ids.alice, "room.delete", { room: made.id }))).toBe("done");
  });

  test("POLL-10 it is not edited, and found by the words of its question and its options", async () => {
    const { id } = await ask({ question: "Which zeppelin?", options: ["The silver one", "The balloon"] });
    expect(await outcomeOf(does(ids.alice, "message.edit", { message: id, text: "No" }))).toBe("forbidden");
    for (const text of ["zeppelin", "balloon"]) {
      const { hits } = await does(ids.bob, "message.search", { text });
      expect(hits.map(({ message }) => message.id)).toContain(id);
    }
  });
});
