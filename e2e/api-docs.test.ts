import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type Device, desktop, hasBrowser, launch, openDevice, picture } from "./browser.ts";
import { startServer, type TestServer } from "./server.ts";

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

/** What a page makes itself is no question to anybody. */
function asked({ faults }: Device): string[] {
  return faults.filter((fault) => !/^asked for (?:data|blob):/.test(fault));
}

/** Of very many operations the viewer draws those in sight. */
async function scrollTo(page: Page, text: string): Promise<void> {
  await page.locator(".opblock").first().waitFor();
  await page.mouse.move(600, 400);
  while ((await page.getByText(text).count()) === 0) {
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(100);
  }
}

describe.skipIf(!hasBrowser)("the description of the API in a browser (Chromium)", () => {
  test("REST-14 Swagger UI shows an operation with its example, and asks nobody else", async () => {
    const device = await openDevice(browser, `${server.url}/docs`, desktop);
    const { page } = device;
    await scrollTo(page, "Send a message. (sender, client id)");
    await page.getByText("Send a message. (sender, client id)").click();
    await page.getByText("Shall we meet at six?").first().waitFor();
    await picture(device, "swagger");
    expect(await page.locator(".opblock").count()).toBeGreaterThan(0);
    expect(asked(device)).toEqual([]);
    await device.context.close();
  });

  test("REST-14 a call can be tried out from there", async () => {
    const device = await openDevice(browser, `${server.url}/docs`, desktop);
    const { page } = device;
    await page.getByText("What anyone may know of this server").click();
    await page.getByRole("button", { name: "Try it out" }).click();
    await page.getByRole("button", { name: "Execute" }).click();
    await page.locator(".live-responses-table").getByText('"claimed": true').waitFor();
    expect(asked(device)).toEqual([]);
    await device.context.close();
  });

  test("REST-14 ReDoc shows the operations, finds them, and asks nobody else", async () => {
    const device = await openDevice(browser, `${server.url}/redoc`, desktop);
    const { page } = device;
    await page.getByRole("heading", { name: "What anyone may know of this server" }).waitFor();
    await picture(device, "redoc");
    await page.getByPlaceholder("Search...").fill("invite");
    await page
      .getByRole("menuitem", { name: /invite link/i })
      .first()
      .waitFor();
    expect(asked(device)).toEqual([]);
    await device.context.close();
  });
});
