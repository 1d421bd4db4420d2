import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { messageByClientId, messagesAfter, messagesBefore } from "./messages-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];
  const messagesIn = async (room: number) =>
    (await does(ids.alice, "message.list", { room, limit: limits.pageMax })).messages;
  const headOf = async (room: number) => (await does(ids.alice, "room.get", { room })).head;

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  describe("sending", () => {
    test("MSG-1 a message takes the next number of its room", async () => {
      const room = rooms.design.id;
      const head = await headOf(room);
      const sent = await does(ids.alice, "message.send", { room, text: "Hello" });
      expect(sent).toMatchObject({ room, seq: head + 1, sender: ids.alice, text: "Hello", version: 1 });
      expect((await messagesIn(room)).at(-1)).toEqual(sent);
    });

    test("MSG-1 10,000 characters are sent, one more is not", async () => {
      const room = rooms.design.id;
      const longest = "é".repeat(limits.messageText);
      expect((await does(ids.alice, "message.send", { room, text: longest })).text).toBe(longest);
      const head = await headOf(room);
      for (const text of ["", `${longest}.`, "a\u0000b", "a\ud800b", "\udc00"]) {
        expect(await outcomeOf(does(ids.alice, "message.send", { room, text }))).toBe("invalid");
      }
      expect(await headOf(room)).toBe(head);
    });

    test("MSG-1 whoever is in the room sends, whoever is not does not", async () => {
      const send = (person: number, room: number) =>
        outcomeOf(does(person, "message.send", { room, text: "Hi" }));
      expect(await send(ids.bob, rooms.design.id)).toBe("done");
      expect(await send(ids.carol, rooms.design.id)).toBe("not_found");
      expect(await send(ids.carol, rooms.lobby.id)).toBe("forbidden");
      expect(await send(ids.carol, 999_999)).toBe("not_found");
    });

    test("MSG-2 a repeated client id sends once", async () => {
      const room = rooms.design.id;
      const input = { room, text: "Once", client_id: "once" };
      const first = await does(ids.alice, "message.send", input);
      expect(await does(ids.alice, "message.send", input)).toEqual(first);
      const many = await Promise.all(
        Array.from({ length: 10 }, () =>
          does(ids.alice, "message.send", { ...input, text: "Many", client_id: "many" }),
        ),
      );
      expect(new Set(many.map(({ id }) => id)).size).toBe(1);
      expect((await messagesIn(room)).filter(({ text }) => text === "Many")).toHaveLength(1);
    });

    test("MSG-2 the key of the call stands for a client id", async () => {
      const input = { room: rooms.design.id, text: "By key" };
      const first = await does(ids.alice, "message.send", input, "call-1");
      expect(first.client_id).toBe("call-1");
      expect((await does(ids.alice, "message.send", input, "call-1")).id).toBe(first.id);
      expect((await does(ids.alice, "message.send", input, "call-2")).id).not.toBe(first.id);
    });

    test("MSG-2 a client id with another content is a conflict", async () => {
      const input = { room: rooms.design.id, text: "First", client_id: "changed" };
      const first = await does(ids.alice, "message.send", input);
      const others = [
        { ...input, text: "Second" },
        { ...input, room: rooms.lobby.id },
        { ...input, reply_to: first.id },
        { ...input, mentions: [ids.bob] },
      ];
      for (const other of others) {
        expect(await outcomeOf(does(ids.alice, "message.send", other))).toBe("conflict");
      }
      expect((await does(ids.alice, "message.send", input)).id).toBe(first.id);
    });

    test("MSG-2 two people may choose one client id", async () => {
      const input = { room: rooms.design.id, text: "Both", client_id: "shared" };
      const one = await does(ids.alice, "message.send", input);
      const other = await does(ids.bob, "message.send", { ...input, text: "Another" });
      expect([other.sender, other.text]).toEqual([ids.bob, "Another"]);
      expect(other.id).not.toBe(one.id);
    });

    test("MSG-2 a repeat after an edit or a deletion is still the first", async () => {
      const input = { room: rooms.design.id, text: "Before", client_id: "edited" };
      const { id } = await does(ids.alice, "message.send", input);
      await does(ids.alice, "message.edit", { message: id, text: "After" });
      expect(await does(ids.alice, "message.send", input)).toMatchObject({ id, text: "After" });
      await does(ids.alice, "message.delete", { message: id });
      expect(await does(ids.alice, "message.send", input)).toMatchObject({ id, text: "" });
    });

    test("MSG-2 a repeat by somebody who has left tells nothing of what came later", async () => {
      const { id: room } = await does(ids.alice, "room.create", {
        kind: "group",
        name: "gone",
        members: [ids.bob],
      });
      const input = { room, text: "Mine", client_id: "left" };
      const { id } = await does(ids.bob, "message.send", input);
      await does(ids.bob, "room.leave", { room });
      await does(ids.alice, "reaction.set", { message: id, emoji: "👀", on: true });
      const repeated = await does(ids.bob, "message.send", input);
      expect(repeated).toMatchObject({ id, text: "Mine" });
      expect(repeated.reactions).toBeUndefined();
    });

    test("MSG-3 of a removal and a send at once, either the message comes first or it is refused", async () => {
      for (let round = 0; round < 10; round++) {
        const { id: room } = await does(ids.alice, "room.create", {
          kind: "group",
          name: "race",
          members: [ids.bob],
        });
        const [sent] = await Promise.all([
          outcomeOf(does(ids.bob, "message.send", { room, text: "Quick" })),
          does(ids.alice, "member.remove", { room, user: ids.bob }),
        ]);
        const { events } = await does(ids.alice, "room.events", { room, after: 0 });
        const order = events.map(({ kind }) => kind).slice(-2);
        expect([sent, ...order]).toEqual(
          sent === "done"
            ? ["done", "message.sent", "member.left"]
            : ["not_found", "member.joined", "member.left"],
        );
      }
    });

    test("MSG-3 a room may keep sending to some roles", async () => {
      const { id: room } = await does(ids.alice, "room.create", {
        kind: "channel",
        name: "news",
        members: [ids.bob],
      });
      await does(ids.alice, "room.update", { room, permissions: { send_messages: "admin" } });
      const send = () => outcomeOf(does(ids.bob, "message.send", { room, text: "News" }));
      expect(await send()).toBe("forbidden");
      await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "admin" });
      expect(await send()).toBe("done");
    });
  });

  describe("replies and mentions", () => {
    test("MSG-7 what is answered stands in the room", async () => {
      const room = rooms.design.id;
      const { id } = await does(ids.alice, "message.send", { room, text: "Question" });
      const answer = await does(ids.bob, "message.send", { room, text: "Answer", reply_to: id });
      expect(answer.reply_to).toBe(id);
      const elsewhere = { room: rooms.lobby.id, text: "Answer", reply_to: id };
      expect((await refusalOf(does(ids.bob, "message.send", elsewhere))).details.fields?.[0]?.path).toEqual([
        "reply_to",
      ]);
      expect(await outcomeOf(does(ids.bob, "message.send", { ...elsewhere, reply_to: 999_999 }))).toBe(
        "invalid",
      );
    });

    test("MSG-7 whoever is mentioned is in the room", async () => {
      const room = rooms.design.id;
      const input = { room, text: "@bob look" };
      const mentions = [ids.bob, ids.bob, ids.alice];
      const sent = await does(ids.alice, "message.send", { ...input, mentions });
      expect(sent.mentions).toEqual([ids.alice, ids.bob]);
      for (const stranger of [ids.carol, 999_999]) {
        const refusal = await refusalOf(
          does(ids.alice, "message.send", { ...input, mentions: [ids.bob, stranger] }),
        );
        expect([refusal.code, refusal.details.fields?.[0]?.path]).toEqual(["invalid", ["mentions"]]);
      }
    });

    test("MSG-7 text alone never notifies", async () => {
      const room = rooms.design.id;
      const before = (await does(ids.bob, "room.get", { room })).mentions;
      for (const text of ["@bob", "@all", `<@${ids.bob}>`, "@everyone @here"]) {
        const sent = await does(ids.alice, "message.send", { room, text });
        expect([sent.mentions, sent.mention_all]).toEqual([undefined, undefined]);
      }
      expect((await does(ids.bob, "room.get", { room })).mentions).toBe(before);
    });

    test("MSG-7 everyone is mentioned only by who may", async () => {
      const input = { text: "All of you", mention_all: true };
      expect(await outcomeOf(does(ids.bob, "message.send", { ...input, room: rooms.design.id }))).toBe(
        "forbidden",
      );
      const sent = await does(ids.alice, "message.send", { ...input, room: rooms.design.id });
      expect(sent.mention_all).toBe(true);
    });
  });

  describe("queries", () => {
    test("MSG-4 a page of messages is read by its index", async () => {
      const place = { room: rooms.design.id, seq: 5, limit: 50 };
      for (const query of [messagesBefore(place), messagesAfter(place)]) {
        const plan = await planOf(fixture.context.database, query);
        expect(plan).toContain("messages_place");
        expect(plan).not.toMatch(/SCAN|TEMP B-TREE|Sort|Seq Scan/);
      }
    });

    test("MSG-2 a repeat is found by its index", async () => {
      const query = messageByClientId({ sender: ids.alice, client: "x" });
      const plan = await planOf(fixture.context.database, query);
      expect(plan).toContain("messages_client");
      expect(plan).not.toMatch(/SCAN|Seq Scan/);
    });
  });
});
