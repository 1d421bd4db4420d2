import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Device, desktop, hasBrowser, openDevice } from "./browser.ts";
import { becomes, composer, hasFocus, row, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { id: room } = await scene.by.bob.call("room.create", {
    ...{ kind: "group", name: "design", members: [scene.ids.alice] },
  });
  await scene.by.bob.call("message.send", { room, text: "By hand?", client_id: "by-hand" });
});
afterAll(() => scene?.end());

/** Steps on until the focus is on something of this name. */
async function reach(page: Page, name: string | RegExp, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press(key);
    const found = await focus(page);
    expect(found).toMatchObject({ isSeen: true });
    if (typeof name === "string" ? found.name === name : name.test(found.name)) return;
  }
  throw new Error(`${name} cannot be reached by ${key}`);
}

/** Waits until the focus is on something of this name. */
function focusIs(page: Page, name: RegExp) {
  return becomes(
    () => focus(page),
    (found) => name.test(found.name),
  );
}

/** What has the focus, and whether that can be seen: it is in the window, uncovered, and has an outline. */
function focus(page: Page): Promise<{ name: string; isSeen: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const name = (element.getAttribute("aria-label") ?? element.textContent).trim();
    if (element === document.body) return { name: "", isSeen: true };
    const box = element.getBoundingClientRect();
    const isInWindow = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const outlined = [element, element.closest("form")].some((each) => {
      if (!each) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1;
    });
    return { name, isSeen: isInWindow && outlined && element.checkVisibility({ opacityProperty: true }) };
  });
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("everything by keyboard, and one sees where one is (Chromium)", () => {
  test("UI-70 signing in and entering a room", async () => {
    alice = await openDevice(scene.browser, scene.server.url, desktop);
    const { page } = alice;
    await page.getByLabel("User name or e-mail").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("alice");
    await page.keyboard.press("Tab");
    await page.keyboard.type("a stable of horses");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "design" }).waitFor();
    await reach(page, /design/);
    await page.keyboard.press("Enter");
    await row(alice, "By hand?").waitFor();
    await hasFocus(composer(alice));
    await page.keyboard.type("By keyboard");
    await page.keyboard.press("Enter");
    await seesSent(alice, "By keyboard");
  });

  test("UI-71 a message is answered and reacted to, and its menu goes by arrows", async () => {
    const { page } = alice;
    await reach(page, "More", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    await focusIs(page, /^Reply/);
    await page.keyboard.press("ArrowUp");
    await focusIs(page, /^Delete/);
    await page.keyboard.press("Home");
    await page.keyboard.press("Escape");
    await focusIs(page, /^More$/);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByText("Answering").waitFor();
    await hasFocus(composer(alice));
    await page.keyboard.type("An answer");
    await page.keyboard.press("Enter");
    await seesSent(alice, "An answer");
    await row(alice, "An answer").getByRole("button", { name: "Answer to" }).waitFor();
    await reach(page, "React with 👍", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "👍, 1 person: you" }).waitFor();
  });

  test("UI-72 a dialog keeps the focus, Escape closes it, and the focus goes back to where it was", async () => {
    const { page } = alice;
    await composer(alice).focus();
    await reach(page, "Emoji", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "grinning face", exact: true }).waitFor();
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press("Tab");
      const isInside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null,
      );
      expect(isInside).toBe(true);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await focusIs(page, /^Emoji$/);
    await reach(page, "Details", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Close details" }).waitFor();
    await reach(page, "Close details");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary").waitFor({ state: "detached" });
    await focusIs(page, /^Details$/);
  });

  test("UI-73 deleting by keyboard ends in the room, not nowhere", async () => {
    const { page } = alice;
    await composer(alice).focus();
    await reach(page, "More", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("log").getByText("This message was deleted.").waitFor();
    await becomes(
      () => page.evaluate(() => document.activeElement?.closest("[role=log]") !== null),
      (isInRoom) => isInRoom,
    );
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(alice.faults).toEqual([]);
  });
});
