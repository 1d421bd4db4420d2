import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, choose, comesInSight, openRoom, roomLink, row, sees } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;
let lobby: number;
let design: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const members = [scene.ids.bob, scene.ids.alice];
  lobby = (await scene.by.admin.call("room.create", { kind: "channel", name: "lobby", members })).id;
  design = (await scene.by.admin.call("room.create", { kind: "group", name: "design", members })).id;
  await told(lobby, 20);
  await told(design, 2);
  for (const by of [scene.by.alice, scene.by.bob]) {
    for (const room of [lobby, design]) await by.call("receipt.read", { room, seq: said + 20 });
  }
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
});
afterAll(() => scene?.end());

let said = 0;
/** The admin says so much, in several lines; the answer is the last text. */
async function told(room: number, count: number): Promise<string> {
  for (let left = count; left > 0; left--) {
    said += 1;
    const text = `Line ${said}.${"\nand more".repeat(said % 4)}`;
    await scene.by.admin.call("message.send", { room, text, client_id: `line-${said}` });
  }
  return `Line ${said}.`;
}

const unreadOf = (device: Device, room: string): Locator =>
  roomLink(device, room).getByRole("img", { name: /unread/ });
/** Opened before all that is new in it is known, a room may be at its end. */
const knowsNew = (device: Device, room: string, count: number) =>
  roomLink(device, room)
    .getByRole("img", { name: `${count} unread` })
    .waitFor();
const isRead = (device: Device, room: string) => unreadOf(device, room).waitFor({ state: "detached" });

