import type { Locator } from "playwright-core";
import type { Device } from "./browser.ts";

export function composer({ page }: Device): Locator {
  return page.getByRole("textbox", { name: "Message", exact: true });
}

export async function say(device: Device, text: string): Promise<void> {
  await composer(device).fill(text);
  await device.page.getByRole("button", { name: "Send", exact: true }).click();
}

/** The newest message with this text. */
export function row({ page }: Device, text: string): Locator {
  return page.locator("article", { hasText: text }).last();
}

export async function sees(device: Device, text: string): Promise<void> {
  await row(device, text).waitFor();
}

/** Has reached the server and come back. */
export async function seesSent(device: Device, text: string): Promise<void> {
  await device.page.locator("article[data-message]", { hasText: text }).last().waitFor();
}

/** Chooses from a message's menu. */
export async function choose(device: Device, text: string, what: string): Promise<void> {
  await row(device, text).click({ button: "right" });
  await device.page.getByRole("menuitem", { name: what }).click();
}

/** Chooses from the menu of the list of rooms. */
export async function add({ page }: Device, what: string): Promise<void> {
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.getByRole("menuitem", { name: what }).click();
}

export function roomLink({ page }: Device, name: string): Locator {
  return page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name });
}

export async function openRoom(device: Device, name: string): Promise<void> {
  await roomLink(device, name).click();
  await device.page.getByRole("heading", { name, level: 1 }).waitFor();
}

/** Waits until all of it is inside the window. */
export function comesInSight(element: Locator): Promise<boolean> {
  return becomes(
    () =>
      element.evaluate((each) => {
        const { top, bottom, left, right } = each.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight && left >= 0 && right <= innerWidth;
      }),
    (isIt) => isIt,
  );
}

/** Waits until a field holds a text. */
export function holds(field: Locator, text: string): Promise<string> {
  return becomes(
    () => field.inputValue(),
    (value) => value === text,
  );
}

/** Waits until the focus is there. */
export function hasFocus(element: Locator): Promise<boolean> {
  return becomes(
    () => element.evaluate((each) => each === document.activeElement),
    (isIt) => isIt,
  );
}

/** Waits until something measured in the page is as it should be. */
export async function becomes<T>(measure: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const until = Date.now() + 60_000;
  for (;;) {
    const value = await measure();
    if (wanted(value)) return value;
    if (Date.now() > until) throw new Error(`it stays ${JSON.stringify(value)}`);
    await Bun.sleep(20);
  }
}
