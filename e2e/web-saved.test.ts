import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { choose, comesInSight, openRoom, row, sees } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let onPhone: Device;
let design: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { by, ids } = scene;
  const members = [ids.alice];
  design = (await by.bob.call("room.create", { kind: "group", name: "design", members })).id;
  const say = (text: string) =>
    by.bob.call("message.send", { room: design, text, client_id: crypto.randomUUID() });
  for (const text of ["The **key** is under the mat", "A passing remark"]) await say(text);
  for (let count = 1; count <= 80; count++) await say(`And then ${count}`);
  const { head } = await by.alice.call("room.get", { room: design });
  await by.alice.call("receipt.read", { room: design, seq: head });
  alice = await scene.open("alice");
  onPhone = await scene.open("alice", "/", phone);
});
afterAll(() => scene?.end());

function entry({ page }: Device, text: string): Locator {
  return page.getByRole("main").getByRole("listitem").filter({ hasText: text });
}

async function openSaved({ page }: Device): Promise<void> {
  await page.goto(scene.server.url);
  await page.getByRole("link", { name: "Saved messages" }).click();
  await page.getByRole("heading", { name: "Saved messages", level: 1 }).waitFor();
}

describe.skipIf(!hasBrowser)("saved messages (Chromium)", () => {
  test("UI-133 where nothing is saved it is said how to", async () => {
    for (const device of [alice, onPhone]) {
      await openSaved(device);
      await device.page.getByText("Nothing is saved yet").waitFor();
    }
    await picture(alice, "saved-empty");
    await picture(onPhone, "saved-empty-phone");
    await alice.page.getByRole("main").getByRole("link", { name: "Back to the chats" }).last().click();
    await openRoom(alice, "design");
  });

  test("UI-133 a message is saved from its menu, and is in the list of every device at once", async () => {
    await sees(alice, "And then 80");
    await choose(alice, "And then 80", "Save");
    await alice.page.getByText("Saved.").waitFor();
    await entry(onPhone, "And then 80").waitFor();
    await alice.page.goto(`${scene.server.url}/search?words=mat`);
    await alice.page.getByRole("main").getByRole("listitem").getByRole("link").click();
    await sees(alice, "under the mat");
    await choose(alice, "under the mat", "Save");
    await entry(onPhone, "The key is under the mat").waitFor();
    await picture(onPhone, "saved-phone");
  });

  test("UI-134 an entry opens its message in context and marks it", async () => {
    await openSaved(alice);
    await picture(alice, "saved");
    await entry(alice, "under the mat").getByRole("link").click();
    await alice.page.waitForURL(`**/rooms/${design}**`);
    await alice.page.locator("article.bg-note\\!", { hasText: "under the mat" }).waitFor();
    await comesInSight(row(alice, "under the mat"));
    await sees(alice, "A passing remark");
    await alice.page.goBack();
    await entry(alice, "under the mat").waitFor();
  });

  test("UI-133 it is taken out again, on all devices, and that is undone with one press", async () => {
    await entry(alice, "And then 80").getByRole("button", { name: "Remove from saved" }).click();
    await entry(alice, "And then 80").waitFor({ state: "detached" });
    await entry(onPhone, "And then 80").waitFor({ state: "detached" });
    await alice.page.getByRole("button", { name: "Undo" }).click();
    await entry(alice, "And then 80").waitFor();
    await entry(onPhone, "And then 80").waitFor();
  });

  test("UI-134 what is gone says so", async () => {
    await alice.page.goto(`${scene.server.url}/rooms/${design}`);
    await sees(alice, "And then 80");
    const { messages } = await scene.by.bob.call("message.list", { room: design, limit: 1 });
    // Seen once the page is connected: else the list would be read anew without what is gone.
    await scene.by.bob.call("message.send", { room: design, text: "Is anybody here?", client_id: "anybody" });
    await sees(alice, "Is anybody here?");
    await alice.page.getByRole("link", { name: "Saved messages" }).click();
    await entry(alice, "And then 80").waitFor();
    await scene.by.bob.call("message.delete", { message: messages[0]?.id ?? 0 });
    await entry(alice, "This message was deleted.").getByRole("link").click();
    await sees(alice, "This message was deleted.");
    await openSaved(alice);
    await entry(alice, "under the mat").waitFor();
    await alice.page.getByText("This message was deleted.").waitFor({ state: "detached" });
    // The list is open while the person is removed from the room.
    await scene.by.bob.call("member.remove", { room: design, user: scene.ids.alice });
    await entry(alice, "A room you are not in").getByRole("link").click();
    await alice.page.getByText("This room does not exist, or you are not in it.").waitFor();
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
