import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { addPerson } from "../../testing/people.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { publicChannels } from "./rooms-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  const create = (person: number, input: Partial<Input<"room.create">> = {}) =>
    does(person, "room.create", { kind: "channel", name: "room", ...input });

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
  });
  afterAll(() => fixture.close());

  describe("lists", () => {
    test("ACCESS-1 the list of one's rooms is complete, page by page", async () => {
      const person = await addPerson(fixture.context, "lister");
      const made: number[] = [];
      for (let number = 0; number < 7; number++) made.push((await create(person)).id);
      const found: number[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await does(person, "room.list", { limit: 3, ...(cursor && { cursor }) });
        found.push(...page.rooms.map(({ id }) => id));
        cursor = page.next;
      }
      expect(found).toEqual(made);
    });

    test("ACCESS-1 browsing shows public channels only, found by any part of the name in any case", async () => {
      const hidden = await create(ids.alice, { name: "Überfluss hidden" });
      const shown = await create(ids.alice, { name: "Überfluss Öffentlich 100%", public: true });
      const search = async (text: string) =>
        (await does(ids.carol, "room.browse", { search: text })).rooms.map(({ id }) => id);
      for (const text of ["überFLUSS", "öffent", "100%", "Öffentlich"]) {
        expect(await search(text)).toEqual([shown.id]);
      }
      for (const text of ["%_%", "!", "hidden"]) expect(await search(text)).toEqual([]);
      await does(ids.alice, "room.update", { room: shown.id, name: "Plain" });
      expect(await search("überfluss")).toEqual([]);
      expect(await outcomeOf(does(ids.carol, "room.get", { room: hidden.id }))).toBe("not_found");
    });

    test("ACCESS-1 browsing is complete, page by page, with one's own place in each", async () => {
      for (let number = 0; number < 5; number++) await create(ids.alice, { name: "same", public: true });
      const { id: joined } = await create(ids.alice, { name: "same", public: true, members: [ids.carol] });
      await does(ids.alice, "message.send", { room: joined, text: "Hi", mentions: [ids.carol] });
      const found = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await does(ids.carol, "room.browse", {
          search: "same",
          limit: 2,
          ...(cursor && { cursor }),
        });
        found.push(...page.rooms);
        cursor = page.next;
      }
      expect(new Set(found.map(({ id }) => id)).size).toBe(6);
      expect(found.map(({ role, mentions }) => [role, mentions])).toEqual([
        ...Array.from({ length: 5 }, () => [null, 0]),
        ["member", 1],
      ]);
    });

    test("ACCESS-1 a place in a list that no list has given is refused", async () => {
      const places = [["\u0000", 1], ["\ud800", 1], ["a", 1.5], ["a"], [1, 1], null].map((place) =>
        Buffer.from(JSON.stringify(place)).toString("base64url"),
      );
      for (const cursor of ["?", "x".repeat(limits.cursor), ...places]) {
        expect((await refusalOf(does(ids.carol, "room.browse", { cursor }))).code).toBe("invalid");
      }
      for (const cursor of ["x", "1.5", "99999999999999999999"]) {
        expect((await refusalOf(does(ids.carol, "room.list", { cursor }))).code).toBe("invalid");
      }
    });

    test("ACCESS-1 public channels are read by their index", async () => {
      const query = publicChannels({ user: ids.carol, name: "", id: 0, pattern: "%", limit: 50 });
      const plan = await planOf(fixture.context.database, query);
      expect(plan).toContain("rooms_public");
      expect(plan).not.toMatch(/TEMP B-TREE|SCAN (?!rooms USING)/);
    });
  });
});
