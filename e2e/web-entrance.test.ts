import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { type Device, desktop, fillForm, hasBrowser, launch, openDevice, phone, picture } from "./browser.ts";
import { startServer, type TestServer } from "./server.ts";
import { add, composer, holds, openRoom, say, seesSent } from "./web-page.ts";

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

async function signIn({ page }: Device, name: string): Promise<void> {
  await fillForm(page, { "User name or e-mail": name.toLowerCase(), Password: account(name).Password });
}

async function isIn({ page }: Device): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("the way in (Chromium)", () => {
  test("UI-5 the set-up link makes the first admin, and nobody else can", async () => {
    const [link] = /http:\S+\/setup#code=\S+/.exec(server.output()) ?? [];
    const outsider = await openDevice(browser, server.url, desktop);
    await outsider.page.getByText("This server is not set up yet").waitFor();
    await outsider.context.close();
    admin = await openDevice(browser, link ?? "", desktop);
    await admin.page.getByRole("heading", { name: "Set up this server" }).waitFor();
    await picture(admin, "entrance-setup");
    await fillForm(admin.page, { "Name of this server": "The lobby", ...account("Admin") });
    await admin.page.getByText("Choose a room, or start a new one.").waitFor();
    expect(admin.page.url()).toBe(`${server.url}/`);
    await openRoom(admin, "General");
    await admin.page.getByRole("main").getByRole("button", { name: "Invite people" }).waitFor();
    await picture(admin, "entrance-first");
  });

  test("UI-6 an invite link makes an account; what was typed stays when it is refused", async () => {
    await add(admin, "Invite people");
    await picture(admin, "entrance-invite");
    await admin.page.getByRole("button", { name: "Make link" }).click();
    const link = await admin.page.getByLabel("Invite link").inputValue();
    await admin.page.getByRole("button", { name: "Close" }).click();
    bob = await openDevice(browser, link, phone);
    await bob.page.getByRole("heading", { name: "Join The lobby" }).waitFor();
    await picture(bob, "entrance-invited-phone");
    await fillForm(bob.page, { ...account("Bob"), Password: "short" });
    await bob.page.getByRole("alert").getByText("password").waitFor();
    expect(await bob.page.getByLabel("User name", { exact: true }).inputValue()).toBe("bob");
    await fillForm(bob.page, { Password: account("Bob").Password });
    await isIn(bob);
    expect(bob.page.url()).toBe(`${server.url}/`);
    await bob.page.getByRole("button", { name: "New", exact: true }).click();
    await bob.page.getByRole("menuitem", { name: "New chat" }).waitFor();
    expect(await bob.page.getByRole("menuitem", { name: "Invite people" }).count()).toBe(0);
    await bob.page.keyboard.press("Escape");
  });

  test("UI-7 a wrong password is told, and the name stays", async () => {
    const device = await openDevice(browser, server.url, desktop);
    await fillForm(device.page, { "User name or e-mail": "bob", Password: "wrong password" });
    await device.page.getByRole("alert").getByText(/./).waitFor();
    await picture(device, "entrance-wrong");
    expect(await device.page.getByLabel("User name or e-mail").inputValue()).toBe("bob");
    expect(await device.page.getByRole("link", { name: "Make an account" }).count()).toBe(0);
    await signIn(device, "Bob");
    await isIn(device);
    await device.context.close();
  });

  test("UI-8 anybody makes an account where the server is open", async () => {
    const open = await startServer({ environment: { REGISTRATION: "open" } });
    try {
      const { page, faults } = await openDevice(browser, open.url, desktop);
      await page.getByRole("link", { name: "Make an account" }).click();
      await fillForm(page, account("Carol"));
      await page.getByRole("button", { name: "Sign out" }).waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    } finally {
      await open.remove();
    }
  });

  test("UI-9 a session outlives a reload and ends with signing out", async () => {
    await bob.page.reload();
    await isIn(bob);
    await bob.page.getByRole("button", { name: "Sign out" }).click();
    await bob.page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await bob.page.getByText("Your session has ended").count()).toBe(0);
    await picture(bob, "entrance-sign-in-phone");
    await bob.page.reload();
    await bob.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(bob, "Bob");
    await isIn(bob);
  });

  test("UI-10 a session ended elsewhere says so, and what was typed is there after signing in again", async () => {
    await add(bob, "New chat");
    await bob.page.getByRole("button", { name: /Admin/ }).click();
    await say(bob, "Before the end");
    await seesSent(bob, "Before the end");
    await composer(bob).fill("Not yet sen");
    const elsewhere = await openDevice(browser, `${server.url}/settings/sessions`, desktop);
    await signIn(elsewhere, "Bob");
    const others = elsewhere.page.getByRole("listitem").filter({ hasNotText: "this device" });
    const ends = others.getByRole("button", { name: "Sign out" });
    await ends.first().waitFor();
    for (let left = await ends.count(); left > 0; left--) {
      await ends.first().click();
      await ends.nth(left - 1).waitFor({ state: "detached" });
    }
    await bob.page.getByText("Your session has ended. Please sign in again.").waitFor();
    await picture(bob, "entrance-ended-phone");
    await signIn(bob, "Bob");
    await bob.page.getByRole("heading", { name: "Admin", level: 1 }).waitFor();
    await holds(composer(bob), "Not yet sen");
    await elsewhere.context.close();
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", async () => {
    await openRoom(admin, "Bob");
    for (const { faults } of [admin, bob]) expect(faults).toEqual([]);
  });
});
