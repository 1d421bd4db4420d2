import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, composer, hasFocus, holds, openRoom, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let onPhone: Device;
let bob: Device;
let design: number;
let team: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { by, ids } = scene;
  const group = { kind: "group" as const, members: [ids.alice] };
  design = (await by.bob.call("room.create", { ...group, name: "design" })).id;
  team = (await by.bob.call("room.create", { ...group, name: "team" })).id;
  for (const room of [design, team]) {
    await by.bob.call("message.send", { room, text: "Welcome", client_id: crypto.randomUUID() });
  }
  alice = await scene.open("alice");
  onPhone = await scene.open("alice", "/", phone);
  bob = await scene.open("bob");
});
afterAll(() => scene?.end());

function entry({ page }: Device, text: string): Locator {
  return page.getByRole("main").getByRole("listitem").filter({ hasText: text });
}

const later = ({ page }: Device) => page.getByRole("button", { name: "Send later" });
/** What a field for a date and a time holds: the pages are in UTC. */
const inDays = (days: number, time: string) =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T${time}`;

async function chooseTime(device: Device, text: string, what: RegExp): Promise<void> {
  await composer(device).fill(text);
  await later(device).click();
  await device.page.getByRole("menuitem", { name: what }).click();
}

async function putBy(text: string, room: number, milliseconds: number): Promise<void> {
  const send_at = new Date(Date.now() + milliseconds).toISOString();
  await scene.by.alice.call("scheduled.create", { room, text, send_at, client_id: crypto.randomUUID() });
}

describe.skipIf(!hasBrowser)("messages that are sent later (Chromium)", () => {
  test("UI-180 beside the button that sends another one offers times, as soon as something is written", async () => {
    for (const device of [onPhone, alice]) {
      await openRoom(device, "design");
      await sees(device, "Welcome");
      await later(device).waitFor({ state: "detached" });
      await composer(device).fill("Good morning, everybody");
      await later(device).click();
      await device.page.getByRole("menuitem", { name: /^In one hour/ }).waitFor();
      await device.page.getByRole("menuitem", { name: /^Tomorrow at 0?9:00/ }).waitFor();
      await picture(device, device === alice ? "later-menu" : "later-menu-phone");
      if (device === alice) break;
      await device.page.keyboard.press("Escape");
      await composer(device).fill("");
    }
    await alice.page.getByRole("menuitem", { name: /^Tomorrow at/ }).click();
    await alice.page.getByText(/^Will be sent:/).waitFor();
    await holds(composer(alice), "");
    for (const device of [alice, onPhone]) {
      await device.page.getByRole("link", { name: /^Sent later:/ }).waitFor();
    }
    await picture(alice, "later-line");
    await picture(onPhone, "later-line-phone");
    expect(await bob.page.getByText("Good morning, everybody").count()).toBe(0);
  });

  test("UI-180 any time to come can be chosen, and one that has passed is refused where it was typed", async () => {
    await chooseTime(alice, "A word for **Friday**", /^Choose date and time/);
    const dialog = alice.page.getByRole("dialog");
    const field = dialog.getByLabel("Date and time");
    await hasFocus(field);
    await dialog.getByText("In your time zone: UTC").waitFor();
    await field.fill(inDays(-1, "10:30"));
    await dialog.getByRole("button", { name: "Send later" }).click();
    await dialog.getByText("Choose a time that is yet to come.").waitFor();
    await picture(alice, "later-time");
    await field.fill(inDays(5, "10:30"));
    await dialog.getByRole("button", { name: "Send later" }).click();
    await dialog.waitFor({ state: "detached" });
    await holds(composer(alice), "");
    await alice.page.getByRole("link", { name: /^2 are sent later, the next:/ }).waitFor();
  });

  test("UI-180 what has files is not sent later, and that is said", async () => {
    await openRoom(alice, "team");
    await composer(alice).fill("With a file");
    await alice.page
      .locator("input[type=file]")
      .first()
      .setInputFiles({
        ...{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("notes") },
      });
    await alice.page.getByText("notes.txt").first().waitFor();
    await later(alice).click();
    await alice.page.getByText(/^Files cannot be sent later/).waitFor();
    await alice.page.getByRole("button", { name: "Send", exact: true }).click();
    await seesSent(alice, "With a file");
  });

  test("UI-181 the list of a room and of all, by time, is the same on every device", async () => {
    await putBy("In the other room", team, 3_600_000);
    await openRoom(alice, "design");
    await alice.page.getByRole("link", { name: /^2 are sent later/ }).click();
    await alice.page.getByRole("heading", { level: 1, name: /Scheduled messages/ }).waitFor();
    await entry(alice, "Good morning, everybody").waitFor();
    await entry(alice, "A word for Friday").waitFor();
    expect(await entry(alice, "In the other room").count()).toBe(0);
    await picture(alice, "later-room");
    await alice.page.getByRole("link", { name: "Show 1 more in other rooms" }).click();
    await entry(alice, "In the other room").waitFor();
    await onPhone.page.goto(`${scene.server.url}/`);
    await onPhone.page.getByRole("button", { name: "What to do with the chats" }).click();
    await onPhone.page.getByRole("menuitem", { name: "Scheduled messages" }).click();
    await becomes(
      () => onPhone.page.getByRole("main").getByRole("listitem").allInnerTexts(),
      (texts) =>
        ["In the other room", "Good morning", "A word for"].every((text, at) => texts[at]?.includes(text)),
    );
    await picture(onPhone, "later-list-phone");
  });

  test("UI-181 an entry gets another text and time, is not sent, or sent at once", async () => {
    await entry(alice, "A word for Friday").getByRole("button", { name: "Change" }).click();
    const dialog = alice.page.getByRole("dialog");
    await holds(dialog.getByLabel("Date and time"), inDays(5, "10:30"));
    await dialog.getByLabel("Message").fill("A word for Saturday");
    await dialog.getByLabel("Date and time").fill(inDays(6, "11:00"));
    await picture(alice, "later-change");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await entry(onPhone, "A word for Saturday").waitFor();
    await entry(alice, "Good morning").getByRole("button", { name: "Do not send" }).click();
    await entry(onPhone, "Good morning").waitFor({ state: "detached" });
    await alice.page.getByRole("button", { name: "Undo" }).click();
    await entry(onPhone, "Good morning").waitFor();
    await entry(alice, "A word for Saturday").getByRole("button", { name: "Send now" }).click();
    await entry(onPhone, "A word for Saturday").waitFor({ state: "detached" });
    await openRoom(bob, "design");
    await sees(bob, "A word for Saturday");
  });

  test("UI-182 at its time it is a message, for everybody and at once", async () => {
    await alice.page.goto(`${scene.server.url}/rooms/${team}`);
    await sees(alice, "With a file");
    await putBy("Said by itself", team, 1_500);
    await seesSent(alice, "Said by itself");
    await openRoom(bob, "team");
    await sees(bob, "Said by itself");
    await alice.page.getByRole("link", { name: /^Sent later:/ }).waitFor();
  });

  test("UI-182 what could not be sent says why, in its room and in the list, and can be changed", async () => {
    await putBy("Too late", team, 1_500);
    await scene.by.bob.call("room.archive", { room: team, archived: true });
    await alice.page.goto(`${scene.server.url}/scheduled`);
    await entry(alice, "Too late").getByText("Not sent: the room is archived.").waitFor();
    await picture(alice, "later-failed");
    await scene.by.bob.call("room.archive", { room: team, archived: false });
    await alice.page.goto(`${scene.server.url}/rooms/${team}`);
    await alice.page.getByRole("link", { name: /^1 message could not be sent/ }).waitFor();
    await picture(alice, "later-failed-line");
    await onPhone.page.goto(`${scene.server.url}/scheduled?room=${team}`);
    await entry(onPhone, "Too late").waitFor();
    await picture(onPhone, "later-failed-phone");
    await entry(onPhone, "Too late").getByRole("button", { name: "Send now" }).click();
    await sees(alice, "Too late");
  });

  test("UI-181 where nothing waits it is said how to", async () => {
    await bob.page.goto(`${scene.server.url}/scheduled`);
    await bob.page.getByText("Nothing waits to be sent").waitFor();
    await picture(bob, "later-empty");
    await bob.page.goto(`${scene.server.url}/rooms/${team}`);
    await say(bob, "Still here");
    await seesSent(bob, "Still here");
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
