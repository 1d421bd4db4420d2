import { expect, test } from "bun:test";
import { eventually } from "../../testing/eventually.ts";
import { pushScene, second } from "../../testing/push-scene.ts";
import { onEveryEngine } from "../../testing/store.ts";

onEveryEngine((engine) => {
  const on = pushScene(engine);
  const { got, pending, say, settled, subscribed } = on;

  test("PUSH-10 what a service could not take is tried again, and once only is it told", async () => {
    const { aliceBob } = on.app.rooms;
    on.browser.answer(503);
    await say(on.bob, aliceBob.id);
    await settled();
    on.app.clock.advance(4 * second);
    await settled();
    const health = async () =>
      (await on.app.ask("GET", "/api/v2/me/push", { as: on.phone })).body.devices.at(-1);
    expect(await health()).toMatchObject({ sent_at: null, failure: "the service answered 503" });
    on.browser.answer(429, { "retry-after": "600" });
    on.app.clock.advance(second);
    await settled();
    on.browser.answer(201);
    on.app.clock.advance(599 * second);
    await settled();
    expect(got()).toEqual([]);
    on.app.clock.advance(second);
    await settled();
    await settled();
    expect(got().length).toBe(1);
    expect((await health()).sent_at).not.toBe(null);
  });

  test("PUSH-10 a service that wants to be left alone is, whatever else is due there", async () => {
    const { aliceBob, lobby } = on.app.rooms;
    on.browser.answer(429, { "retry-after": "600" });
    await say(on.bob, aliceBob.id);
    await settled();
    on.browser.answer(503);
    await say(on.bob, lobby.id, "To you", { mentions: [on.alice.id] });
    await settled();
    on.browser.answer(429, { "retry-after": "900" });
    on.app.clock.advance(5 * second);
    await settled();
    on.browser.answer(201);
    on.app.clock.advance(899 * second);
    await settled();
    // The first was due after 600 seconds, had the second answer not been for both.
    expect(got()).toEqual([]);
    on.app.clock.advance(second);
    await settled();
    expect(got().length).toBe(2);
  });

  test("PUSH-10 it is given up at last, and at once where the service refuses it", async () => {
    const { aliceBob } = on.app.rooms;
    on.browser.answer(500);
    await say(on.bob, aliceBob.id);
    for (let count = 0; count < 8; count++) {
      await settled();
      on.app.clock.advance(7_200 * second);
    }
    expect(await pending()).toBe(0);
    on.bob = await on.app.signIn("bob");
    on.browser.answer(400);
    await say(on.bob, aliceBob.id);
    await settled();
    expect(await pending()).toBe(0);
    on.browser.answer(201);
    on.app.clock.advance(3_600 * second);
    await settled();
    expect(got()).toEqual([]);
  });

  test("PUSH-10 a device that its service does not know any more is forgotten", async () => {
    on.browser.answer(410);
    await say(on.bob, on.app.rooms.aliceBob.id);
    await settled();
    const { devices } = (await on.app.ask("GET", "/api/v2/me/push", { as: on.phone })).body;
    expect([devices, await pending()]).toEqual([[], 0]);
  });

  test("PUSH-5 a stop loses nothing, and tells nothing twice", async () => {
    const { aliceBob, lobby } = on.app.rooms;
    await on.app.app.pushes?.stop();
    await say(on.bob, aliceBob.id, "While nobody sends");
    // Premise: it waits in the database.
    expect(await pending()).toBe(1);
    await on.app.restart();
    await settled();
    expect(got()).toMatchObject([{ room: aliceBob.id }]);
    on.browser.answer(503);
    await say(on.bob, lobby.id, "To you", { mentions: [on.alice.id] });
    await settled();
    await on.app.restart();
    on.browser.answer(201);
    on.app.clock.advance(6 * second);
    await settled();
    await on.app.restart();
    await settled();
    expect(got().map(({ room }) => room)).toEqual([aliceBob.id, lobby.id]);
  });

  test("PUSH-5 a device that does not answer keeps no other waiting", async () => {
    const tablet = await subscribed(await on.app.signIn("alice", "tablet"));
    on.browser.hold();
    await say(on.bob, on.app.rooms.aliceBob.id);
    await eventually(() => on.browser.held() === 1 && tablet.got.length === 1);
    // Nor does what comes meanwhile get lost or overtake it.
    const { seq } = await say(on.bob, on.app.rooms.aliceBob.id);
    await eventually(() => tablet.got.length === 2);
    expect(on.browser.held()).toBe(1);
    on.browser.release();
    await settled();
    expect(got().map((each) => each.seq)).toEqual([seq - 1, seq]);
  });
});
