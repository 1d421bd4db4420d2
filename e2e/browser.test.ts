import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { type Device, desktop, fillForm, hasBrowser, launch, openDevice, phone, picture } from "./browser.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let browser: Browser;
let admin: Device;
let bob: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  server = await startServer({ unclaimed: true });
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

const account = (name: string) => ({
  "Name that others see": name,
  "User name": name.toLowerCase(),
  "E-mail": `${name.toLowerCase()}@example.org`,
  Password: `${name} has a long password`,
});

async function say(device: Device, text: string): Promise<void> {
  await device.page.getByLabel("Message", { exact: true }).fill(text);
  await device.page.keyboard.press("Enter");
}

async function sees({ page }: Device, text: string): Promise<void> {
  await page.getByRole("log").getByText(text, { exact: true }).waitFor();
}

async function choose({ page }: Device, text: string, what: string): Promise<void> {
  const message = page.locator(".message", { hasText: text }).last();
  await message.locator("summary").click();
  await message.getByRole("button", { name: what }).click();
}

function isInSight(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("the first page in a browser (Chromium)", () => {
  test("PAGE-4 the set-up link makes the first admin", async () => {
    const [link] = /http:\S+\/setup#code=\S+/.exec(server.output()) ?? [];
    const outsider = await openDevice(browser, server.url, desktop);
    await outsider.page.getByText("This server is not set up yet").waitFor();
    await outsider.context.close();
    admin = await openDevice(browser, link ?? "", desktop);
    await picture(admin, "setup");
    await fillForm(admin.page, { "Name of this server": "The lobby", ...account("Admin") });
    await admin.page.getByText("Choose a room, or make one.").waitFor();
    expect(new URL(admin.page.url()).hash).toBe("");
    await picture(admin, "empty");
  });

  test("PAGE-4 an invite link makes an account", async () => {
    await admin.page.getByRole("button", { name: "Invite" }).click();
    const link = await admin.page.getByLabel("Invite link").inputValue();
    await picture(admin, "invite");
    await admin.page.getByRole("button", { name: "Close" }).click();
    bob = await openDevice(browser, link, phone);
    await bob.page.getByText("Join The lobby").waitFor();
    await picture(bob, "invited");
    await fillForm(bob.page, { ...account("Bob"), Password: "short" });
    await bob.page.getByRole("alert").getByText("password").waitFor();
    await fillForm(bob.page, account("Bob"));
    await bob.page.getByRole("button", { name: "Sign out" }).waitFor();
    expect(await bob.page.getByRole("button", { name: "Invite" }).count()).toBe(0);
  });

  test("PAGE-5 two people chat live, on a desk and on a phone", async () => {
    await admin.page.getByRole("button", { name: "New chat" }).click();
    await admin.page.getByRole("button", { name: "Bob (bob)" }).click();
    await say(admin, "Welcome, Bob!");
    const inList = bob.page.getByRole("link", { name: "Admin" });
    await inList.getByRole("img", { name: "1 unread" }).waitFor();
    await picture(bob, "rooms-phone");
    await inList.click();
    await sees(bob, "Welcome, Bob!");
    await say(bob, "Thank you. It is quiet here.\nThat will change.");
    await sees(admin, "Thank you. It is quiet here. That will change.");
    await choose(admin, "Thank you", "👍");
    await bob.page.getByRole("button", { name: "👍 1" }).waitFor();
    await choose(admin, "Thank you", "Reply");
    await say(admin, "Soon");
    await bob.page.locator("blockquote", { hasText: "Bob: Thank you." }).waitFor();
    await choose(admin, "Soon", "Edit");
    await say(admin, "Very soon");
    await sees(bob, "Very soon");
    await bob.page.getByLabel("Message", { exact: true }).pressSequentially("x");
    await admin.page.getByRole("status").getByText("Bob typing").waitFor();
    await admin.page.getByText("online", { exact: true }).waitFor();
    for (const device of [admin, bob]) await picture(device, device === bob ? "chat-phone" : "chat-desk");
    await bob.page.getByLabel("Message", { exact: true }).fill("");
  });

  test("PAGE-5 a deleted message is gone for both", async () => {
    await say(bob, "Oops");
    await sees(admin, "Oops");
    bob.page.once("dialog", (dialog) => dialog.accept());
    await choose(bob, "Oops", "Delete");
    await sees(admin, "This message was deleted.");
    expect(await admin.page.getByText("Oops").count()).toBe(0);
  });

  test("PAGE-6 a room with several people, and its older messages", async () => {
    await admin.page.getByRole("button", { name: "New room" }).click();
    await admin.page.getByLabel("Name", { exact: true }).fill("design");
    await admin.page.getByLabel("Bob (bob)").check();
    await picture(admin, "new-room");
    await admin.page.getByRole("button", { name: "Make room" }).click();
    await admin.page.getByRole("heading", { name: "# design" }).waitFor();
    for (let count = 1; count <= 60; count++) await say(admin, `Sketch ${count}`);
    await sees(admin, "Sketch 60");
    await bob.page.getByRole("link", { name: "Rooms" }).click();
    await bob.page.getByRole("link", { name: "# design" }).getByRole("img", { name: "60 unread" }).waitFor();
    await bob.page.reload();
    await bob.page.getByRole("link", { name: "# design" }).click();
    await sees(bob, "Sketch 60");
    expect(await bob.page.getByText("Sketch 1", { exact: true }).count()).toBe(0);
    await bob.page.getByText("Show older messages").click();
    await sees(bob, "Sketch 1");
    expect(await bob.page.locator(".message").count()).toBe(60);
    await picture(bob, "older-phone");
  });

  test("PAGE-7 what is written without a connection is kept, over the end of the page too", async () => {
    await server.kill();
    await say(bob, "Is anybody there?");
    await bob.page.locator(".message.is-queued").waitFor();
    await bob.page.getByText("No connection.").waitFor();
    expect(await bob.page.locator(".message.is-queued").evaluate(isInSight)).toBe(true);
    await picture(bob, "offline-phone");
    await bob.page.close();
    await server.start();
    // As when somebody comes back to their desk: else it returns at a moment of chance.
    await admin.page.evaluate(() => dispatchEvent(new Event("online")));
    bob.page = await bob.context.newPage();
    await bob.page.goto(server.url);
    await bob.page.getByRole("link", { name: "# design" }).click();
    await sees(bob, "Is anybody there?");
    await sees(admin, "Is anybody there?");
    expect(await admin.page.getByText("Is anybody there?").count()).toBe(1);
    expect(await bob.page.locator(".message.is-queued, .message.is-sent").count()).toBe(0);
  });

  test("PAGE-8 everything can be reached by keyboard", async () => {
    const { page } = await openDevice(browser, server.url, desktop);
    await page.getByLabel("User name or e-mail").focus();
    await page.keyboard.type("bob");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Bob has a long password");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "# design" }).waitFor();
    const reach = async (isThere: () => Promise<boolean>) => {
      for (let presses = 0; presses < 40 && !(await isThere()); presses++) await page.keyboard.press("Tab");
      expect(await isThere()).toBe(true);
    };
    const focused = (selector: string) => () =>
      page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    await reach(focused("a[href^='#room=']"));
    await page.keyboard.press("Enter");
    await page.locator(".message").first().waitFor();
    expect(await focused("textarea")()).toBe(true);
    await page.keyboard.type("By keyboard");
    await page.keyboard.press("Enter");
    await page.locator(".message:last-child", { hasText: "By keyboard" }).locator("summary").waitFor();
    await page.keyboard.press("Shift+Tab");
    expect(await focused(".message:last-child summary")()).toBe(true);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "👍 1" }).waitFor();
    await page.context().close();
  });

  test("PAGE-9 a session outlives a reload and ends with signing out", async () => {
    await admin.page.reload();
    await admin.page.getByRole("button", { name: "Sign out" }).click();
    await admin.page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await admin.page.getByText("Your session has ended").count()).toBe(0);
    await picture(admin, "sign-in");
    await admin.page.reload();
    await admin.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await fillForm(admin.page, { "User name or e-mail": "admin", Password: "wrong password" });
    await admin.page.getByRole("alert").getByText(/./).waitFor();
  });

  test("PAGE-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    for (const { faults } of [admin, bob]) expect(faults).toEqual([]);
  });

  test("PAGE-10 nothing is wider than a phone", async () => {
    for (const { page } of [bob]) {
      const { width, needed } = await page.evaluate(() => ({
        width: document.documentElement.clientWidth,
        needed: document.documentElement.scrollWidth,
      }));
      expect(needed).toBe(width);
    }
  });
});