const distanceToEnd = ({ page }: Device) =>
  page.getByRole("log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);

/** In how many frames of a page a room, or the title, tells of something unread, from now on. */
async function watchUnread({ page }: Device, room: number) {
  await page.evaluate((id) => {
    const frames = { all: 0, unread: 0 };
    Object.assign(globalThis, { frames });
    const look = () => {
      frames.all += 1;
      const isDotted = document.querySelector(`[data-room="${id}"] [aria-label*=unread]`) !== null;
      if (isDotted || document.title.startsWith("(")) frames.unread += 1;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, room);
  return () =>
    page.evaluate(() => (globalThis as unknown as { frames: { all: number; unread: number } }).frames);
}

async function chooseReading(device: Device, label: string, option: string): Promise<void> {
  await device.page.goto(`${scene.server.url}/settings/reading`);
  await device.page.getByLabel(label).selectOption(option);
  await device.page
    .getByRole("link", { name: "All settings" })
    .or(device.page.getByRole("link", { name: "Back to the chats" }))
    .first()
    .waitFor();
  await device.page.goto(scene.server.url);
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("reading as one likes, on a desk and on a phone (Chromium)", () => {
  test("UI-105 a room with something new opens at its end for whoever chose that", async () => {
    await chooseReading(alice, "A room with something new opens", "At the newest message");
    await unreadOf(alice, "lobby").waitFor({ state: "detached" });
    const last = await told(lobby, 60);
    await knowsNew(alice, "lobby", 60);
    await openRoom(alice, "lobby");
    await comesInSight(row(alice, last));
    await becomes(
      () => distanceToEnd(alice),
      (distance) => distance < 2,
    );
    await alice.page.getByText("60 new messages").waitFor();
    await alice.page.getByRole("button", { name: "Jump" }).click();
    await comesInSight(alice.page.getByText("New", { exact: true }).and(alice.page.locator("span")));
    await isRead(alice, "lobby");
    await chooseReading(alice, "A room with something new opens", "At the first new message");
  });

  test("UI-105 for whoever chose so a room is read at its end only, or by hand only", async () => {
    await chooseReading(alice, "Messages are marked as read", "When the end of the room is reached");
    await isRead(alice, "lobby");
    await told(lobby, 60);
    await knowsNew(alice, "lobby", 60);
    await openRoom(alice, "lobby");
    await comesInSight(alice.page.getByText("New", { exact: true }).and(alice.page.locator("span")));
    const { read } = await scene.by.alice.call("room.get", { room: lobby });
    await alice.page.getByRole("log").hover();
    await alice.page.mouse.wheel(0, 200);
    expect((await scene.by.alice.call("room.get", { room: lobby })).read).toBe(read);
    await alice.page.getByRole("button", { name: /To the newest message/ }).click();
    await isRead(alice, "lobby");
    await chooseReading(alice, "Messages are marked as read", "Only when I say so");
    await picture(alice, "reading-chats");
    await openRoom(alice, "lobby");
    const news = await told(lobby, 1);
    await sees(alice, news);
    await unreadOf(alice, "lobby").waitFor();
    await comesInSight(row(alice, news));
    await alice.page.getByRole("textbox", { name: "Message", exact: true }).focus();
    await alice.page.keyboard.press("Escape");
    await isRead(alice, "lobby");
  });

  test("UI-106 Escape calls the open room read, and that can be taken back", async () => {
    await sees(alice, await told(lobby, 1));
    await unreadOf(alice, "lobby").waitFor();
    await alice.page.getByRole("log").focus();
    await alice.page.keyboard.press("Escape");
    await isRead(alice, "lobby");
    await alice.page.getByText("One room is marked as read.").last().waitFor();
    await picture(alice, "reading-undo");
    await alice.page.getByRole("button", { name: "Undo" }).last().click();
    await unreadOf(alice, "lobby").waitFor();
    await alice.page.getByRole("button", { name: "What to do with the room" }).click();
    await alice.page.keyboard.press("Escape");
    await unreadOf(alice, "lobby").waitFor();
    await alice.page.getByRole("button", { name: "What to do with the room" }).click();
    await alice.page.getByRole("menuitem", { name: "Mark all as read" }).click();
    await isRead(alice, "lobby");
    await chooseReading(alice, "Messages are marked as read", "When they have been on the screen");
  });

  test("UI-106 on a phone one room or all are called read from the list, and that can be taken back", async () => {
    await told(design, 2);
    await unreadOf(bob, "lobby").waitFor();
    await unreadOf(bob, "design").waitFor();
    await roomLink(bob, "design").click({ button: "right" });
    await bob.page.getByRole("menuitem", { name: "Mark as read" }).click();
    await isRead(bob, "design");
    expect(await unreadOf(bob, "lobby").count()).toBe(1);
    await told(design, 1);
    await unreadOf(bob, "design").waitFor();
    await bob.page.getByRole("button", { name: "What to do with the chats" }).click();
    await bob.page.getByRole("menuitem", { name: "Mark all as read" }).click();
    await isRead(bob, "lobby");
    await isRead(bob, "design");
    await bob.page.getByText("2 rooms are marked as read.").waitFor();
    await picture(bob, "reading-all-phone");
    const undo = bob.page
      .getByRole("status")
      .filter({ hasText: "2 rooms" })
      .getByRole("button", { name: "Undo" });
    await undo.last().click();
    await unreadOf(bob, "lobby").waitFor();
    await unreadOf(bob, "design").waitFor();
    await becomes(
      async () => (await scene.by.bob.call("room.get", { room: design })).unread,
      (unread) => unread === 1,
    );
  });

  test("UI-105 the choice has a place among the settings", async () => {
    for (const device of [alice, bob]) await device.page.goto(`${scene.server.url}/settings/reading`);
    await alice.page.getByLabel("Messages are marked as read").waitFor();
    await bob.page.getByLabel("Messages are marked as read").waitFor();
    await picture(alice, "settings-reading");
    await picture(bob, "settings-reading-phone");
  });

  test("CLIENT-16 what is read as it comes is at no moment shown as unread", async () => {
    await alice.page.goto(scene.server.url);
    await told(lobby, 1);
    await unreadOf(alice, "lobby").waitFor();
    await openRoom(alice, "lobby");
    await isRead(alice, "lobby");
    await sees(alice, await told(lobby, 1));
    await alice.page.getByRole("log").focus();
    const frames = await watchUnread(alice, lobby);
    const mentions = [scene.ids.alice];
    for (let count = 1; count <= 40; count++) {
      const text = `@alice ${count}${"\nand more".repeat(count % 4)}`;
      const client_id = `stream-${count}`;
      await scene.by.admin.call("message.send", { room: lobby, text, mentions, client_id });
      if (count % 10 === 0) await sees(alice, `@alice ${count}`);
    }
    const { all, unread } = await frames();
    expect(all).toBeGreaterThan(5);
    expect(unread).toBe(0);
  });

  test("CLIENT-16 what another device marks unread is so here at once, and read again on both", async () => {
    const other = await scene.open("alice", "/", phone);
    await openRoom(alice, "design");
    await isRead(other, "design");
    const news = await told(design, 1);
    await sees(alice, news);
    await isRead(alice, "design");
    await openRoom(other, "design");
    await choose(other, news, "Mark unread");
    await unreadOf(other, "design").waitFor();
    await unreadOf(alice, "design").waitFor();
    await openRoom(alice, "lobby");
    await unreadOf(alice, "design").waitFor();
    await openRoom(alice, "design");
    await isRead(alice, "design");
    await isRead(other, "design");
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
