import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, choose, comesInSight, holds, openRoom, roomLink, row, say, sees } from "./web-page.ts";
import { type Name, startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let onPhone: Device;
let design: number;
let lobby: number;
let root: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { by, ids } = scene;
  const members = [ids.alice, ids.bob, ids.carol];
  design = (await by.admin.call("room.create", { kind: "group", name: "design", members })).id;
  lobby = (await by.admin.call("room.create", { kind: "channel", public: true, name: "lobby", members })).id;
  root = (await tell("alice", "Which colour shall the **door** have?")).id;
  alice = await scene.open("alice");
  onPhone = await scene.open("alice", "/", phone);
});
afterAll(() => scene?.end());

const tell = (name: Name, text: string, more: object = {}, room = design) =>
  scene.by[name].call("message.send", { room, text, client_id: crypto.randomUUID(), ...more });
const answer = (name: Name, text: string, more: object = {}) =>
  tell(name, text, { reply_to: root, in_thread: true, ...more });

const thread = ({ page }: Device): Locator => page.getByRole("complementary", { name: "Thread" });
const inThread = (device: Device, text: string): Locator =>
  thread(device).locator("article", { hasText: text }).last();
const inRoom = ({ page }: Device, text: string): Locator =>
  page.getByRole("region").locator("article", { hasText: text });
const mark = (device: Device): Locator =>
  roomLink(device, "design").getByRole("img", { name: /in a thread/ });
const line = ({ page }: Device): Locator =>
  page.getByRole("main").getByRole("link", { name: /in a thread$/ });
const entry = ({ page }: Device, text: string): Locator =>
  page.getByRole("main").getByRole("listitem").filter({ hasText: text });

