import { expect, test } from "bun:test";
import { pushScene, second } from "../../testing/push-scene.ts";
import { onEveryEngine } from "../../testing/store.ts";

onEveryEngine((engine) => {
  const on = pushScene(engine);
  const { atDesk, call, got, leave, open, pending, read, say, settled, subscribed } = on;

  test("PUSH-5 what is said is told, once, without its text", async () => {
    const { aliceBob, lobby } = on.app.rooms;
    const first = await say(on.bob, aliceBob.id, "A secret");
    await settled();
    await settled();
    expect(got()).toEqual([
      {
        ...{ kind: "message", language: "en", room: aliceBob.id, message: first.id, seq: first.seq },
        ...{ title: "bob", sender: "bob", direct: true, text: null, read: [] },
      },
    ]);
    expect(on.browser.got[0]?.headers).toMatchObject({ urgency: "high", ttl: "43200" });
    expect(on.browser.got[0]?.headers.topic).toMatch(/^[0-9a-f]{32}$/);
    await say(on.bob, lobby.id, "To all of you");
    await say(on.bob, lobby.id, "To you", { mentions: [on.alice.id] });
    await settled();
    expect(got().slice(1)).toMatchObject([
      { room: lobby.id, title: "lobby", sender: "bob", direct: false, text: null },
    ]);
    expect(JSON.stringify(got())).not.toMatch(/secret|To you/);
    expect([await pending(), on.app.log.filter((line) => line.includes(on.browser.endpoint))]).toEqual([
      0,
      [],
    ]);
  });

  test("PUSH-8 the text is in it where the person chose that", async () => {
    const { aliceBob, lobby, design } = on.app.rooms;
    const said = async (text: string) => {
      await call(on.alice, "PUT", "/me/push/text", { text });
      on.browser.got.length = 0;
      for (const room of [aliceBob, lobby, design])
        await say(on.bob, room.id, `In ${room.id}`, { mention_all: false, mentions: [on.alice.id] });
      await settled();
      return Object.fromEntries(got().map((each) => [each.room, each.text]));
    };
    const none = { [aliceBob.id]: null, [lobby.id]: null, [design.id]: null };
    expect(await said("never")).toEqual(none);
    expect(await said("public")).toEqual({ ...none, [lobby.id]: `In ${lobby.id}` });
    expect(await said("always")).toEqual({
      ...{ [aliceBob.id]: `In ${aliceBob.id}`, [lobby.id]: `In ${lobby.id}`, [design.id]: `In ${design.id}` },
    });
    await say(on.bob, aliceBob.id, "x".repeat(9_000));
    await settled();
    expect(got().at(-1).text.length).toBe(140);
    await call(on.alice, "PUT", "/me/push/text", { text: "never" });
  });

  test("PUSH-14 followers are told of answers, with the way to the thread, until they have read it there", async () => {
    const { design } = on.app.rooms;
    const root = await say(on.alice, design.id);
    const aside = { in_thread: true, reply_to: root.id };
    const said = await say(on.bob, design.id, undefined, aside);
    await settled();
    expect(got()).toMatchObject([{ room: design.id, message: said.id, seq: said.seq, thread: root.id }]);
    await read(on.alice, design.id);
    on.app.clock.advance(4 * second);
    await settled();
    expect(got().length).toBe(1);
    await call(on.alice, "PUT", `/messages/${root.id}/thread/read`, { seq: said.seq });
    await settled();
    on.app.clock.advance(4 * second);
    await settled();
    expect(got().at(-1)).toEqual({ kind: "read", read: [{ room: design.id, seq: said.seq }] });
    on.browser.got.length = 0;
    await call(on.alice, "PUT", `/messages/${root.id}/thread`, { following: false });
    await say(on.bob, design.id, undefined, { ...aside, mentions: [on.alice.id] });
    await settled();
    expect(got()).toEqual([]);
    await call(on.alice, "PUT", `/messages/${root.id}/thread`, { following: true });
    await call(on.alice, "PUT", `/rooms/${design.id}/notifications`, { level: "none", muted_until: null });
    await say(on.bob, design.id, undefined, aside);
    await settled();
    expect(got()).toEqual([]);
    await call(on.alice, "PUT", `/rooms/${design.id}/notifications`, { level: "default", muted_until: null });
  });

  test("PUSH-6 only whoever wishes to be told is", async () => {
    const { aliceBob, lobby, design } = on.app.rooms;
    const bobs = await subscribed(on.bob);
    const carols = await subscribed(on.app.people.carol);
    const wish = (room: number, level: string, muted_until: string | null = null) =>
      call(on.alice, "PUT", `/rooms/${room}/notifications`, { level, muted_until });
    const all = (level: string, muted_until: string | null = null) =>
      call(on.alice, "PUT", "/me/notifications", { level, muted_until });
    const later = "2031-01-01T00:00:00.000Z";
    const tells = async (room: number, more: object = {}) => {
      on.browser.got.length = 0;
      await say(on.bob, room, undefined, more);
      await settled();
      return on.browser.got.length === 1;
    };
    expect(await tells(design.id)).toBe(false);
    await wish(design.id, "all");
    expect(await tells(design.id)).toBe(true);
    await wish(design.id, "all", later);
    expect(await tells(design.id, { mentions: [on.alice.id] })).toBe(false);
    await wish(design.id, "default");
    await all("all", later);
    expect(await tells(aliceBob.id)).toBe(false);
    await all("none");
    expect(await tells(aliceBob.id)).toBe(false);
    await all("mentions");
    expect(await tells(aliceBob.id)).toBe(true);
    await call(on.alice, "PUT", `/blocks/${on.bob.id}`, { on: true });
    expect(await tells(lobby.id, { mentions: [on.alice.id] })).toBe(false);
    await call(on.alice, "PUT", `/blocks/${on.bob.id}`, { on: false });
    expect(await tells(lobby.id, { mentions: [on.alice.id] })).toBe(true);
    // Premise: Bob is told of what others say; of his own words he is not, and Carol is nowhere.
    expect(bobs.got).toEqual([]);
    await say(on.alice, aliceBob.id);
    await settled();
    expect([bobs.got.length, carols.got.length]).toEqual([1, 0]);
  });

  test("PUSH-7 rights and wishes are those of the moment at which it is sent", async () => {
    const { lobby } = on.app.rooms;
    const canary = "A word for those inside";
    await call(on.alice, "PUT", "/me/push/text", { text: "always" });
    const desk = await atDesk();
    const { id: room } = await call(on.bob, "POST", "/rooms", {
      ...{ kind: "channel", name: "cabin", public: false, members: [on.alice.id] },
    });
    const changes: (() => Promise<unknown>)[] = [
      () => call(on.bob, "DELETE", `/rooms/${room}/members/${on.alice.id}`, {}),
      () => call(on.alice, "PUT", `/rooms/${room}/notifications`, { level: "none", muted_until: null }),
      () =>
        call(on.alice, "PUT", "/me/notifications", { level: "all", muted_until: "2031-01-01T00:00:00.000Z" }),
      () => call(on.alice, "PUT", `/blocks/${on.bob.id}`, { on: true }),
      () => read(on.alice, room),
    ];
    const undo: (() => Promise<unknown>)[] = [
      () => call(on.bob, "PUT", `/rooms/${room}/members/${on.alice.id}`, {}),
      () => call(on.alice, "PUT", `/rooms/${room}/notifications`, { level: "default", muted_until: null }),
      () => call(on.alice, "PUT", "/me/notifications", { level: "mentions", muted_until: null }),
      () => call(on.alice, "PUT", `/blocks/${on.bob.id}`, { on: false }),
      async () => undefined,
    ];
    for (const [index, change] of changes.entries()) {
      await say(on.bob, room, canary, { mentions: [on.alice.id] });
      await settled();
      // Premise: it is due, and waits.
      expect(await pending()).toBe(1);
      await change();
      on.app.clock.advance(11 * second);
      await settled();
      expect([index, got(), await pending()]).toEqual([index, [], 0]);
      await undo[index]?.();
    }
    const { id } = await say(on.bob, room, canary, { mentions: [on.alice.id] });
    await settled();
    await call(on.bob, "DELETE", `/messages/${id}`, {});
    on.app.clock.advance(11 * second);
    await settled();
    expect(got()).toEqual([]);
    // Premise: else it would have come.
    await say(on.bob, room, canary, { mentions: [on.alice.id] });
    await settled();
    on.app.clock.advance(11 * second);
    await settled();
    expect(got()).toMatchObject([{ room, text: canary }]);
    await say(on.bob, room, canary, { mentions: [on.alice.id] });
    await settled();
    await call(on.alice, "POST", "/sessions/end", { session: on.phone.actor.session });
    on.app.clock.advance(11 * second);
    await settled();
    expect(got().length).toBe(1);
    await leave(desk);
    await call(on.alice, "PUT", "/me/push/text", { text: "never" });
    await read(on.alice, lobby.id);
  });

  test("PUSH-7 whoever is at another device may read it there first", async () => {
    const { aliceBob } = on.app.rooms;
    const desk = await atDesk();
    await say(on.bob, aliceBob.id);
    await settled();
    on.app.clock.advance(9 * second);
    await settled();
    expect(got()).toEqual([]);
    await desk.done("receipt.read", { room: aliceBob.id, seq: 1_000_000 });
    on.app.clock.advance(30 * second);
    await settled();
    expect(got()).toEqual([]);
    await say(on.bob, aliceBob.id);
    await settled();
    on.app.clock.advance(10 * second);
    await settled();
    expect(got().length).toBe(1);
    await leave(desk);
  });

  test("PUSH-7 a page that is open tells by itself, and one that is asleep does not", async () => {
    const { aliceBob } = on.app.rooms;
    const page = await open(on.phone);
    page.send({ type: "signal", signal: { kind: "presence", state: "away" } });
    await page.settled();
    on.app.clock.advance(second);
    await say(on.bob, aliceBob.id);
    await settled();
    on.app.clock.advance(5 * second);
    await settled();
    expect(got()).toEqual([]);
    await page.settled();
    on.app.clock.advance(second);
    await settled();
    on.app.clock.advance(60 * second);
    await settled();
    expect([got(), await pending()]).toEqual([[], 0]);
    await say(on.bob, aliceBob.id);
    await settled();
    on.app.clock.advance(36 * second);
    await settled();
    expect(got().length).toBe(1);
  });

  test("PUSH-9 of a room there is one, the later in the place of the earlier, and it goes when it is read", async () => {
    const { aliceBob } = on.app.rooms;
    await read(on.alice, aliceBob.id);
    await settled();
    await say(on.bob, aliceBob.id);
    await settled();
    const { seq } = await say(on.bob, aliceBob.id);
    await settled();
    const topics = new Set(on.browser.got.map(({ headers }) => headers.topic));
    expect([on.browser.got.length, topics.size]).toEqual([2, 1]);
    await read(on.alice, aliceBob.id);
    await settled();
    expect(on.browser.got.length).toBe(2);
    on.app.clock.advance(4 * second);
    await settled();
    expect(got().slice(2)).toEqual([{ kind: "read", read: [{ room: aliceBob.id, seq }] }]);
    expect(topics.has(on.browser.got[2]?.headers.topic as string)).toBe(true);
    expect(await pending()).toBe(0);
  });

  test("PUSH-9 it goes when its message is deleted, and when the person leaves", async () => {
    const { aliceBob } = on.app.rooms;
    const { id } = await say(on.bob, aliceBob.id);
    await settled();
    await call(on.bob, "DELETE", `/messages/${id}`, {});
    await settled();
    on.app.clock.advance(4 * second);
    await settled();
    expect(got().map(({ kind }) => kind)).toEqual(["message", "read"]);
    const { id: room } = await call(on.bob, "POST", "/rooms", {
      kind: "group",
      name: "trip",
      members: [on.alice.id],
    });
    await say(on.bob, room, "Hello", { mentions: [on.alice.id] });
    await settled();
    await call(on.bob, "DELETE", `/rooms/${room}/members/${on.alice.id}`, {});
    await settled();
    on.app.clock.advance(4 * second);
    await settled();
    expect(got().map(({ kind }) => kind)).toEqual(["message", "read", "message", "read"]);
  });

  test("PUSH-9 what is due but never told leaves what stands there as it is", async () => {
    const { aliceBob } = on.app.rooms;
    const { seq } = await say(on.bob, aliceBob.id);
    await settled();
    const desk = await atDesk();
    const { id } = await say(on.bob, aliceBob.id);
    await settled();
    await call(on.bob, "DELETE", `/messages/${id}`, {});
    on.app.clock.advance(11 * second);
    await settled();
    expect(got().length).toBe(1);
    await leave(desk);
    await read(on.alice, aliceBob.id);
    await settled();
    on.app.clock.advance(4 * second);
    await settled();
    expect(got().slice(1)).toEqual([{ kind: "read", read: [{ room: aliceBob.id, seq }] }]);
  });
});
