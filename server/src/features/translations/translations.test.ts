import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { type TranslationService, translationService } from "../../testing/libre-translate.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { forgetOldTranslations } from "./translations.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  let service: TranslationService;

  beforeAll(async () => {
    service = translationService("/translator");
    const environment = { TRANSLATION_URL: `${service.url}/`, TRANSLATION_KEY: "an-api-key" };
    fixture = await testRooms({ engine, environment });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
  });
  afterAll(async () => {
    await Promise.all([fixture.close(), service.stop()]);
  });
  beforeEach(() => {
    service.asked.length = 0;
    service.fault = null;
    service.wait = null;
  });

  const say = async (text = "Good morning") => (await does(ids.alice, "message.send", { room, text })).id;
  const translate = (as: number, message: number, to = "de") =>
    does(as, "message.translate", { message, to });
  const kept = async () => {
    const { database } = fixture.context;
    return (await database.rows(database.build.selectFrom("translations").selectAll())).length;
  };

  test("TRANS-1 the one text goes to the service that the admin named, with its key", async () => {
    const message = await say();
    expect(service.asked).toEqual([]);
    expect(await translate(ids.bob, message)).toEqual({
      text: "morning Good",
      from: "en",
      to: "de",
      version: 1,
    });
    const sent = { q: "Good morning", source: "auto", target: "de", format: "text", api_key: "an-api-key" };
    expect(service.asked).toEqual([sent]);
    expect(fixture.log.join("")).not.toMatch(/Good morning|an-api-key/);
  });

  test("TRANS-2 it is for whoever may read the message", async () => {
    const message = await say("For the room");
    await translate(ids.alice, message);
    expect(await outcomeOf(translate(ids.carol, message))).toBe("not_found");
    expect(await outcomeOf(translate(ids.bob, message))).toBe("done");
    await does(ids.alice, "member.remove", { room, user: ids.bob });
    expect(await outcomeOf(translate(ids.bob, message))).toBe("not_found");
    await does(ids.alice, "member.add", { room, user: ids.bob });
    await does(ids.alice, "message.delete", { message });
    expect(await outcomeOf(translate(ids.bob, message))).toBe("not_found");
    expect(service.asked.length).toBe(1);
  });

  test("TRANS-4 a text is translated once into each language; an edit is another text", async () => {
    const message = await say("One two");
    await translate(ids.alice, message);
    await translate(ids.bob, message);
    await translate(ids.bob, message, "en");
    expect(service.asked.map(({ target }) => target)).toEqual(["de", "en"]);
    await does(ids.alice, "message.edit", { message, text: "Three four" });
    expect((await translate(ids.bob, message)).text).toBe("four Three");
    const before = await kept();
    await does(ids.alice, "message.delete", { message });
    expect(await kept()).toBe(before - 1);
  });

  test("TRANS-4 of a text that is deleted while it is translated nothing is kept", async () => {
    const message = await say("Soon gone");
    const before = await kept();
    const { promise, resolve } = Promise.withResolvers<void>();
    service.wait = promise;
    const asked = outcomeOf(translate(ids.bob, message));
    while (service.asked.length === 0) await Bun.sleep(1);
    await does(ids.alice, "message.delete", { message });
    resolve();
    expect([await asked, await kept()]).toEqual(["not_found", before]);
  });

  test("TRANS-4 of a text that is edited while it is translated nothing is kept", async () => {
    const message = await say("Soon another");
    const before = await kept();
    const { promise, resolve } = Promise.withResolvers<void>();
    service.wait = promise;
    const asked = translate(ids.bob, message);
    while (service.asked.length === 0) await Bun.sleep(1);
    await does(ids.alice, "message.edit", { message, text: "Another now" });
    resolve();
    expect([(await asked).text, await kept()]).toEqual(["another Soon", before]);
  });

  test("TRANS-4 after seven days it is forgotten, and with its room", async () => {
    const { id: other } = await does(ids.alice, "room.create", { kind: "group", name: "other" });
    const { id: message } = await does(ids.alice, "message.send", { room: other, text: "In a room" });
    const before = await kept();
    await translate(ids.alice, message);
    await does(ids.alice, "room.delete", { room: other });
    expect(await kept()).toBe(before);
    await translate(ids.alice, await say());
    fixture.store.clock.advance(7 * 86_400_000 + 1);
    await translate(ids.alice, await say("Now"));
    await fixture.context.writer.write(forgetOldTranslations);
    expect(await kept()).toBe(1);
  });

  test("TRANS-3 a person has so many texts translated in an hour; what is known is free", async () => {
    fixture.store.clock.advance(3_600_000);
    const { translations } = fixture.context.throttles;
    const message = await say("Known");
    await translate(ids.bob, message);
    for (let count = 1; count < 200; count++) translations.take(String(ids.bob));
    expect(await outcomeOf(translate(ids.bob, message))).toBe("done");
    expect(await outcomeOf(translate(ids.bob, await say("New")))).toBe("rate_limited");
    expect(await outcomeOf(translate(ids.alice, await say("New")))).toBe("done");
  });

  test("TRANS-5 that it is off, unreachable or cannot do it are told apart", async () => {
    const message = await say("Told apart");
    expect(await does(ids.alice, "translation.state", {})).toMatchObject({
      state: "ready",
      languages: [{ code: "en" }, { code: "de", name: "German" }],
    });
    expect((await refusalOf(translate(ids.alice, message, "xx"))).code).toBe("invalid");
    for (const fault of [new Response("", { status: 503 }), new Response("<html>"), Response.json({})]) {
      service.fault = fault;
      expect((await refusalOf(translate(ids.alice, message))).code).toBe("unavailable");
    }
    expect((await does(ids.alice, "translation.state", {})).state).toBe("unreachable");
    const { context } = fixture;
    const { translator } = context;
    context.translator = null;
    expect(await does(ids.alice, "translation.state", {})).toEqual({ state: "off", languages: [] });
    expect((await refusalOf(translate(ids.alice, message))).code).toBe("forbidden");
    context.translator = translator;
  });
});
