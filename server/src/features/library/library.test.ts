import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { carriedOut } from "../../api/call.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { callBy } from "../../testing/people.ts";
import { picture, pixelsOf } from "../../testing/pictures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { insertPack } from "../stickers/stickers-rows.ts";
import { forgetLostPictures, pictureByName } from "./library.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  let small: Uint8Array;

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
    small = await picture(64, 48);
  });
  afterAll(() => fixture.close());

  async function send<Result>(
    name: "emoji.add" | "sticker.add",
    input: object,
    body = small,
    by = ids.admin,
  ) {
    const { caller } = callBy({ user: by, session: 1 });
    const { result } = await carriedOut(fixture.context, name, input, { caller, key: null, body });
    return result as Result;
  }
  const addEmoji = (name: string, body = small) =>
    send<{ name: string; picture: string }>("emoji.add", { name }, body);
  const names = async () => (await does(ids.bob, "emoji.list", {})).emoji.map(({ name }) => name);
  const bytesOf = async (name: string) =>
    new Uint8Array(await new Response((await pictureByName(fixture.context, name)).stream()).arrayBuffer());
  const versions = () =>
    fixture.store.changes.flatMap((change) => (change.log === "library" ? [change.id] : []));

  test("EMOJI-3 an admin's picture is made anew, within 128 pixels, under a name of its own", async () => {
    const large = await picture(400, 200);
    const { picture: name } = await addEmoji("wide", large);
    const { width, height } = await pixelsOf(await bytesOf(name));
    expect([width, height]).toEqual([128, 64]);
    expect(
      Buffer.from(await bytesOf(name))
        .subarray(8, 12)
        .toString(),
    ).toBe("WEBP");
    expect(await names()).toContain("wide");
    expect(await outcomeOf(addEmoji("wide"))).toBe("conflict");
  });

  test("EMOJI-3 what is no name, no picture or has an odd shape is refused, and nothing is kept of it", async () => {
    for (const name of ["x", "Heron", "a b", ":heron:", "x".repeat(33), "é2", ""])
      expect(await outcomeOf(addEmoji(name))).toBe("invalid");
    expect(await outcomeOf(addEmoji("none", new Uint8Array()))).toBe("invalid");
    expect(["invalid", "unsupported"]).toContain(
      await outcomeOf(addEmoji("text", new TextEncoder().encode("no picture at all"))),
    );
    expect(await outcomeOf(addEmoji("long", await picture(128, 8)))).toBe("invalid");
    const kept = new Set((await does(ids.bob, "emoji.list", {})).emoji.map((each) => each.picture));
    for await (const { name } of fixture.context.pictures.list()) expect(kept.has(name)).toBe(true);
  });

  test("EMOJI-4 it is renamed and deleted, its picture with it; a taken name stays whose it is", async () => {
    const { picture: name } = await addEmoji("heron");
    await addEmoji("crane");
    const renamed = { name: "heron", to: "grey-heron" };
    expect(await outcomeOf(does(ids.admin, "emoji.rename", { name: "heron", to: "crane" }))).toBe("conflict");
    expect(await does(ids.admin, "emoji.rename", renamed)).toEqual({ name: "grey-heron", picture: name });
    expect(await outcomeOf(does(ids.admin, "emoji.rename", renamed))).toBe("not_found");
    expect(await names()).toEqual(expect.arrayContaining(["crane", "grey-heron"]));
    await does(ids.admin, "emoji.delete", { name: "grey-heron" });
    expect(await names()).not.toContain("grey-heron");
    expect(await outcomeOf(pictureByName(fixture.context, name))).toBe("not_found");
    expect(await outcomeOf(does(ids.admin, "emoji.delete", { name: "grey-heron" }))).toBe("not_found");
  });

  test("EMOJI-5 only admins change it, everybody reads it", async () => {
    expect(await outcomeOf(send("emoji.add", { name: "mine" }, small, ids.alice))).toBe("forbidden");
    expect(await outcomeOf(does(ids.alice, "emoji.delete", { name: "crane" }))).toBe("forbidden");
    expect(await outcomeOf(does(ids.alice, "pack.create", { name: "Mine" }))).toBe("forbidden");
    expect(await outcomeOf(does(ids.alice, "emoji.list", {}))).toBe("done");
  });

  test("EMOJI-6 what was left behind without a name is swept away, what is in use stays", async () => {
    const { context, store } = fixture;
    const { picture: used } = await addEmoji("used");
    const lost = "A".repeat(22);
    await context.pictures.put(lost, small);
    await forgetLostPictures(context);
    expect(await outcomeOf(pictureByName(context, lost))).toBe("done");
    store.clock.advance(2 * 3_600_000);
    await forgetLostPictures(context);
    expect(await outcomeOf(pictureByName(context, lost))).toBe("not_found");
    expect(await outcomeOf(pictureByName(context, used))).toBe("done");
    for (const name of ["../avatars", "a", `${lost}.`, ""])
      expect(await outcomeOf(pictureByName(context, name))).toBe("not_found");
  });

  test("EMOJI-7 each change has the next version, which the list tells and everybody hears", async () => {
    const { version: before } = await does(ids.bob, "emoji.list", {});
    const heard = versions().length;
    await addEmoji("news");
    await does(ids.admin, "emoji.rename", { name: "news", to: "old-news" });
    await does(ids.admin, "emoji.delete", { name: "old-news" });
    expect(await outcomeOf(does(ids.admin, "emoji.delete", { name: "old-news" }))).toBe("not_found");
    expect(versions().slice(heard)).toEqual([before + 1, before + 2, before + 3]);
    expect((await does(ids.bob, "sticker.list", {})).version).toBe(before + 3);
  });

  test("EMOJI-8 one reacts with an emoji that there is; one that is gone is taken off still", async () => {
    await addEmoji("cheer");
    const { id: message } = await does(ids.alice, "message.send", { room, text: "Done" });
    const react = (emoji: string, on = true) => does(ids.bob, "reaction.set", { message, emoji, on });
    expect((await react(":cheer:")).reactions).toEqual([{ emoji: ":cheer:", users: [ids.bob] }]);
    expect(await outcomeOf(react(":boo:"))).toBe("invalid");
    expect(await outcomeOf(react("cheer"))).toBe("invalid");
    await does(ids.admin, "emoji.delete", { name: "cheer" });
    const alices = does(ids.alice, "reaction.set", { message, emoji: ":cheer:", on: true });
    expect(await outcomeOf(alices)).toBe("invalid");
    expect((await react(":cheer:", false)).reactions).toBeUndefined();
  });

  test("STICKER-1 admins make packs and put pictures into them", async () => {
    const { id: pack } = await does(ids.admin, "pack.create", { name: "Birds" });
    const added = await send<{ id: number }>(
      "sticker.add",
      { pack, name: "A heron" },
      await picture(640, 320),
    );
    const { packs } = await does(ids.bob, "sticker.list", {});
    expect(packs).toMatchObject([
      { id: pack, name: "Birds", stickers: [{ id: added.id, name: "A heron", width: 320, height: 160 }] },
    ]);
    expect(await outcomeOf(send("sticker.add", { pack: 2 ** 40, name: "Lost" }))).toBe("not_found");
    expect((await does(ids.admin, "pack.rename", { pack, name: "Water birds" })).name).toBe("Water birds");
    const crane = await does(ids.admin, "sticker.rename", { sticker: added.id, name: "A crane" });
    expect(crane.name).toBe("A crane");
  });

  test("STICKER-3 a pack goes with its stickers, and their pictures", async () => {
    const { id: pack } = await does(ids.admin, "pack.create", { name: "Fish" });
    const { picture: one, id } = await send<{ picture: string; id: number }>("sticker.add", {
      pack,
      name: "A",
    });
    const { picture: two } = await send<{ picture: string }>("sticker.add", { pack, name: "B" });
    await does(ids.admin, "sticker.delete", { sticker: id });
    expect(await outcomeOf(pictureByName(fixture.context, one))).toBe("not_found");
    await does(ids.admin, "pack.delete", { pack });
    expect(await outcomeOf(pictureByName(fixture.context, two))).toBe("not_found");
    expect(await outcomeOf(does(ids.admin, "pack.delete", { pack }))).toBe("not_found");
  });

  test("STICKER-4 a sticker is a message that says its name, also when it is gone", async () => {
    const { id: pack } = await does(ids.admin, "pack.create", { name: "Cats" });
    const added = await send<{ id: number; picture: string }>("sticker.add", { pack, name: "A cat waves" });
    const message = await does(ids.alice, "message.send", { room, sticker: added.id });
    expect(message).toMatchObject({ type: "sticker", text: "A cat waves", sticker: added });
    const to = fixture.rooms.aliceBob.id;
    await does(ids.admin, "sticker.delete", { sticker: added.id });
    const { messages } = await does(ids.bob, "message.forward", { room: to, messages: [message.id] });
    expect(messages[0]?.sticker).toEqual(message.sticker as NonNullable<typeof message.sticker>);
    expect(await outcomeOf(does(ids.alice, "message.send", { room, sticker: added.id }))).toBe("not_found");
    const beside = { room, sticker: added.id, text: "Hello" };
    expect(await outcomeOf(does(ids.alice, "message.send", beside))).toBe("invalid");
  });

  test("EMOJI-3 a server has a bounded number of packs", async () => {
    const { packs } = await does(ids.bob, "sticker.list", {});
    await fixture.context.writer.write(async (tx) => {
      for (let count = packs.length; count < limits.packs; count++) {
        await tx.sql.first(insertPack({ name: `Pack ${count}`, at: tx.now }));
      }
    });
    expect(await outcomeOf(does(ids.admin, "pack.create", { name: "One more" }))).toBe("conflict");
  });
});
