import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  const say = async () => (await does(ids.alice, "message.send", { room, text: "Look" })).id;
  const react = (person: number, message: number, emoji: string, on = true) =>
    does(person, "reaction.set", { message, emoji, on });
  const headOf = async () => (await does(ids.alice, "room.get", { room })).head;

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
  });
  afterAll(() => fixture.close());

  test("MSG-9 a reaction is set on or off; asked again it changes nothing", async () => {
    const message = await say();
    const set = await react(ids.bob, message, "👍");
    expect(set.reactions).toEqual([{ emoji: "👍", users: [ids.bob] }]);
    expect(set.version).toBe(1);
    const head = await headOf();
    expect((await react(ids.bob, message, "👍")).reactions).toEqual(set.reactions);
    expect(await headOf()).toBe(head);
    expect((await react(ids.bob, message, "👍", false)).reactions).toBeUndefined();
    expect((await react(ids.bob, message, "👍", false)).reactions).toBeUndefined();
    expect(await headOf()).toBe(head + 1);
  });

  test("MSG-9 reactions stand in the order in which they were set, however short the time between them", async () => {
    const message = await say();
    await react(ids.bob, message, "🎉");
    await react(ids.alice, message, "👀");
    await react(ids.alice, message, "🎉");
    await react(ids.bob, message, "👀");
    const { reactions } = await does(ids.alice, "message.get", { message });
    expect(reactions).toEqual([
      { emoji: "🎉", users: [ids.bob, ids.alice] },
      { emoji: "👀", users: [ids.alice, ids.bob] },
    ]);
  });

  test("MSG-9 one known emoji, nothing else", async () => {
    const message = await say();
    for (const emoji of ["👍🏽", "👩‍👩‍👧", "🇨🇭", "1️⃣", "❤️"]) {
      expect(await outcomeOf(react(ids.bob, message, emoji))).toBe("done");
    }
    const unknown = [
      "a",
      "1",
      "👍👍",
      "👍 ",
      ":+1:",
      "❤",
      "\u200d",
      "<b>",
      "👩‍👍",
      "\ud83d",
      "",
      "x".repeat(33),
    ];
    for (const emoji of unknown) expect(await outcomeOf(react(ids.bob, message, emoji))).toBe("invalid");
  });

  test("MSG-9 at most 20 different ones stand on a message; more people may join those", async () => {
    const message = await say();
    const emoji = [..."😀😃😄😁😆😅🤣😂🙂🙃🫠😉😊😇🥰😍🤩😘😗😚😙🥲"];
    const [first = "", ...others] = emoji;
    for (const each of emoji.slice(0, limits.messageReactions)) await react(ids.bob, message, each);
    const next = others[limits.messageReactions - 1] ?? "";
    expect(await outcomeOf(react(ids.alice, message, next))).toBe("conflict");
    expect(await outcomeOf(react(ids.alice, message, first))).toBe("done");
    await react(ids.bob, message, others[0] ?? "", false);
    expect(await outcomeOf(react(ids.alice, message, next))).toBe("done");
    const { reactions } = await does(ids.alice, "message.get", { message });
    expect(reactions).toHaveLength(limits.messageReactions);
  });

  test("MSG-9 of many at once no more than 20 different ones are set", async () => {
    const message = await say();
    const emoji = [..."🐶🐱🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆🦅🦉🦇🐺🐗"];
    const outcomes = await Promise.all(
      emoji.map((each, turn) => outcomeOf(react(turn % 2 ? ids.alice : ids.bob, message, each))),
    );
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(limits.messageReactions);
    expect(outcomes.filter((outcome) => outcome === "conflict")).toHaveLength(5);
  });

  test("MSG-9 whoever is in the room reacts, to what is not deleted", async () => {
    const message = await say();
    expect(await outcomeOf(react(ids.carol, message, "👍"))).toBe("not_found");
    expect(await outcomeOf(react(ids.bob, message, "👍"))).toBe("done");
    await does(ids.alice, "message.delete", { message });
    expect(await outcomeOf(react(ids.bob, message, "👀"))).toBe("not_found");
    expect(await outcomeOf(react(ids.bob, 999_999, "👀"))).toBe("not_found");
  });
});
