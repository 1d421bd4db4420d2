import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TranslationService, translationService } from "../server/src/testing/libre-translate.ts";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { choose, hasFocus, openRoom, row, say, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let service: TranslationService;
let scene: WebScene;
let alice: Device;
let bob: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  service = translationService();
  scene = await startScene({ environment: { TRANSLATION_URL: service.url } });
  await scene.by.alice.call("room.direct", { user: scene.ids.bob });
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  await openRoom(alice, "Bob");
  await openRoom(bob, "Alice");
});
afterAll(async () => {
  await scene?.end();
  await service?.stop();
});

const button = ({ page }: Device, name: string) => page.getByRole("button", { name, exact: true });

describe.skipIf(!hasBrowser)("messages in other languages (Chromium)", () => {
  test("UI-302 a translation stands under the original, says from which language, and goes again", async () => {
    await say(alice, "gladly come would I");
    await seesSent(bob, "gladly come would I");
    for (const device of [alice, bob]) {
      await choose(device, "gladly come would I", "Translate");
      await row(device, "gladly come").getByText("I would come gladly").waitFor();
      await device.page.getByText("Translated from English").waitFor();
    }
    await picture(alice, "translation");
    await picture(bob, "translation-phone");
    await button(alice, "Show original").click();
    await row(alice, "gladly come").getByText("I would come gladly").waitFor({ state: "detached" });
    expect(await hasFocus(row(alice, "gladly come would I"))).toBe(true);
    expect(service.asked.length).toBe(1);
  });

  test("UI-302 what could not be translated says why, and can be tried again", async () => {
    await say(alice, "again it try");
    await seesSent(alice, "again it try");
    service.fault = new Response("", { status: 503 });
    await choose(alice, "again it try", "Translate");
    await row(alice, "again it try").getByText("The translation service cannot be reached now.").waitFor();
    await picture(alice, "translation-unreachable");
    service.fault = null;
    await button(alice, "Try again").click();
    await row(alice, "again it try").getByText("try it again").waitFor();
    // An edit is another text, of which there is no translation yet.
    const { rooms } = await scene.by.alice.call("room.list", {});
    const room = rooms.find(({ kind }) => kind === "direct")?.id ?? 0;
    const { messages } = await scene.by.alice.call("message.list", { room, limit: 1 });
    await scene.by.alice.call("message.edit", { message: messages[0]?.id ?? 0, text: "something else" });
    await seesSent(alice, "something else");
    await row(alice, "something else").getByText("try it again").waitFor({ state: "detached" });
    expect(scene.faults()).toEqual([]);
  });
});
