import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, fillForm, hasBrowser, phone, picture } from "./browser.ts";
import { add, becomes, holds, say, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  await scene.by.alice.call("room.direct", { user: scene.ids.bob });
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
});
afterAll(() => scene?.end());

async function openSettings({ page }: Device, part: string): Promise<void> {
  await page.goto(scene.server.url);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: part }).click();
  await page.getByRole("heading", { name: part, level: 1 }).waitFor();
}

/** What the root says and how the page is painted, at the first paint and now. */
async function look({ page }: Device) {
  return page.evaluate(() => {
    const { theme, contrast, accent, density } = document.documentElement.dataset;
    const { backgroundColor } = getComputedStyle(document.body);
    return {
      theme,
      contrast,
      accent,
      density,
      backgroundColor,
      size: getComputedStyle(document.documentElement).fontSize,
    };
  });
}

type Look = Awaited<ReturnType<typeof look>>;

/** Waits until the page looks so. */
function looks(device: Device, wanted: Partial<Look>): Promise<Look> {
  return becomes(
    () => look(device),
    (found) => Bun.deepMatch(wanted, found),
  );
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("settings (Chromium)", () => {
  test("UI-40 another name and status are kept", async () => {
    await openSettings(alice, "Profile");
    await picture(alice, "settings-profile");
    await fillForm(alice.page, { "Name that others see": "Alice Adams", Status: "On holiday" });
    await alice.page.getByText("Saved.").waitFor();
    await openSettings(alice, "Profile");
    await holds(alice.page.getByLabel("Status", { exact: true }), "On holiday");
  });

  test("UI-41 a password is changed by whoever knows the present one, and every other device is signed out", async () => {
    const other = await scene.open("alice", "/", phone);
    await openSettings(alice, "Password");
    await fillForm(alice.page, {
      "Present password": "not this one",
      "New password": "another stable of horses",
    });
    await alice.page.getByRole("alert").getByText(/./).waitFor();
    await fillForm(alice.page, { "Present password": "a stable of horses" });
    await alice.page.getByText("Saved.").waitFor();
    await picture(alice, "settings-password");
    await other.page.getByText("Your session has ended").waitFor();
    await fillForm(other.page, { "User name or e-mail": "alice", Password: "another stable of horses" });
    await other.page.getByRole("button", { name: "Sign out" }).waitFor();
    await other.context.close();
  });

  test("UI-42 one's devices are listed, and all others can be signed out at once", async () => {
    await openSettings(bob, "Devices");
    await bob.page.getByText("this device").waitFor();
    await picture(bob, "settings-devices-phone");
    await bob.page.getByRole("main").getByRole("listitem").nth(1).waitFor();
    await bob.page.getByLabel("Password", { exact: true }).fill("a battery of staples");
    await bob.page.getByRole("button", { name: "Sign out everywhere else" }).click();
    await becomes(
      () => bob.page.getByRole("main").getByRole("listitem").count(),
      (count) => count === 1,
    );
  });

  test("UI-43 theme, contrast, colour, density and text size hold at once and from the first paint on", async () => {
    await openSettings(alice, "Appearance and language");
    const before = await look(alice);
    await alice.page.getByLabel("Theme").selectOption("Dark");
    await alice.page.getByRole("button", { name: "Violet" }).click();
    await alice.page.getByLabel("Density").selectOption("Compact");
    await alice.page.getByLabel("Text size").selectOption("125 %");
    const chosen = await looks(alice, { theme: "dark", accent: "violet", density: "compact", size: "20px" });
    expect(chosen.backgroundColor).not.toBe(before.backgroundColor);
    await picture(alice, "settings-appearance");
    await alice.page.getByRole("switch", { name: "High contrast" }).check();
    await looks(alice, { contrast: "high", backgroundColor: "rgb(0, 0, 0)" });
    await picture(alice, "settings-contrast");
    // The page's module never comes: what is painted before it is what was chosen.
    await alice.page.route(/\/assets\/.*\.js$/, () => undefined);
    await alice.page.reload({ waitUntil: "commit" });
    await alice.page.locator("#app").waitFor({ state: "attached" });
    await looks(alice, { ...chosen, contrast: "high", backgroundColor: "rgb(0, 0, 0)" });
    await alice.page.unroute(/\/assets\/.*\.js$/);
    await openSettings(alice, "Appearance and language");
    await alice.page.getByRole("switch", { name: "High contrast" }).uncheck();
    await alice.page.getByLabel("Theme").selectOption("As the system");
    await alice.page.emulateMedia({ colorScheme: "dark" });
    await looks(alice, { theme: "dark" });
    await alice.page.emulateMedia({ colorScheme: "light" });
    await looks(alice, { theme: "light" });
  });

  test("UI-44 in German every screen is German", async () => {
    await openSettings(bob, "Appearance and language");
    await bob.page.getByLabel("Language").selectOption("Deutsch");
    await bob.page.getByRole("heading", { name: "Darstellung und Sprache" }).waitFor();
    await becomes(
      () => bob.page.evaluate(() => document.documentElement.lang),
      (language) => language === "de",
    );
    await picture(bob, "settings-german-phone");
    await bob.page.reload();
    await bob.page.getByRole("heading", { name: "Darstellung und Sprache" }).waitFor();
    await bob.page.getByLabel("Sprache").selectOption("English");
    await bob.page.getByRole("heading", { name: "Appearance and language" }).waitFor();
  });

  for (const direction of ["ltr", "rtl"] as const) {
    test(`UI-45 nothing leaves the window or lies over another, ${direction}`, async () => {
      for (const device of [alice, bob]) await fitsEverywhere(device, direction);
    });
  }

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});

async function fitsEverywhere(device: Device, direction: "ltr" | "rtl"): Promise<void> {
  const { page } = device;
  const size = device.screen.isMobile ? "phone" : "desk";
  const check = async (name: string) => {
    await page.evaluate((dir) => {
      document.documentElement.dir = dir;
    }, direction);
    if (direction === "rtl") await picture(device, `settings-rtl-${name}-${size}`);
    expect({ name, size, wrong: await misplaced(device) }).toEqual({ name, size, wrong: [] });
  };
  await page.goto(scene.server.url);
  await page.getByRole("navigation", { name: "Rooms" }).getByRole("link").first().waitFor();
  await check("rooms");
  await add(device, "New room");
  await page.getByRole("dialog").waitFor();
  await check("new-room");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("navigation", { name: "Rooms" }).getByRole("link").first().click();
  const long = `${"antidisestablishmentarianism".repeat(6)} https://example.org/${"path/".repeat(30)}`;
  await say(device, long);
  await seesSent(device, "antidisestablishmentarianism");
  await page.getByText("typing").waitFor({ state: "detached" });
  await check("room");
  const name = `${"antidisestablishmentarianism".repeat(6)}.txt`;
  const file = { name, mimeType: "text/plain", buffer: Buffer.from("Some words") };
  await page.locator("input[type=file]").setInputFiles([file, file]);
  await page.locator("li[data-state=done]").nth(1).waitFor();
  await check("tray");
  await page.locator("form button[type=submit]").click();
  await page.locator("article[data-message] a[download]").nth(1).waitFor();
  await check("files");
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("complementary").waitFor();
  await check("details");
  await openSettings(device, "Appearance and language");
  await check("appearance");
  await openSettings(device, "Devices");
  await check("devices");
  await openSettings(device, "Profile");
  await check("profile");
  await openSettings(device, "Notifications");
  await page.getByLabel("Tell me of").waitFor();
  await check("notifications");
}

/** Controls that are out of the window or covered by something else, and a page wider than the window. */
function misplaced({ page }: Device): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const isShown = (element: HTMLElement) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      element.getBoundingClientRect().width > 1 &&
      !element.closest("[aria-hidden=true], .opacity-0, .sr-only");
    /** Whether this point of it has been scrolled out of sight. */
    const isClipped = (element: Element, x: number, y: number): boolean => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowY === "visible") continue;
        const { left, right, top, bottom } = up.getBoundingClientRect();
        if (x < left || x > right || y < top || y > bottom) return true;
      }
      return false;
    };
    const faultsOf = (element: HTMLElement): string[] => {
      const box = element.getBoundingClientRect();
      const name = element.getAttribute("aria-label") || element.textContent || element.tagName;
      if (box.left < -0.5 || box.right > innerWidth + 0.5) return [`${name} is out of the window`];
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const own = element instanceof HTMLInputElement ? element.parentElement : element;
      const top = isClipped(element, x, y) ? null : document.elementFromPoint(x, y);
      const isCovered = top && !own?.contains(top) && !top.contains(element);
      return isCovered ? [`${name} is under ${top.outerHTML.slice(0, 80)}`] : [];
    };
    const frame = document.querySelector("dialog[open]") ?? document.body;
    const controls = frame.querySelectorAll<HTMLElement>("a, button, input, select, textarea, summary, h1");
    const tooWide =
      scrollWidth > clientWidth ? [`the page is ${scrollWidth - clientWidth} pixels too wide`] : [];
    return [...tooWide, ...[...controls].filter(isShown).flatMap(faultsOf)];
  });
}
