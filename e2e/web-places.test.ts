import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, createClient } from "@parley/web/client/client";
import { memoryOutbox } from "@parley/web/client/outbox-memory";
import type { Browser, Locator } from "playwright-core";
import {
  type Device,
  desktop,
  fillForm,
  hasBrowser,
  launch,
  openDevice,
  phone,
  picture,
  type Screen,
} from "./browser.ts";
import { startServer, type TestServer } from "./server.ts";
import { comesInSight, composer, openRoom } from "./web-page.ts";

/** Enough that a year ago is many pages away; `PLACES_MESSAGES` says of how many else. */
const messages = Number(process.env.PLACES_MESSAGES ?? 6_000);
const day = 86_400_000;

let server: TestServer;
let browser: Browser;
let caller: Client;
let alice: Device;
let bob: Device;
let lobby: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  server = await startServer({ populated: messages });
  browser = await launch();
  caller = createClient({ url: server.url, storage: memoryOutbox() });
  await caller.session.signIn("alice", server.populatedPassword);
  const { rooms } = await caller.call("room.list", {});
  lobby = rooms.find(({ name }) => name === "lobby")?.id ?? 0;
  alice = await open("alice", desktop);
  bob = await open("bob", phone);
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

async function open(name: string, screen: Screen): Promise<Device> {
  const device = await openDevice(browser, server.url, screen);
  await fillForm(device.page, { "User name or e-mail": name, Password: server.populatedPassword });
  await device.page.getByRole("navigation", { name: "Rooms" }).waitFor({ state: "attached" });
  return device;
}

/** So many days ago, as a date field holds it. */
const dateBefore = (days: number): string => new Date(Date.now() - days * day).toISOString().slice(0, 10);

async function goToDate({ page }: Device, date: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Go to a date" });
  await dialog.getByLabel("Date").fill(date);
  await dialog.getByRole("button", { name: "Go", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

const placeOf = ({ page }: Device, message: number | null): Locator =>
  page.locator(`article[data-message="${message}"]`);
/** For two seconds: whatever is asked of the message after that is asked of its place. */
const marked = (device: Device, message: number | null): Locator =>
  placeOf(device, message).and(device.page.locator(".bg-note\\!"));

async function firstOf(date: string): Promise<number | null> {
  return (await caller.call("message.find", { room: lobby, at: `${date}T00:00:00.000Z` })).message;
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("places in a long room, on a desk and on a phone (Chromium)", () => {
  test("UI-103 a date leads to its first message, however far back", async () => {
    await openRoom(alice, "lobby");
    for (const days of [340, 120, 100]) {
      const date = dateBefore(days);
      await alice.page.getByRole("button", { name: "What to do with the room" }).click();
      await alice.page.getByRole("menuitem", { name: "Go to a date" }).click();
      if (days === 340) await picture(alice, "date");
      await goToDate(alice, date);
      const message = await firstOf(date);
      await marked(alice, message).waitFor();
      const first = placeOf(alice, message);
      await comesInSight(first);
      expect((await first.locator("time").first().getAttribute("datetime"))?.slice(0, 10)).toBe(date);
    }
    await picture(alice, "date-there");
  });

  test("UI-103 the day over the messages leads to another on a phone, and nothing said since leads to the newest", async () => {
    await openRoom(bob, "lobby");
    await bob.page.getByRole("button", { name: "What to do with the room" }).click();
    await bob.page.getByRole("menuitem", { name: "Go to a date" }).click();
    await goToDate(bob, dateBefore(200));
    await marked(bob, await firstOf(dateBefore(200))).waitFor();
    await bob.page
      .getByRole("button", { name: /: go to another date$/ })
      .last()
      .click();
    await picture(bob, "date-phone");
    await goToDate(bob, dateBefore(90));
    const there = await firstOf(dateBefore(90));
    await marked(bob, there).waitFor();
    await comesInSight(placeOf(bob, there));
    await bob.page
      .getByRole("button", { name: /: go to another date$/ })
      .last()
      .click();
    await goToDate(bob, dateBefore(0));
    await bob.page.getByText("Nothing has been said since then").waitFor();
    await bob.page.getByRole("button", { name: /To the newest message/ }).waitFor({ state: "detached" });
  });

  test("UI-104 a link to what is not there says so and leads to the newest", async () => {
    for (const target of ["999999999", "nonsense"]) {
      await alice.page.goto(`${server.url}/rooms/${lobby}?message=${target}`);
      await alice.page.getByText("This message does not exist any more, or is not for you to see.").waitFor();
      await picture(alice, "link-gone");
      await alice.page.getByRole("button", { name: "To the newest message", exact: true }).click();
      await alice.page.getByText("This message does not exist").waitFor({ state: "detached" });
    }
    await composer(alice).waitFor();
  });

  test("UI-104 a link to a deleted message far back leads to its place, which says that it was deleted", async () => {
    const { messages: old } = await caller.call("message.list", { room: lobby, after: 400, limit: 50 });
    const self = caller.view.getState().session;
    const own = old.find(({ sender }) => self.status === "signed_in" && sender === self.user.id);
    if (!own) throw new Error("alice has said something there");
    await caller.call("message.delete", { message: own.id });
    await bob.page.goto(`${server.url}/rooms/${lobby}?message=${own.id}`);
    await marked(bob, own.id).waitFor();
    const target = placeOf(bob, own.id);
    await target.getByText("This message was deleted.").waitFor();
    await comesInSight(target);
    await picture(bob, "link-deleted-phone");
  });

  test("UI-104 a link into a room that is not there says so and leads back", async () => {
    await bob.page.goto(`${server.url}/rooms/99999?message=5`);
    await bob.page.getByText("This room does not exist, or you are not in it.").waitFor();
    await bob.page.getByRole("link", { name: "Back to the chats" }).click();
    await openRoom(bob, "lobby");
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect([...alice.faults, ...bob.faults]).toEqual([]);
  });
});
