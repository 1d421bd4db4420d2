import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import {
  add,
  choose,
  comesInSight,
  composer,
  holds,
  openRoom,
  roomLink,
  row,
  say,
  sees,
  seesSent,
} from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
});
afterAll(() => scene?.end());

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("two people chat, on a desk and on a phone (Chromium)", () => {
  test("UI-11 somebody is found by name, and what is said arrives", async () => {
    await add(alice, "New chat");
    await alice.page.getByLabel("Who?").fill("bo");
    await alice.page.getByRole("button", { name: /Bob/ }).click();
    await alice.page.getByRole("heading", { name: "Bob", level: 1 }).waitFor();
    await composer(alice).fill("Welcome, Bob!");
    await alice.page.keyboard.press("Enter");
    await roomLink(bob, "Alice").getByRole("img", { name: "1 unread" }).waitFor();
    await picture(bob, "chat-rooms-phone");
    await openRoom(bob, "Alice");
    await sees(bob, "Welcome, Bob!");
    await composer(bob).fill("Thank you.");
    await composer(bob).press("Enter");
    await composer(bob).pressSequentially("It is quiet here.");
    await bob.page.getByRole("button", { name: "Send", exact: true }).click();
    const text = await row(alice, "Thank you.").getByText("It is quiet here.").innerText();
    expect(text).toBe("Thank you.\nIt is quiet here.");
  });

  test("UI-12 the up arrow changes one's last message; its earlier text can be read", async () => {
    await say(alice, "Son");
    await seesSent(alice, "Son");
    await composer(alice).press("ArrowUp");
    await holds(composer(alice), "Son");
    await picture(alice, "chat-edit");
    await composer(alice).fill("Soon");
    await composer(alice).press("Enter");
    await sees(bob, "Soon");
    await row(bob, "Soon").getByRole("button", { name: "edited" }).click();
    await bob.page.getByRole("dialog").getByText("Son", { exact: true }).waitFor();
    await picture(bob, "chat-history-phone");
    await bob.page.getByRole("button", { name: "Close" }).click();
    await composer(alice).press("ArrowUp");
    await composer(alice).press("Escape");
    await holds(composer(alice), "");
  });

  test("UI-13 deleting asks once, and the message is gone for both", async () => {
    await say(bob, "Oops");
    await sees(alice, "Oops");
    await choose(bob, "Oops", "Delete");
    await picture(bob, "chat-delete-phone");
    await bob.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await choose(bob, "Oops", "Delete");
    await bob.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await sees(alice, "This message was deleted.");
    for (const part of [alice.page.getByRole("log"), alice.page.getByRole("navigation", { name: "Rooms" })]) {
      await part.getByText("Oops").waitFor({ state: "detached" });
    }
  });

  test("UI-14 an answer shows what it answers, and a press on that leads to it", async () => {
    await choose(bob, "Welcome, Bob!", "Reply");
    await say(bob, "Here I am");
    await sees(alice, "Here I am");
    for (let count = 1; count <= 40; count++) {
      await scene.by.alice.call("message.send", {
        room: roomOf(alice),
        text: `Line ${count}`,
        client_id: `line-${count}`,
      });
    }
    await sees(alice, "Line 40");
    await choose(bob, "Line 40", "Reply");
    await say(bob, "The last one");
    await sees(alice, "The last one");
    await scrollTo(alice, "Here I am");
    await row(alice, "Here I am")
      .getByRole("button", { name: /Answer to.*Welcome/ })
      .click();
    const target = alice.page.locator("article", { hasText: "Welcome, Bob!" }).first();
    await target.and(alice.page.locator(".bg-note\\!")).waitFor();
    await comesInSight(target);
    await picture(alice, "chat-quote");
    await alice.page.getByRole("button", { name: /To the newest message/ }).click();
    await row(alice, "The last one").waitFor();
  });

  test("UI-15 reactions say who reacted, and a press joins in or takes back", async () => {
    await row(alice, "The last one").hover();
    await row(alice, "The last one").getByRole("button", { name: "React with 👍" }).click();
    const onPhone = row(bob, "The last one").getByRole("button", { name: "👍, 1 person: Alice" });
    await onPhone.click();
    const both = row(alice, "The last one").getByRole("button", {
      name: /^👍, 2 people: (?:you and Bob|Bob and you)$/,
    });
    await both.waitFor();
    await picture(alice, "chat-reactions");
    await both.click();
    await row(bob, "The last one").getByRole("button", { name: "👍, 1 person: you" }).waitFor();
  });

  test("UI-16 a reaction is found by its name", async () => {
    await row(alice, "The last one").hover();
    await row(alice, "The last one").getByRole("button", { name: "Add reaction" }).click();
    await alice.page.getByRole("searchbox", { name: "Search emoji" }).fill("rocket");
    await picture(alice, "chat-emoji");
    await alice.page.getByRole("dialog").getByRole("button", { name: "rocket" }).click();
    await row(bob, "The last one").getByRole("button", { name: "🚀, 1 person: Alice" }).waitFor();
  });

  test("UI-17 ticks say whether a message was sent, delivered and read, and who read it", async () => {
    await bob.page.getByRole("link", { name: "Rooms" }).click();
    await say(alice, "Have you seen this?");
    await row(alice, "Have you seen this?").getByRole("button", { name: "Delivered" }).waitFor();
    await openRoom(bob, "Alice");
    await sees(bob, "Have you seen this?");
    await row(alice, "Have you seen this?").getByRole("button", { name: "Read", exact: true }).click();
    await alice.page
      .getByRole("dialog")
      .getByRole("listitem")
      .filter({ hasText: "Bob" })
      .getByText(/^Read /)
      .waitFor();
    await picture(alice, "chat-receipts");
    await alice.page.getByRole("button", { name: "Close" }).click();
  });

  test("UI-18 one sees who types and who is there; nothing moves", async () => {
    await alice.page.getByRole("heading", { name: "Bob", level: 1 }).waitFor();
    await alice.page.getByRole("main").getByText("Online", { exact: true }).waitFor();
    const before = await row(alice, "Have you seen this?").boundingBox();
    await composer(bob).pressSequentially("x");
    await alice.page.getByRole("main").getByText("Bob is typing…").waitFor();
    expect(await row(alice, "Have you seen this?").boundingBox()).toEqual(before);
    await picture(alice, "chat-typing");
    await composer(bob).fill("");
    await alice.page.getByText("Bob is typing…").waitFor({ state: "detached" });
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});

function roomOf({ page }: Device): number {
  return Number(new URL(page.url()).pathname.split("/").at(-1));
}

/** By the wheel, as a person does. */
async function scrollTo(device: Device, text: string): Promise<void> {
  await device.page.getByRole("log").hover();
  while ((await row(device, text).count()) === 0) await device.page.mouse.wheel(0, -400);
  await row(device, text).scrollIntoViewIfNeeded();
}
