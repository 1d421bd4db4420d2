import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, desktop, hasBrowser, phone, picture } from "./browser.ts";
import { choose, openRoom, roomLink, row, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let carol: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  await scene.by.alice.call("room.direct", { user: scene.ids.bob });
  const bob = await scene.open("bob");
  await openRoom(bob, "Alice");
  await say(bob, "Between us");
  await openRoom(bob, "General");
  await say(bob, "For everybody");
  await seesSent(bob, "For everybody");
  // The newest, so that the list of rooms names nobody but whom a direct room is with.
  const [general] = (await scene.by.alice.call("room.list", {})).rooms;
  await scene.by.alice.call("message.send", { room: general?.id ?? 0, text: "Thank you" });
  alice = await scene.open("alice");
  carol = await scene.open("carol", "/", phone);
});
afterAll(() => scene?.end());

/** What stands over and in a message. */
const author = row;

describe.skipIf(!hasBrowser)("a deleted account", () => {
  test("ACC-39 loses its name at once, in an open room and in the list of rooms", async () => {
    await openRoom(carol, "General");
    await author(carol, "For everybody").getByText("Bob", { exact: true }).first().waitFor();
    await openRoom(alice, "Bob");
    await sees(alice, "Between us");
    await scene.by.admin.call("account.delete", { user: scene.ids.bob });
    await alice.page.getByRole("heading", { name: "Deleted account", level: 1 }).waitFor();
    await roomLink(alice, "Deleted account").waitFor();
    await alice.page.getByText("This account is deleted: nobody reads what is written here.").waitFor();
    await sees(alice, "Between us");
    await picture(alice, "deleted-direct");
    await author(carol, "For everybody").getByText("Deleted account", { exact: true }).first().waitFor();
    await picture(carol, "deleted-room-phone");
    expect(await carol.page.getByText("Bob", { exact: true }).count()).toBe(0);
  });

  test("ACC-39 is nobody to write to, to mention or to forward to", async () => {
    await alice.page.getByRole("button", { name: "Details" }).click();
    await alice.page.getByRole("button", { name: "Profile" }).click();
    const card = alice.page.getByRole("dialog", { name: "Deleted account" });
    await card.waitFor();
    await picture(alice, "deleted-profile");
    expect(await card.getByRole("button", { name: /Message|Block/ }).count()).toBe(0);
    expect(await alice.page.getByText(/@deleted-/).count()).toBe(0);
    await alice.page.keyboard.press("Escape");
    await card.waitFor({ state: "detached" });
    await openRoom(alice, "General");
    await choose(alice, "For everybody", "Forward");
    const rooms = alice.page.getByRole("dialog");
    await rooms.getByRole("checkbox", { name: "General" }).waitFor();
    expect(await rooms.getByText("Deleted account").count()).toBe(0);
    await alice.page.keyboard.press("Escape");
  });

  test("ACC-39 is called so in the language of whoever reads, and after the page is loaded anew", async () => {
    await carol.page.goto(`${scene.server.url}/settings/appearance`);
    await carol.page.getByLabel("Language").selectOption("Deutsch");
    await carol.page.goto(`${scene.server.url}/`);
    await carol.page.getByRole("link", { name: "General" }).click();
    await author(carol, "For everybody").getByText("Gelöschtes Konto", { exact: true }).first().waitFor();
    const wide = await scene.open("alice", "/", desktop);
    await openRoom(wide, "General");
    await author(wide, "For everybody").getByText("Deleted account", { exact: true }).first().waitFor();
    expect(scene.faults()).toEqual([]);
  });
});
