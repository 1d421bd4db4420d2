import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { composer, holds, openRoom, row, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let onPhone: Device;
let message: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { by, ids } = scene;
  const members = [ids.bob];
  const { id: room } = await by.alice.call("room.create", { kind: "group", name: "design", members });
  const client_id = crypto.randomUUID();
  message = (await by.bob.call("message.send", { room, text: "Buy my pills", client_id })).id;
  alice = await scene.open("alice");
  onPhone = await scene.open("alice", "/", phone);
});
afterAll(() => scene?.end());

async function openSettings({ page }: Device, part: string, title: string): Promise<void> {
  await page.goto(`${scene.server.url}/settings/${part}`);
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
}

describe.skipIf(!hasBrowser)("what a person has chosen (Chromium)", () => {
  test("UI-145 whom one blocks is listed, the same on all devices, and unblocked there", async () => {
    for (const device of [alice, onPhone]) {
      await openSettings(device, "blocked", "Blocked people");
      await device.page.getByText("You block nobody").waitFor();
    }
    await scene.by.alice.call("block.set", { user: scene.ids.bob, on: true });
    for (const device of [alice, onPhone]) {
      await device.page.getByRole("button", { name: "Unblock Bob" }).waitFor();
    }
    await picture(alice, "blocked");
    await picture(onPhone, "blocked-phone");
    await onPhone.page.getByRole("button", { name: "Unblock Bob" }).click();
    for (const device of [alice, onPhone]) await device.page.getByText("You block nobody").waitFor();
    expect((await scene.by.alice.call("block.list", {})).blocks).toEqual([]);
  });

  test("UI-146 what one has reported is listed, with what the admins say as soon as they say it", async () => {
    const { by, ids } = scene;
    for (const device of [alice, onPhone]) {
      await openSettings(device, "reports", "Your reports");
      await device.page.getByText("You have reported nothing").waitFor();
    }
    const comment = "The third time today";
    const { id: report } = await by.alice.call("report.create", { message, reason: "spam", comment });
    await by.alice.call("report.create", { user: ids.bob, reason: "other" });
    await openSettings(alice, "reports", "Your reports");
    await alice.page.getByText("The person Bob").waitFor();
    await alice.page.getByText(comment).waitFor();
    await by.admin.call("report.update", { report, status: "resolved", outcome: "Bob was told off." });
    for (const device of [alice, onPhone]) {
      await device.page.getByText("Bob was told off.").waitFor();
      await device.page.getByText("Dealt with").waitFor();
    }
    await picture(alice, "reports");
    await picture(onPhone, "reports-phone");
  });

  test("UI-147 the time of day is written as the person wishes, everywhere and after a reload", async () => {
    const { page } = alice;
    await openDesign(alice);
    const time = row(alice, "Buy my pills").locator("time").first();
    await time.getByText(/^\d\d:\d\d$/).waitFor();
    await openSettings(alice, "appearance", "Appearance and language");
    await page.getByLabel("Time of day").selectOption({ label: "12 hours: 2:30 pm" });
    await page.getByLabel("The week begins on").selectOption("Sunday");
    await picture(alice, "appearance-times");
    await openDesign(alice);
    await time.getByText(/[ap]m$/).waitFor();
    await openSettings(alice, "appearance", "Appearance and language");
    await holds(page.getByLabel("The week begins on"), "7");
    await page.getByLabel("Time of day").selectOption("As the browser");
  });

  test("UI-147 the next week begins on the day that the person wishes", async () => {
    await openSettings(alice, "notifications", "Notifications");
    await alice.page.getByRole("button", { name: "Until next week" }).click();
    await alice.page.getByText(/Do not disturb until Sunday.* at 08:00/).waitFor();
    await alice.page.getByRole("button", { name: "End", exact: true }).click();
    await alice.page.getByRole("button", { name: "Until next week" }).waitFor();
  });

  test("UI-148 Enter makes a new line and Shift and Enter send, where the person wishes so", async () => {
    const { page } = alice;
    await openSettings(alice, "appearance", "Appearance and language");
    await page.getByRole("switch", { name: "Enter sends" }).uncheck();
    await picture(alice, "appearance-enter");
    await openDesign(alice);
    await composer(alice).fill("One");
    await composer(alice).press("Enter");
    await composer(alice).pressSequentially("two");
    await holds(composer(alice), "One\ntwo");
    await composer(alice).press("Shift+Enter");
    await seesSent(alice, "One");
    await holds(composer(alice), "");
    await page.keyboard.press("Control+/");
    await page.getByRole("dialog").getByText("Shift + Enter").waitFor();
    await page.keyboard.press("Escape");
    await openSettings(alice, "appearance", "Appearance and language");
    await page.getByRole("switch", { name: "Enter sends" }).check();
    await openDesign(alice);
    await composer(alice).fill("Three");
    await composer(alice).press("Enter");
    await seesSent(alice, "Three");
    await composer(alice).fill("Four");
    await composer(alice).press("Control+Enter");
    await seesSent(alice, "Four");
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});

async function openDesign(device: Device): Promise<void> {
  await device.page.goto(scene.server.url);
  await openRoom(device, "design");
}
