import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

/** Where Debian's package puts it. */
const executablePath = "/usr/bin/chromium";
const output = join(import.meta.dir, "../test-output");
/** Milliseconds; only a hang is as long as this. */
const patience = 60_000;

/**
 * Each window would draw what its address bar suggests as two pages of their own, at a second of work for each page of
 * ours. The list takes the place of Playwright's, so that what that turns off stands here too.
 */
const withoutFeatures = [
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"],
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"],
  ...["HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"],
  ...["ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"],
  ...["NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"],
];

export const hasBrowser = existsSync(executablePath);

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      `--disable-features=${withoutFeatures.join(",")}`,
    ],
  });
}

export type Screen = Pick<BrowserContextOptions, "viewport" | "isMobile" | "hasTouch">;

export const desktop: Screen = { viewport: { width: 1280, height: 800 } };
export const phone: Screen = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

export interface Device {
  context: BrowserContext;
  page: Page;
  screen: Screen;
  /** What went wrong in the page, and what it asked of others than its server. */
  faults: string[];
}

/** A browser of somebody's own, at the server's entrance or another of its pages. */
export async function openDevice(browser: Browser, address: string, screen: Screen): Promise<Device> {
  const context = await browser.newContext({ ...screen, locale: "en-GB", timezoneId: "UTC" });
  context.setDefaultTimeout(patience);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const faults: string[] = [];
  const { origin } = new URL(address);
  context.on("page", (page) => watch(page, origin, faults));
  const page = await context.newPage();
  await page.goto(address);
  return { context, page, screen, faults };
}

function watch(page: Page, origin: string, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // What the server refuses the page tells itself; a broken policy is told only here.
    const isNetwork =
      /^Failed to load|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|when fetching the script/.test(
        message.text(),
      );
    if (message.type() === "error" && !isNetwork) faults.push(message.text());
  });
  page.on("request", (request) => {
    // What the page made itself is under its own origin, too.
    if (new URL(request.url()).origin !== origin) faults.push(`asked for ${request.url()}`);
  });
}

/** A picture in light and one in dark. */
export async function picture({ page }: Device, name: string): Promise<void> {
  await mkdir(output, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(output, `${name}-${colorScheme}.png`), animations: "disabled" });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

export async function fillForm(page: Page, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    await page.getByLabel(label, { exact: true }).fill(value);
  }
  await page.locator("form button[type=submit]").click();
}