async function openInbox({ page }: Device, part: string): Promise<void> {
  await page.goto(`${scene.server.url}/`);
  await page.getByRole("link", { name: "Inbox" }).click();
  await page.getByRole("navigation", { name: "Inbox" }).getByRole("link", { name: part }).click();
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("followed threads and the inbox (Chromium)", () => {
  test("UI-112 where nothing waits the inbox says so", async () => {
    for (const device of [alice, onPhone]) {
      await openInbox(device, "Unread rooms");
      await device.page.getByText("Everything is read.").waitFor();
      await openInbox(device, "Mentions");
      await device.page.getByText("Nobody has mentioned you yet.").waitFor();
      await openInbox(device, "Threads");
      await device.page.getByText("You follow no threads yet.").waitFor();
      await device.page.goto(`${scene.server.url}/`);
    }
  });

  test("UI-110 what is new in a followed thread shows at its room, and looking at it takes that away everywhere", async () => {
    await answer("bob", "I am for green.");
    for (const device of [alice, onPhone]) await mark(device).waitFor();
    await openRoom(alice, "design");
    await sees(alice, "Which colour");
    await picture(alice, "thread-mark");
    await picture(onPhone, "thread-mark-phone");
    // It stands in its thread alone.
    expect(await inRoom(alice, "I am for green.").count()).toBe(0);
    await line(alice).click();
    await inThread(alice, "I am for green.").waitFor();
    for (const device of [alice, onPhone]) await mark(device).waitFor({ state: "detached" });
    await line(alice).waitFor({ state: "detached" });
  });

  test("UI-111 a thread is followed or no more by a press in it, with what of it is told", async () => {
    await thread(alice).getByRole("button", { name: "Following: All answers" }).click();
    await picture(alice, "thread-follow-menu");
    await alice.page.getByRole("menuitem", { name: "Mentions only" }).click();
    await thread(alice).getByRole("button", { name: "Following: Mentions only" }).click();
    await alice.page.getByRole("menuitem", { name: "Do not follow" }).click();
    const follow = thread(alice).getByRole("button", { name: "Follow this thread" });
    await follow.waitFor();
    await answer("bob", "Nobody hears this.");
    await inThread(alice, "Nobody hears this.").waitFor();
    await follow.click();
    await thread(alice).getByRole("button", { name: "Following: All answers" }).waitFor();
    await thread(alice).getByRole("button", { name: "Close thread" }).click();
    await thread(alice).waitFor({ state: "detached" });
  });

  test("UI-113 an answer stands in its thread alone, or in the room too, where it leads to the thread", async () => {
    await choose(alice, "Which colour", "Answer in a thread");
    const box = thread(alice).getByRole("textbox", { name: "Answer in the thread" });
    const send = thread(alice).getByRole("button", { name: "Send", exact: true });
    await box.fill("Said aside");
    await send.click();
    await inThread(alice, "Said aside").and(alice.page.locator("[data-message]")).waitFor();
    const also = thread(alice).getByRole("checkbox", { name: "Also send to the room" });
    await also.check();
    await box.fill("Said aloud");
    await send.click();
    await inThread(alice, "Said aloud").getByText("Also in the room").waitFor();
    await inRoom(alice, "Said aloud").waitFor();
    expect(await also.isChecked()).toBe(false);
    expect(await inRoom(alice, "Said aside").count()).toBe(0);
    await picture(alice, "thread-also");
    await openRoom(onPhone, "design");
    await inRoom(onPhone, "Said aloud").waitFor();
    expect(await inRoom(onPhone, "Said aside").count()).toBe(0);
    await picture(onPhone, "thread-also-phone");
    await inRoom(onPhone, "Said aloud").getByRole("button", { name: "Show its thread" }).click();
    await inThread(onPhone, "Said aside").waitFor();
    await picture(onPhone, "thread-also-phone-panel");
    const { messages } = await scene.by.bob.call("message.list", { room: design, limit: 100 });
    expect(messages.filter(({ text }) => text.startsWith("Said")).length).toBe(2);
    await onPhone.page.goto(`${scene.server.url}/`);
  });

  test("UI-113 a link to an answer that stands in a thread alone leads there and marks it", async () => {
    const { messages } = await scene.by.alice.call("message.replies", { message: root });
    const aside = messages.find(({ text }) => text === "Said aside")?.id;
    await alice.page.goto(`${scene.server.url}/rooms/${design}?message=${aside}`);
    await thread(alice).locator("article.bg-note\\!", { hasText: "Said aside" }).waitFor();
    await thread(alice).getByRole("button", { name: "Close thread" }).click();
  });

  test("UI-112 unread rooms, mentions and threads are listed, each leads to what is new and marks it", async () => {
    await alice.page.goto(`${scene.server.url}/inbox`);
    await tell("bob", "Hello everybody", {}, lobby);
    await tell("bob", "Look at this @alice", { mentions: [scene.ids.alice] }, lobby);
    for (let count = 1; count <= 60; count++) await answer("carol", `Shade ${count}`);
    await answer("bob", "What do you say @alice?", { mentions: [scene.ids.alice] });
    await entry(alice, "lobby").getByText("2 unread, one mention").waitFor();
    await picture(alice, "inbox");
    await alice.page.getByRole("link", { name: "Mentions" }).click();
    await entry(alice, "What do you say").waitFor();
    await entry(alice, "Look at this").waitFor();
    await picture(alice, "inbox-mentions");
    await alice.page.getByRole("link", { name: "Threads" }).click();
    await entry(alice, "Which colour").getByText("30+ new").waitFor();
    await entry(alice, "Bob: What do you say").waitFor();
    await picture(alice, "inbox-threads");
    await openInbox(onPhone, "Threads");
    await entry(onPhone, "Which colour").waitFor();
    await picture(onPhone, "inbox-threads-phone");
    await openInbox(onPhone, "Mentions");
    await entry(onPhone, "What do you say").getByRole("link").click();
    const named = thread(onPhone).locator("article.bg-note\\!", { hasText: "What do you say" });
    await named.waitFor();
    await comesInSight(named);
    await openInbox(onPhone, "Mentions");
    await entry(onPhone, "Look at this").getByRole("link").click();
    await onPhone.page.locator("article.bg-note\\!", { hasText: "Look at this" }).waitFor();
    await comesInSight(row(onPhone, "Look at this"));
    await onPhone.page.goto(`${scene.server.url}/`);
    await answer("bob", "One more");
    await entry(alice, "Which colour").getByText("1 new").waitFor();
    await entry(alice, "Which colour").getByRole("link").click();
    await thread(alice).locator("article.bg-note\\!", { hasText: "One more" }).waitFor();
    await openInbox(alice, "Threads");
    await entry(alice, "Which colour").waitFor();
    expect(await entry(alice, "Which colour").getByText(/new$/).count()).toBe(0);
  });

  test("UI-110 a mention in a thread is counted at its room, and in the title", async () => {
    await alice.page.goto(`${scene.server.url}/`);
    await answer("bob", "Still there @alice?", { mentions: [scene.ids.alice] });
    await roomLink(alice, "design").getByText("1", { exact: true }).waitFor();
    await alice.page.waitForFunction(() => document.title.startsWith("(1)"));
    await openRoom(alice, "design");
    await line(alice).click();
    await inThread(alice, "Still there").waitFor();
    await alice.page.waitForFunction(() => !document.title.startsWith("("));
    await thread(alice).getByRole("button", { name: "Close thread" }).click();
    await say(alice, "Thank you all");
    await sees(alice, "Thank you all");
  });

  test("UI-114 words that count as a mention, and quiet hours, are chosen for all devices at once", async () => {
    for (const device of [alice, onPhone])
      await device.page.goto(`${scene.server.url}/settings/notifications`);
    const { page } = alice;
    const words = page.getByRole("textbox", { name: "Words that count as a mention" });
    for (const word of ["tent", "large table"]) {
      await words.fill(word);
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await onPhone.page.getByRole("list", { name: "Words that count" }).getByText(word).waitFor();
    }
    await page.getByRole("button", { name: "Remove large table" }).click();
    await onPhone.page.getByText("large table").waitFor({ state: "detached" });
    await page.getByRole("switch", { name: "Do not disturb at certain hours" }).check();
    const until = (device: Device) =>
      device.page.getByRole("group", { name: "Do not disturb at certain hours" }).getByLabel("Until");
    await until(alice).fill("06:30");
    await holds(until(onPhone), "06:30");
    const sunday = (device: Device) => device.page.getByRole("checkbox", { name: "Sun" });
    await sunday(alice).uncheck();
    await becomes(
      () => sunday(onPhone).isChecked(),
      (is) => !is,
    );
    await picture(alice, "notify-hours");
    await sunday(onPhone).scrollIntoViewIfNeeded();
    await picture(onPhone, "notify-hours-phone");
    await tell("bob", "Who brings the TENT?", {}, lobby);
    await openInbox(alice, "Mentions");
    await entry(alice, "Who brings the TENT?").waitFor();
    await scene.by.alice.call("notification.set_default", {
      ...{ level: "mentions", muted_until: null, quiet_hours: null, keywords: [] },
    });
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
