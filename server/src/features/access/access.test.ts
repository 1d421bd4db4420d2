import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { OperationName } from "@parley/protocol/contract";
import { StoreDownError } from "../../platform/database.ts";
import type { Sql } from "../../schema/tables.ts";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { accessMessage } from "../messages/messages.ts";
import { mentionCount, roomForUser, roomsOfUser } from "./access-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  const sees = (person: number, room: number) => outcomeOf(does(person, "room.get", { room }));

  test("ACCESS-1 a person sees the rooms they are in, and public channels", async () => {
    expect(await sees(ids.bob, rooms.design.id)).toBe("done");
    expect(await sees(ids.bob, rooms.aliceBob.id)).toBe("done");
    expect(await sees(ids.carol, rooms.lobby.id)).toBe("done");
    expect(await sees(ids.carol, rooms.design.id)).toBe("not_found");
    // An admin of the server sees no more than others.
    expect(await sees(ids.admin, rooms.design.id)).toBe("not_found");
    expect(await sees(ids.admin, rooms.aliceBob.id)).toBe("not_found");
    const listed = (await does(ids.carol, "room.list", {})).rooms;
    expect(listed).toEqual([]);
    const shown = (await does(ids.carol, "room.browse", {})).rooms.map(({ id }) => id);
    expect(shown).toEqual([rooms.lobby.id]);
  });

  test("ACCESS-1 what one may not see is as if it were not there, to the letter", async () => {
    const hidden = await refusalOf(does(ids.carol, "room.get", { room: rooms.design.id }));
    const missing = await refusalOf(does(ids.carol, "room.get", { room: 999_999 }));
    expect([hidden.code, hidden.message]).toEqual([missing.code, missing.message]);
    const sent = await does(ids.alice, "message.send", { room: rooms.design.id, text: "Hidden" });
    const unseen = await refusalOf(does(ids.carol, "message.get", { message: sent.id }));
    const none = await refusalOf(does(ids.carol, "message.get", { message: 999_999 }));
    expect([unseen.code, unseen.message]).toEqual([none.code, none.message]);
  });

  test("ACCESS-1 a channel that is made private is gone for those outside, one made public is there", async () => {
    const { id: room } = await does(ids.alice, "room.create", {
      kind: "channel",
      name: "door",
      public: true,
    });
    expect(await sees(ids.carol, room)).toBe("done");
    await does(ids.alice, "room.update", { room, public: false });
    expect(await sees(ids.carol, room)).toBe("not_found");
    expect(await outcomeOf(does(ids.carol, "room.join", { room }))).toBe("not_found");
    await does(ids.alice, "room.update", { room, public: true });
    expect(await outcomeOf(does(ids.carol, "room.join", { room }))).toBe("done");
  });

  test("ACCESS-2 what was said is read by people of the room; a public channel tells others to join", async () => {
    const reading = (person: number, room: number): Promise<string[]> =>
      Promise.all([
        outcomeOf(does(person, "message.list", { room })),
        outcomeOf(does(person, "room.events", { room, after: 0 })),
        outcomeOf(does(person, "member.list", { room })),
      ]);
    const all = (code: string) => [code, code, code];
    expect(await reading(ids.bob, rooms.lobby.id)).toEqual(all("done"));
    expect(await reading(ids.carol, rooms.lobby.id)).toEqual(all("forbidden"));
    expect(await reading(ids.carol, rooms.design.id)).toEqual(all("not_found"));
    await does(ids.carol, "room.join", { room: rooms.lobby.id });
    expect(await reading(ids.carol, rooms.lobby.id)).toEqual(all("done"));
    await does(ids.carol, "room.leave", { room: rooms.lobby.id });
    expect(await reading(ids.carol, rooms.lobby.id)).toEqual(all("forbidden"));
  });

  test("ACCESS-3 a message is reached only through its room", async () => {
    const inLobby = await does(ids.alice, "message.send", { room: rooms.lobby.id, text: "Public" });
    const inDesign = await does(ids.alice, "message.send", { room: rooms.design.id, text: "Private" });
    const operations = [
      ["message.get", {}],
      ["message.history", {}],
      ["message.receipts", {}],
      ["message.replies", {}],
      ["message.edit", { text: "Mine now" }],
      ["message.delete", {}],
      ["reaction.set", { emoji: "👍", on: true }],
      ["pin.set", { on: true }],
    ] as const satisfies [OperationName, object][];
    for (const { id: message } of [inLobby, inDesign]) {
      for (const [operation, rest] of operations) {
        const input = { message, ...rest } as never;
        expect([operation, await outcomeOf(does(ids.carol, operation, input))]).toEqual([
          operation,
          "not_found",
        ]);
      }
      expect(await outcomeOf(does(ids.bob, "message.get", { message }))).toBe("done");
    }
  });

  test("ACCESS-3 a store that fails while a message is looked for has failed: nothing is told to be missing", async () => {
    const { id } = await does(ids.alice, "message.send", { room: rooms.design.id, text: "There" });
    const { database } = fixture.context;
    let queries = 0;
    const failing: Sql = {
      ...database,
      first: (query) =>
        ++queries === 2 ? Promise.reject(new StoreDownError("gone")) : database.first(query),
    };
    const reached = accessMessage(failing, { user: ids.alice, session: 1 }, id);
    await expect(reached).rejects.toBeInstanceOf(StoreDownError);
    expect(queries).toBe(2);
  });

  test("ACCESS-4 a role taken or given counts at the next call", async () => {
    const { id: room } = await does(ids.alice, "room.create", {
      kind: "channel",
      name: "roles",
      members: [ids.bob],
    });
    const rename = () => outcomeOf(does(ids.bob, "room.update", { room, name: `name ${Math.random()}` }));
    expect(await rename()).toBe("forbidden");
    await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "admin" });
    expect(await rename()).toBe("done");
    await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "member" });
    expect(await rename()).toBe("forbidden");
    const list = () => outcomeOf(does(ids.carol, "invite.list", {}));
    expect(await list()).toBe("forbidden");
    await does(ids.admin, "user.set_role", { user: ids.carol, role: "admin" });
    expect(await list()).toBe("done");
    await does(ids.admin, "user.set_role", { user: ids.carol, role: "user" });
    expect(await list()).toBe("forbidden");
  });

  describe("queries", () => {
    test("ACCESS-1 one's rooms are read by their index, their mentions too", async () => {
      const plan = await planOf(
        fixture.context.database,
        roomsOfUser({ user: ids.alice, after: 0, limit: 50 }),
      );
      expect(plan).toContain("members_user");
      expect(plan).toContain("messages_all");
      expect(plan).toMatch(engine === "sqlite" ? /SEARCH mentions USING PRIMARY KEY/ : /mentions_pkey/);
      expect(plan).not.toMatch(/SCAN |TEMP B-TREE|Seq Scan/);
    });

    test("ACCESS-1 a room and a person's place in it are two look-ups by key", async () => {
      const plan = await planOf(
        fixture.context.database,
        roomForUser({ room: rooms.design.id, user: ids.alice }),
      );
      expect(plan).not.toMatch(/SCAN |Seq Scan/);
    });

    test("MARK-2 mentions are counted by their indexes", async () => {
      const query = mentionCount({ user: ids.alice, room: rooms.design.id, read: 3 });
      const plan = await planOf(fixture.context.database, query);
      expect(plan).toContain("messages_all");
      expect(plan).toMatch(
        engine === "sqlite" ? /SEARCH mentions USING PRIMARY KEY.*seq>\?/ : /mentions_pkey/,
      );
      expect(plan).not.toMatch(/SCAN (?!CONSTANT)|Seq Scan/);
    });
  });
});
