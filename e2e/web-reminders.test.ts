import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, choose, hasFocus, openRoom, row, sees } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let onPhone: Device;
let design: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene({ movesClock: true });
  const { by, ids } = scene;
  design = (await by.bob.call("room.create", { kind: "group", name: "design", members: [ids.alice] })).id;
  for (const text of ["Could you look at the poster?", "The bus leaves at nine", "Bring the **keys**"]) {
    await by.bob.call("message.send", { room: design, text, client_id: crypto.randomUUID() });
  }
  alice = await scene.open("alice");
  onPhone = await scene.open("alice", "/", phone);
  for (const device of [alice, onPhone]) await openRoom(device, "design");
});
afterAll(() => scene?.end());

function entry({ page }: Device, text: string): Locator {
  return page.getByRole("main").getByRole("listitem").filter({ hasText: text });
}

const dialog = ({ page }: Device) => page.getByRole("dialog", { name: "Remind me of this message" });
const closed = (device: Device) => dialog(device).waitFor({ state: "detached" });

async function openList(device: Device): Promise<void> {
  await device.page.goto(`${scene.server.url}/reminders`);
  await device.page.getByRole("heading", { level: 1, name: "Reminders" }).waitFor();
}

describe.skipIf(!hasBrowser)("reminders (Chromium)", () => {
  test("UI-190 the menu of a message offers times, and the focus comes back", async () => {
    await choose(alice, "poster", "Remind me …");
    await dialog(alice).getByRole("button", { name: "In 20 minutes" }).waitFor();
    await dialog(alice)
      .getByRole("button", { name: /^Tomorrow at 0?9:00/ })
      .waitFor();
    await hasFocus(dialog(alice).getByLabel("Date and time"));
    await picture(alice, "remind-dialog");
    await dialog(alice).getByRole("button", { name: "In one hour" }).click();
    await alice.page.getByText(/^You will be reminded:/).waitFor();
    await closed(alice);
    await hasFocus(
      row(alice, "poster").locator("xpath=ancestor-or-self::*[@role='log' or self::article][1]"),
    );
    await choose(onPhone, "bus leaves", "Remind me …");
    await picture(onPhone, "remind-dialog-phone");
    await dialog(onPhone).getByRole("button", { name: "In 20 minutes" }).click();
    await closed(onPhone);
  });

  test("UI-190 one that is there is shown, given another time, and taken away", async () => {
    await choose(alice, "keys", "Remind me …");
    const field = dialog(alice).getByLabel("Date and time");
    await field.fill("2020-01-01T10:00");
    await dialog(alice).getByRole("button", { name: "Remind me", exact: true }).click();
    await dialog(alice).getByText("Choose a time that is yet to come.").waitFor();
    const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    await field.fill(`${day}T10:30`);
    await dialog(alice).getByRole("button", { name: "Remind me", exact: true }).click();
    await closed(alice);
    await choose(onPhone, "keys", "Remind me …");
    await dialog(onPhone)
      .getByText(/^You will be reminded:/)
      .waitFor();
    await picture(onPhone, "remind-present-phone");
    await dialog(onPhone).getByRole("button", { name: "Do not remind me" }).click();
    await closed(onPhone);
    const { reminders } = await scene.by.alice.call("reminder.list", {});
    expect(reminders.map(({ about }) => about?.text)).toEqual([
      "The bus leaves at nine",
      "Could you look at the poster?",
    ]);
  });

  test("UI-192 at its time the person is told on the page, and over the rooms", async () => {
    scene.server.pass(21 * 60_000);
    await onPhone.page.getByText(/^Reminder: Bob: The bus leaves at nine/).waitFor();
    await picture(onPhone, "reminder-told-phone");
    const due = alice.page.getByRole("link", { name: "1 reminder is due" });
    await due.waitFor();
    await picture(alice, "reminder-due");
    await due.click();
    await entry(alice, "The bus leaves at nine")
      .getByText(/^Due since/)
      .waitFor();
    await entry(alice, "poster").waitFor();
    await picture(alice, "reminders");
    await openList(onPhone);
    await entry(onPhone, "poster").waitFor();
    await picture(onPhone, "reminders-phone");
  });

  test("UI-191 the list goes by what is due, is the same on every device, and leads to the message", async () => {
    const texts = () => onPhone.page.getByRole("main").getByRole("listitem").allInnerTexts();
    const inOrder = (found: string[], ...wanted: string[]) =>
      found.length === wanted.length && wanted.every((text, index) => found[index]?.includes(text));
    await becomes(texts, (found) => inOrder(found, "bus leaves", "poster"));
    await entry(alice, "bus leaves").getByRole("button", { name: "Done" }).click();
    await becomes(texts, (found) => inOrder(found, "poster"));
    await entry(alice, "poster").getByRole("button", { name: "Change" }).click();
    await dialog(alice).getByRole("button", { name: "In three hours" }).click();
    await closed(alice);
    await entry(alice, "poster").getByRole("link").click();
    await sees(alice, "Could you look at the poster?");
  });

  test("UI-191 of a message that is gone nothing is shown but that", async () => {
    const { messages } = await scene.by.alice.call("message.list", { room: design });
    const poster = messages.find(({ text }) => text.includes("poster"));
    await scene.by.bob.call("message.delete", { message: poster?.id ?? 0 });
    scene.server.pass(4 * 3_600_000);
    await alice.page.getByText(/^Reminder: This message is no longer there/).waitFor();
    await openList(alice);
    await entry(alice, "This message is no longer there")
      .getByText(/^Due since/)
      .waitFor();
    expect(await alice.page.getByText("poster").count()).toBe(0);
    await picture(alice, "reminder-gone");
    await entry(alice, "no longer there").getByRole("button", { name: "Done" }).click();
    await alice.page.getByText(/^Nothing to come back to/).waitFor();
    await picture(alice, "reminders-none");
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
