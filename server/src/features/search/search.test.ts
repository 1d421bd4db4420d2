import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { isoTime } from "../../platform/clock.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { indexSlice } from "../search-index/search-index.ts";

const day = 86_400_000;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];
  const say = (person: number, room: number, text: string) => does(person, "message.send", { room, text });
  const search = (person: number, input: Input<"message.search">) => does(person, "message.search", input);
  const index = () => fixture.context.writer.write((tx) => indexSlice(tx));
  const texts = async (person: number, input: Input<"message.search">) =>
    (await search(person, { limit: limits.pageMax, ...input })).hits.map(({ message }) => message.text);

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  describe("who finds what", () => {
    for (const state of ["in the queue", "in the index"] as const) {
      const settle = () => (state === "in the index" ? index() : Promise.resolve());

      test(`SEARCH-1 only in one's own rooms (${state})`, async () => {
        const word = `harbour${state.slice(-5)}`;
        for (const room of [rooms.lobby, rooms.design, rooms.aliceBob]) await say(ids.alice, room.id, word);
        await say(ids.admin, rooms.lobby.id, `${word} too`);
        await settle();
        const everywhere = { text: word };
        expect(await texts(ids.bob, everywhere)).toHaveLength(4);
        expect(await texts(ids.admin, everywhere)).toEqual([`${word} too`, word]);
        expect(await texts(ids.carol, everywhere)).toEqual([]);
        expect(await texts(ids.bob, { ...everywhere, room: rooms.aliceBob.id })).toEqual([word]);
        const refused = async (person: number, room: number) =>
          outcomeOf(search(person, { ...everywhere, room }));
        expect(await refused(ids.carol, rooms.design.id)).toBe("not_found");
        expect(await refused(ids.carol, rooms.lobby.id)).toBe("forbidden");
        expect(await refused(ids.admin, rooms.design.id)).toBe("not_found");
      });

      test(`SEARCH-1 whoever leaves or is removed finds nothing more there (${state})`, async () => {
        const made = { kind: "channel" as const, name: "quay", members: [ids.bob, ids.carol] };
        const { id: room } = await does(ids.alice, "room.create", made);
        const word = `jetty${state.slice(-5)}`;
        await say(ids.bob, room, word);
        await settle();
        for (const person of [ids.bob, ids.carol])
          expect(await texts(person, { text: word })).toEqual([word]);
        await does(ids.alice, "member.remove", { room, user: ids.bob });
        await does(ids.carol, "room.leave", { room });
        for (const person of [ids.bob, ids.carol]) expect(await texts(person, { text: word })).toEqual([]);
        await does(ids.alice, "member.add", { room, user: ids.bob });
        expect(await texts(ids.bob, { text: word })).toEqual([word]);
        await does(ids.alice, "room.delete", { room });
        expect(await texts(ids.bob, { text: word })).toEqual([]);
      });

      test(`SEARCH-1 somebody in more rooms than are named to the index (${state})`, async () => {
        const word = `canal${state.slice(-5)}`;
        const made: number[] = [];
        for (let number = 0; number < 260; number++) {
          made.push((await does(ids.admin, "room.create", { kind: "channel", name: `r${number}` })).id);
        }
        await say(ids.admin, made[0] ?? 0, `${word} first`);
        await say(ids.admin, made.at(-1) ?? 0, `${word} last`);
        await say(ids.alice, rooms.design.id, `${word} elsewhere`);
        await settle();
        expect(await texts(ids.admin, { text: word })).toEqual([`${word} last`, `${word} first`]);
        expect(await texts(ids.admin, { text: "-nothing", limit: 2 })).toHaveLength(2);
        for (const room of made) await does(ids.admin, "room.delete", { room });
      });

      test(`SEARCH-6 what was edited or deleted is not found by what it said (${state})`, async () => {
        const [before, after] = [`heron${state.slice(-5)}`, `egret${state.slice(-5)}`];
        const edited = await say(ids.alice, rooms.design.id, before);
        const gone = await say(ids.alice, rooms.design.id, `${before} gone`);
        await settle();
        await does(ids.alice, "message.edit", { message: edited.id, text: after });
        await does(ids.alice, "message.delete", { message: gone.id });
        expect(await texts(ids.bob, { text: before })).toEqual([]);
        expect(await texts(ids.bob, { text: after })).toEqual([after]);
        await settle();
        expect(await texts(ids.bob, { text: before })).toEqual([]);
        expect(await texts(ids.bob, { text: after })).toEqual([after]);
        expect(await texts(ids.bob, { text: `-${before}`, limit: 200 })).not.toContain("");
      });
    }
  });

  describe("narrowing down", () => {
    for (const state of ["in the queue", "in the index"] as const) {
      test(`SEARCH-5 by who, to whom, when and what (${state})`, async () => {
        const word = `lantern${state.slice(-5)}`;
        const room = rooms.design.id;
        const first = await say(ids.alice, room, `${word} one`);
        fixture.store.clock.advance(40 * day);
        const [mentions] = [[ids.bob]];
        await does(ids.alice, "message.send", { room, text: `${word} two`, mentions });
        fixture.store.clock.advance(400 * day);
        const third = await say(ids.bob, room, `${word} three https://example.org/${word}`);
        if (state === "in the index") await index();
        const found = async (input: Input<"message.search">) =>
          (await texts(ids.alice, { room, ...input })).map((text) => text.split(" ")[1]);
        expect(await found({ text: word })).toEqual(["three", "two", "one"]);
        expect(await found({ text: word, from: ids.alice })).toEqual(["two", "one"]);
        expect(await found({ text: word, from: ids.carol })).toEqual([]);
        expect(await found({ text: word, mentions: ids.bob })).toEqual(["two"]);
        expect(await found({ text: word, mentions: ids.alice })).toEqual([]);
        expect(await found({ text: word, has: ["link"] })).toEqual(["three"]);
        expect(await found({ text: word, type: "text" })).toEqual(["three", "two", "one"]);
        expect(await found({ text: word, type: "image" })).toEqual([]);
        expect(await found({ text: word, before: third.created_at })).toEqual(["two", "one"]);
        expect(await found({ text: word, after: first.created_at })).toEqual(["three", "two"]);
        const within = { after: first.created_at, before: third.created_at };
        expect(await found({ text: word, ...within })).toEqual(["two"]);
        expect(await found(within)).toContain("two");
        expect(await found({ ...within, after: third.created_at })).toEqual([]);
        const ever = { after: "0001-01-01T00:00:00.000Z", before: "9999-12-31T00:00:00.000Z" };
        expect(await found({ text: word, ...ever })).toEqual(["three", "two", "one"]);
        expect(
          await found({ from: ids.bob, has: ["link"], after: isoTime(fixture.store.clock.now() - day) }),
        ).toEqual(["three"]);
      });
    }

    test("SEARCH-5 something must be looked for", async () => {
      expect(await outcomeOf(search(ids.alice, {}))).toBe("invalid");
      expect(await outcomeOf(search(ids.alice, { room: rooms.design.id }))).toBe("invalid");
      expect(await outcomeOf(search(ids.alice, { text: "" }))).toBe("invalid");
      expect(await outcomeOf(search(ids.alice, { text: "x", cursor: "x" }))).toBe("invalid");
      expect(await outcomeOf(search(ids.alice, { text: "x", cursor: "-5" }))).toBe("invalid");
      expect(await outcomeOf(search(ids.alice, { from: ids.bob }))).toBe("done");
    });

    test("SEARCH-5 highlights say where it matches", async () => {
      const text = "Die Haustür, the 🎉 HAUS and getHausNumber: haus haustier";
      await say(ids.alice, rooms.design.id, text);
      const marked = async (wish: string) => {
        const { hits } = await search(ids.bob, { text: wish, room: rooms.design.id });
        const [hit] = hits.filter(({ message }) => message.text === text);
        return hit?.highlights.map(([start, end]) => text.slice(start, end));
      };
      expect(await marked("tür")).toEqual(["tür"]);
      expect(await marked("haus")).toEqual(["Haustür", "HAUS", "Haus", "haus", "haustier"]);
      expect(await marked('"haus"')).toEqual(["HAUS", "Haus", "haus"]);
      expect(await marked('"the 🎉 haus" haus')).toEqual([
        "Haustür",
        "the 🎉 HAUS",
        "Haus",
        "haus",
        "haustier",
      ]);
      expect(await marked("-nothing")).toEqual([]);
      const { hits } = await search(ids.bob, { from: ids.alice, room: rooms.design.id, limit: 1 });
      expect(hits.map(({ highlights }) => highlights)).toEqual([[]]);
    });
  });
});
