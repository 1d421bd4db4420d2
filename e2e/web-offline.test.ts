import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, comesInSight, composer, holds, openRoom, row, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  await scene.by.alice.call("room.direct", { user: scene.ids.bob });
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  await openRoom(alice, "Bob");
  await openRoom(bob, "Alice");
});
afterAll(() => scene?.end());

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("without a connection (Chromium)", () => {
  test("UI-50 what is written is in its place at once, and the person is told what works", async () => {
    await say(bob, "Is all well?");
    await seesSent(alice, "Is all well?");
    await scene.server.kill();
    await say(bob, "Is anybody there?");
    await row(bob, "Is anybody there?").getByRole("img", { name: "Sending" }).waitFor();
    await comesInSight(row(bob, "Is anybody there?"));
    await bob.page.getByText("No connection. You can read and write").waitFor();
    await picture(bob, "offline-phone");
    await say(bob, "I shall write on");
    await composer(bob).fill("And this is not yet");
    await becomes(
      () => bob.page.locator("article[data-state]").count(),
      (count) => count === 2,
    );
  });

  test("UI-51 it is sent once and in its order when the page comes back, and what was begun is there", async () => {
    await bob.page.close();
    await scene.server.start();
    // As when somebody comes back to their desk: else it returns at a moment of chance.
    await alice.page.evaluate(() => dispatchEvent(new Event("online")));
    bob.page = await bob.context.newPage();
    await bob.page.goto(scene.server.url);
    await openRoom(bob, "Alice");
    await seesSent(bob, "I shall write on");
    await sees(alice, "I shall write on");
    for (const device of [alice, bob]) {
      const texts = await device.page.locator("article[data-message]").allInnerTexts();
      const order = texts.map((text) => /Is all well|Is anybody there|I shall write on/.exec(text)?.[0]);
      expect(order).toEqual(["Is all well", "Is anybody there", "I shall write on"]);
      await device.page.locator("article[data-state]").waitFor({ state: "detached" });
    }
    await holds(composer(bob), "And this is not yet");
  });

  test("UI-52 after a cut what was said meanwhile is there, without a reload", async () => {
    await bob.context.setOffline(true);
    await scene.server.kill();
    await scene.server.start();
    await alice.page.evaluate(() => dispatchEvent(new Event("online")));
    await say(alice, "Said meanwhile");
    await seesSent(alice, "Said meanwhile");
    expect(await bob.page.getByText("Said meanwhile").count()).toBe(0);
    await bob.context.setOffline(false);
    await sees(bob, "Said meanwhile");
    await bob.page.getByText("No connection.").waitFor({ state: "detached" });
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    const own = scene.faults().filter((fault) => !/ERR_INTERNET_DISCONNECTED/.test(fault));
    expect(own).toEqual([]);
  });
});
