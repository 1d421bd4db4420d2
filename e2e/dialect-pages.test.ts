import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { violations } from "./axe.ts";
import {
  type Device,
  desktop,
  hasBrowser,
  launch,
  openDevice,
  phone,
  picture,
  type Screen,
} from "./browser.ts";
import { admin, startServer, type TestServer } from "./server.ts";

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  server = await startServer();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

async function openPage(screen: Screen): Promise<Device> {
  return openDevice(browser, `${server.url}/chat/ws/test`, screen);
}

async function signIn({ page }: Device, password = admin.password): Promise<void> {
  await page.getByText("Get a token").click();
  await page.getByLabel("Username or e-mail address").fill(admin.username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function connect(device: Device): Promise<void> {
  await signIn(device);
  await device.page.getByText("The token is filled in").waitFor();
  await device.page.getByRole("button", { name: "Connect" }).click();
  await device.page.getByText("Connected", { exact: true }).waitFor();
}

async function say({ page }: Device, type: string): Promise<void> {
  await page.getByRole("button", { name: type, exact: true }).click();
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

const frame = ({ page }: Device, type: string) =>
  page
    .getByRole("log")
    .locator("li")
    .filter({ has: page.getByText(type, { exact: true }) });

describe.skipIf(!hasBrowser)("the test page of the community socket in a browser (Chromium)", () => {
  for (const [name, screen] of [
    ["desktop", desktop],
    ["phone", phone],
  ] as const) {
    test(`DIALECT-48 one signs in, connects, sends frames and watches what comes (${name})`, async () => {
      const device = await openPage(screen);
      const { page, faults } = device;
      await picture(device, `socket-test-${name}-before`);
      expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
      await connect(device);
      await say(device, "join_room");
      await frame(device, "joined_room").waitFor();
      await say(device, "send_message");
      await frame(device, "new_message").filter({ hasText: '"content": "Hello"' }).waitFor();
      await frame(device, "message_sent").waitFor();
      await say(device, "ping");
      await frame(device, "pong").waitFor();
      await picture(device, `socket-test-${name}`);
      await frame(device, "new_message").scrollIntoViewIfNeeded();
      await picture(device, `socket-test-${name}-frames`);
      expect(await violations(page, "everything")).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await violations(page, "colours")).toEqual([]);
      const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(width).toBeLessThanOrEqual(0);
      await page.getByRole("button", { name: "Clear" }).click();
      await page.getByText("Nothing yet.").waitFor();
      await page.getByRole("button", { name: "Disconnect" }).click();
      await page.getByText("Not connected").waitFor();
      expect(faults).toEqual([]);
      await device.context.close();
    });
  }

  test("DIALECT-48 what is refused is said on the page, and what is no JSON is sent all the same", async () => {
    const device = await openPage(desktop);
    const { page } = device;
    await page.getByLabel("Access token").fill("no token at all");
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("Refused: is the token still good?").waitFor();
    await signIn(device, "not the password");
    await page.locator("#signed-in[data-state=failed]").waitFor();
    await page.getByLabel("Password").fill(admin.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The token is filled in").waitFor();
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.getByLabel("Frame", { exact: true }).fill("{<b>no frame</b>");
    await page.getByText("This is not JSON").waitFor();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await frame(device, "error").waitFor();
    await picture(device, "socket-test-refused");
    expect(await page.getByRole("log").locator("b").count()).toBe(0);
    await device.context.close();
  });

  test("DIALECT-48 by keyboard alone", async () => {
    const device = await openPage(desktop);
    const { page } = device;
    const answered = await fetch(`${server.url}/auth/login`, {
      method: "POST",
      body: new URLSearchParams({ username: admin.username, password: admin.password }),
    });
    const { access_token } = await answered.json();
    await page.getByLabel("Access token").focus();
    await page.keyboard.insertText(access_token);
    await page.keyboard.press("Enter");
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.getByLabel("Room").focus();
    await page.keyboard.press("Enter");
    await frame(device, "joined_room").waitFor();
    await device.context.close();
  });

  test("DIALECT-48 the old page leads to the web client", async () => {
    const device = await openDevice(browser, `${server.url}/static/chat.html`, desktop);
    await device.page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(new URL(device.page.url()).pathname).not.toBe("/static/chat.html");
    await device.context.close();
  });
});
