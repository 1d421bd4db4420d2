import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, comesInSight, hasFocus, holds, openRoom, row, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let onPhone: Device;
let design: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { by, ids } = scene;
  const make = (name: string) =>
    by.alice.call("room.create", { kind: "channel", name, members: [ids.bob] }).then(({ id }) => id);
  design = await make("design");
  const lobby = await make("the lobby");
  const send = (name: "alice" | "bob", room: number, text: string) =>
    by[name].call("message.send", { room, text });
  await send("bob", lobby, "The harbour opens at nine, see https://example.org/harbour");
  await send("bob", design, "The Haustür of the harbour office needs paint");
  for (let number = 1; number <= 40; number++) await send("alice", design, `Harbour log, entry ${number}`);
  for (let number = 1; number <= 40; number++) await send("bob", design, `A passing remark ${number}`);
  alice = await scene.open("alice");
  onPhone = await scene.open("alice", "/", phone);
  await openRoom(alice, "design");
  const note = { name: "Quay_Plan_2026.txt", mimeType: "text/plain", buffer: Buffer.from("deep water") };
  await alice.page.locator("input[type=file]").setInputFiles([note]);
  await alice.page.locator("[data-state=done]").waitFor();
  await say(alice, "Here it is");
  await seesSent(alice, "Here it is");
});
afterAll(() => scene?.end());

const field = ({ page }: Device) => page.getByRole("combobox", { name: "Words, or filters" });
const hits = ({ page }: Device) => page.getByRole("main").locator("[data-hit]");
const option = ({ page }: Device, name: string) => page.getByRole("option", { name });
const filters = ({ page }: Device) => page.getByRole("group", { name: "Filters" });
/** Waits until this is marked in what was found. */
const marks = (found: Locator, wanted: string[]) =>
  becomes(
    () => found.locator("mark").allTextContents(),
    (words) => words.join("|") === wanted.join("|"),
  );

async function search(device: Device, words: string): Promise<void> {
  await field(device).fill(words);
  await field(device).press("Enter");
}

const openSearch = async (device: Device) => {
  await device.page.goto(`${scene.server.url}/search`);
  await field(device).waitFor();
};

const count = (device: Device, wanted: number) =>
  becomes(
    () => hits(device).count(),
    (found) => found === wanted,
  );

describe.skipIf(!hasBrowser)("searching", () => {
  test("SEARCH-11 filters are suggested, and what they may be filled with", async () => {
    await openSearch(alice);
    await hasFocus(field(alice));
    await field(alice).pressSequentially("fr");
    await option(alice, "from:").waitFor();
    await field(alice).press("ArrowDown");
    await field(alice).press("Enter");
    await holds(field(alice), "from:");
    await option(alice, "from:bob").waitFor();
    await picture(alice, "search-suggestions");
    await field(alice).pressSequentially("bo");
    await option(alice, "from:alice").waitFor({ state: "detached" });
    await field(alice).press("ArrowDown");
    await field(alice).press("Tab");
    await holds(field(alice), "from:bob ");
    await field(alice).pressSequentially("in:the");
    await option(alice, "the lobby").click();
    await holds(field(alice), 'from:bob in:"the lobby" ');
    await hasFocus(field(alice));
    await field(alice).pressSequentially("harb");
    await field(alice).press("Enter");
    await count(alice, 1);
    await marks(hits(alice), ["harbour", "harbour"]);
  });

  test("SEARCH-14 filters that hold are shown, taken out by a press, and set by one", async () => {
    await filters(alice).getByRole("button", { name: "Without the filter “In the lobby”" }).click();
    await count(alice, 2);
    await holds(field(alice), "from:bob harb");
    const links = filters(alice).getByRole("button", { name: "Links" });
    await links.click();
    await count(alice, 1);
    await links.and(alice.page.locator("[aria-pressed=true]")).waitFor();
    await holds(field(alice), "from:bob harb has:link");
    await picture(alice, "search-filters");
    await links.click();
    await count(alice, 2);
    await filters(alice).getByRole("button", { name: "Before …" }).click();
    await holds(field(alice), "from:bob harb before:");
    await option(alice, "before:").first().waitFor();
    await field(alice).press("Escape");
    await option(alice, "before:").first().waitFor({ state: "detached" });
  });

  test("SEARCH-13 a file is found by its name, and what matches in it is marked", async () => {
    for (const device of [alice, onPhone]) {
      await openSearch(device);
      await search(device, "quay plan");
      await count(device, 1);
      await marks(hits(device), ["Quay", "Plan"]);
      await picture(device, device === alice ? "search-file" : "search-file-phone");
    }
  });

  test("SEARCH-13 an entry leads to its message in context; whoever comes back finds the list as it was", async () => {
    for (const device of [alice, onPhone]) {
      await openSearch(device);
      await search(device, "harbour entry");
      await count(device, 30);
      await picture(device, device === alice ? "search-hits" : "search-hits-phone");
      await device.page.getByRole("button", { name: "Show more" }).click();
      await count(device, 40);
      const found = hits(device).filter({ hasText: "entry 4" }).last();
      await found.scrollIntoViewIfNeeded();
      const place = () => found.evaluate((each) => Math.round(each.getBoundingClientRect().top));
      await comesInSight(found);
      const before = await place();
      // All of it is pressed, not only its words.
      const box = await found.boundingBox();
      if (!box) throw new Error("it has no place");
      await device.page.mouse.click(box.x + box.width - 4, box.y + box.height - 4);
      await device.page.waitForURL(`**/rooms/${design}**`);
      await device.page.locator("article.bg-note\\!", { hasText: "entry 4" }).waitFor();
      await comesInSight(row(device, "Harbour log, entry 4"));
      await sees(device, "Harbour log, entry 5");
      await device.page.goBack();
      await count(device, 40);
      await becomes(place, (top) => Math.abs(top - before) <= 1);
      await hasFocus(found);
    }
  });

  test("SEARCH-12 what was searched for lately is offered, until it is forgotten", async () => {
    await openSearch(alice);
    const lately = alice.page.getByRole("region", { name: "Searched for lately" });
    await lately.getByRole("button", { name: "harbour entry" }).waitFor();
    await picture(alice, "search-recent");
    await lately.getByRole("button", { name: "quay plan" }).click();
    await count(alice, 1);
    await field(alice).fill("");
    await option(alice, "quay plan").waitFor();
    await openSearch(alice);
    await lately.getByRole("button", { name: "Forget these" }).click();
    await lately.waitFor({ state: "detached" });
    await openSearch(alice);
    await hasFocus(field(alice));
    await lately.waitFor({ state: "detached" });
  });

  test("SEARCH-14 a room's menu leads to a search of that room alone", async () => {
    await alice.page.goto(`${scene.server.url}/rooms/${design}`);
    await alice.page.getByRole("button", { name: "What to do with the room" }).click();
    await alice.page.getByRole("menuitem", { name: "Search in this room" }).click();
    await holds(field(alice), 'in:"design" ');
    await hasFocus(field(alice));
    await field(alice).pressSequentially("harbour haustür");
    await field(alice).press("Enter");
    await count(alice, 1);
    await search(alice, "in:design nothing-like-it");
    await alice.page.getByText("Nothing was found.").waitFor();
    await picture(alice, "search-none");
    await search(onPhone, "in:design nothing-like-it");
    await onPhone.page.getByText("Nothing was found.").waitFor();
    await picture(onPhone, "search-none-phone");
  });

  test("UI-2 no page was at fault", () => {
    expect(scene.faults()).toEqual([]);
  });
});
