import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, choose, comesInSight, composer, hasFocus, holds, openRoom, say, sees } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;
let design: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const members = [scene.ids.bob, scene.ids.alice];
  design = (await scene.by.admin.call("room.create", { kind: "group", name: "design", members })).id;
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
});
afterAll(() => scene?.end());

const thread = ({ page }: Device): Locator => page.getByRole("complementary", { name: "Thread" });
const inThread = (device: Device, text: string): Locator =>
  thread(device).locator("article", { hasText: text }).last();
const answering = (device: Device): Locator =>
  thread(device).getByRole("textbox", { name: "Answer in the thread" });

/** In the room: answers to it stand after it. */
const question = ({ page }: Device): Locator =>
  page.getByRole("region").locator("article", { hasText: "Which colour" }).first();

async function answer(device: Device, text: string): Promise<void> {
  await answering(device).fill(text);
  await thread(device).getByRole("button", { name: "Send", exact: true }).click();
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("threads, on a desk and on a phone (Chromium)", () => {
  test("UI-101 what is written in a thread answers its message, for both at once", async () => {
    await openRoom(alice, "design");
    await openRoom(bob, "design");
    await say(alice, "Which colour shall the door have?");
    await sees(bob, "Which colour");
    await choose(alice, "Which colour", "Answer in a thread");
    await thread(alice).getByText("Nobody has answered yet.").waitFor();
    await hasFocus(answering(alice));
    await answer(alice, "I am for green.");
    await inThread(alice, "I am for green.").and(alice.page.locator("[data-message]")).waitFor();
    await question(bob)
      .getByRole("button", { name: /^One reply, last at / })
      .click();
    await inThread(bob, "I am for green.").waitFor();
    await answer(bob, "Blue, as the sky.");
    await inThread(alice, "Blue, as the sky.").waitFor();
    await thread(alice).getByText("2 replies", { exact: true }).waitFor();
    await question(alice)
      .getByRole("button", { name: /^2 replies, last at \d/ })
      .waitFor({ state: "attached" });
    await picture(alice, "thread");
    await picture(bob, "thread-phone");
    expect(
      await inThread(alice, "Blue")
        .getByRole("button", { name: /Answer to/ })
        .count(),
    ).toBe(0);
    await sees(alice, "Blue, as the sky.");
  });

  test("UI-100 a thread has an address, goes with Escape and comes with T and with Back", async () => {
    const { page } = alice;
    expect(new URL(page.url()).pathname).toMatch(new RegExp(`^/rooms/${design}/threads/\\d+$`));
    await answering(alice).press("Escape");
    await thread(alice).waitFor({ state: "detached" });
    await hasFocus(question(alice).locator("[data-thread]"));
    await page.goBack();
    await inThread(alice, "Blue, as the sky.").waitFor();
    await page.reload();
    await inThread(alice, "Blue, as the sky.").waitFor();
    await thread(alice).getByRole("button", { name: "Close thread" }).click();
    await thread(alice).waitFor({ state: "detached" });
    await question(alice).focus();
    await page.keyboard.press("t");
    await inThread(alice, "I am for green.").waitFor();
    await page.getByRole("button", { name: "Details" }).click();
    await thread(alice).waitFor({ state: "detached" });
    await page.getByRole("complementary", { name: "Details" }).waitFor();
    await page.goBack();
    await inThread(alice, "I am for green.").waitFor();
  });

  test("UI-100 on a phone the thread covers the room, and leads to its message there", async () => {
    const box = await thread(bob).boundingBox();
    expect(box).toEqual({ x: 0, y: 0, width: 390, height: 844 });
    expect(await composer(bob).isVisible()).toBe(false);
    await thread(bob).getByRole("button", { name: "Show in the room" }).click();
    await thread(bob).waitFor({ state: "detached" });
    await question(bob).and(bob.page.locator(".bg-note\\!")).waitFor();
    await bob.page.goBack();
    await inThread(bob, "I am for green.").waitFor();
  });

  test("UI-101 what was begun in a thread is there again, apart from what was begun in the room", async () => {
    await answering(alice).fill("Or else");
    await composer(alice).fill("By the way");
    await alice.page.getByRole("navigation", { name: "Rooms" }).getByText("By the way").waitFor();
    await composer(alice).fill("");
    await alice.page.getByRole("navigation", { name: "Rooms" }).getByText("Draft in a thread:").waitFor();
    await alice.page.reload();
    await holds(answering(alice), "Or else");
    await holds(composer(alice), "");
    await answer(alice, "Or else red?");
    await inThread(bob, "Or else red?").waitFor();
    await holds(answering(alice), "");
  });

  test("UI-101 more answers than a page are read as far back as one goes, and the rest stands still", async () => {
    const parent = Number(new URL(alice.page.url()).pathname.split("/").at(-1));
    for (let count = 1; count <= 60; count++) {
      await scene.by.bob.call("message.send", {
        ...{ room: design, reply_to: parent, text: `Shade ${count}`, client_id: `shade-${count}` },
      });
    }
    await inThread(alice, "Shade 60").waitFor();
    await comesInSight(inThread(alice, "Shade 60"));
    await alice.page.reload();
    await comesInSight(inThread(alice, "Shade 60"));
    expect(await inThread(alice, "I am for green.").count()).toBe(0);
    const earlier = thread(alice).getByRole("button", { name: "Show earlier answers" });
    await earlier.scrollIntoViewIfNeeded();
    const before = (await inThread(alice, "Shade 12").boundingBox())?.y ?? 0;
    await earlier.click();
    await inThread(alice, "I am for green.").waitFor({ state: "attached" });
    const moved = await becomes(
      async () => Math.abs(((await inThread(alice, "Shade 12").boundingBox())?.y ?? 0) - before),
      (distance) => distance <= 1,
    );
    expect(moved).toBeLessThanOrEqual(1);
  });

  test("UI-102 a thread whose message is deleted says so, keeps its answers and lets the draft go", async () => {
    await answering(bob).fill("Never to be said");
    await bob.page
      .getByRole("complementary", { name: "Thread" })
      .getByRole("button", { name: "Close thread" })
      .click();
    await thread(bob).waitFor({ state: "detached" });
    const parent = Number(new URL(alice.page.url()).pathname.split("/").at(-1));
    await scene.by.alice.call("message.delete", { message: parent });
    await thread(alice).getByText("This message was deleted.").waitFor();
    await thread(alice).getByText("The message was deleted: its thread can be read").waitFor();
    await inThread(alice, "Shade 60").waitFor();
    expect(await answering(alice).count()).toBe(0);
    await bob.page.getByRole("link", { name: "Rooms" }).click();
    await bob.page.getByText("Shade 60").waitFor();
    expect(await bob.page.getByText("Never to be said").count()).toBe(0);
    await picture(alice, "thread-deleted");
  });

  test("UI-102 a thread that is not there says so and leads back", async () => {
    await alice.page.goto(`${scene.server.url}/rooms/${design}/threads/999999`);
    await thread(alice).getByText("This message does not exist any more").waitFor();
    await picture(alice, "thread-gone");
    await thread(alice).getByRole("button", { name: "Close thread" }).click();
    await thread(alice).waitFor({ state: "detached" });
    await composer(alice).waitFor();
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
