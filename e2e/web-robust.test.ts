import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Message } from "@parley/protocol/messages";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, composer, openRoom, row, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let room: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const members = [scene.ids.alice, scene.ids.bob];
  room = (await scene.by.admin.call("room.create", { kind: "group", name: "design", members })).id;
  for (let count = 1; count <= 6; count++) await told(`Sketch ${count}`);
});
afterAll(() => scene?.end());

function told(text: string) {
  return scene.by.admin.call("message.send", { room, text, client_id: crypto.randomUUID() });
}

declare global {
  var noticed: { after: Promise<number> };
}

/** From now on the page takes down how many milliseconds it is without a connection before it says so. */
function watchNotice({ page }: Device): Promise<void> {
  return page.evaluate(() => {
    const after = new Promise<number>((resolve) => {
      let since: number | undefined;
      new MutationObserver((_, observer) => {
        const { textContent } = document.body;
        if (textContent.includes("Not connected")) since ??= performance.now();
        if (since === undefined || !textContent.includes("No connection.")) return;
        observer.disconnect();
        resolve(performance.now() - since);
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    globalThis.noticed = { after };
  });
}

describe.skipIf(!hasBrowser)("trouble stays where it is (Chromium)", () => {
  afterEach(async () => {
    // A test that failed in the middle must not take the others with it.
    if (!(await fetch(scene.server.url).catch(() => undefined))) await scene.server.start();
  });

  test("UI-161 a connection is missed after three seconds of trouble, with the time of the next try", async () => {
    for (const screen of [undefined, phone]) {
      const alice = await scene.open("alice", "/", screen);
      await openRoom(alice, "design");
      await sees(alice, "Sketch 6");
      await watchNotice(alice);
      await scene.server.kill();
      // A clock of the page may be a little ahead of its timers.
      expect(await alice.page.evaluate(() => globalThis.noticed.after)).toBeGreaterThan(2_900);
      const status = alice.page.getByRole("status").filter({ hasText: "No connection." });
      await alice.page.getByText(/Trying again in \d+ s\./).waitFor();
      expect(await status.textContent()).not.toContain("Trying again");
      await picture(alice, `robust-connection-${screen ? "phone" : "desk"}`);
      await say(alice, `Said without, ${screen ? "on a phone" : "at a desk"}`);
      await scene.server.start();
      await alice.page.evaluate(() => dispatchEvent(new Event("online")));
      await status.waitFor({ state: "detached" });
      await seesSent(alice, "Said without");
      await alice.context.close();
    }
  });

  test("UI-162 a part that the server no longer has makes the page load anew, once, and then is said to fail", async () => {
    const alice = await scene.open("alice", `/rooms/${room}`);
    await sees(alice, "Sketch 6");
    await composer(alice).fill("Not yet said");
    let loads = 0;
    alice.page.on("load", () => {
      loads += 1;
    });
    const missing = /\/assets\/room-details-[^/]+\.js$/;
    await alice.context.route(missing, (route) => route.fulfill({ status: 404, body: "" }));
    await alice.page.getByRole("button", { name: "Details" }).click();
    await becomes(
      async () => loads,
      (count) => count === 1,
    );
    await sees(alice, "Sketch 6");
    await becomes(
      () => composer(alice).inputValue(),
      (text) => text === "Not yet said",
    );
    await alice.page.getByRole("button", { name: "Details" }).click();
    const failed = alice.page.getByRole("alert").filter({ hasText: "This part could not be shown." });
    await failed.waitFor();
    await picture(alice, "robust-part");
    await sees(alice, "Sketch 6");
    await say(alice, "It goes on");
    await seesSent(alice, "It goes on");
    expect(loads).toBe(1);
    await alice.context.unroute(missing);
    // Some browsers remember that a script failed for as long as the page lives.
    await alice.page.reload();
    await alice.page.getByRole("button", { name: "Details" }).click();
    await alice.page.getByRole("region", { name: "People" }).getByText("Bob").waitFor();
    await alice.context.close();
  });

  test("UI-163 messages that cannot be drawn take nothing with them", async () => {
    const bob = await scene.open("bob");
    await bob.page.getByRole("link", { name: "design" }).waitFor();
    await bob.page.route(/\/rooms\/\d+\/messages\?/, async (route) => {
      const answer = await route.fetch();
      const page = (await answer.json()) as { messages: (Message & Record<string, unknown>)[] };
      const change = (text: string, broken: Record<string, unknown>) => {
        const message = page.messages.find((each) => each.text === text);
        if (message) Object.assign(message, broken);
      };
      change("Sketch 2", { created_at: "soon" });
      change("Sketch 3", { text: null });
      change("Sketch 4", { reactions: [{ emoji: "👍", users: "everybody" }] });
      change("Sketch 5", { type: "hologram" });
      await route.fulfill({ response: answer, json: page });
    });
    await openRoom(bob, "design");
    await sees(bob, "Sketch 6");
    await sees(bob, "Sketch 1");
    await row(bob, "Sketch 2").getByText("–").first().waitFor();
    await sees(bob, "Sketch 5");
    await becomes(
      () => bob.page.getByText("This message cannot be shown.").count(),
      (count) => count === 2,
    );
    await picture(bob, "robust-messages");
    await told("And on");
    await sees(bob, "And on");
    await say(bob, "It can be answered");
    await seesSent(bob, "It can be answered");
    await bob.context.close();
  });
});
