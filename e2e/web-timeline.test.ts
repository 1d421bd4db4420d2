import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import {
  becomes,
  comesInSight,
  composer,
  holds,
  openRoom,
  roomLink,
  row,
  say,
  sees,
  seesSent,
} from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let lobby: number;
let design: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const members = [scene.ids.bob, scene.ids.alice];
  lobby = (await scene.by.admin.call("room.create", { kind: "channel", name: "lobby", members })).id;
  design = (await scene.by.admin.call("room.create", { kind: "group", name: "design", members })).id;
  for (let count = 1; count <= 180; count++)
    await told(lobby, `Line ${count}${"\nand more".repeat(count % 4)}`);
  await told(design, "Sketches");
  await scene.by.alice.call("receipt.read", { room: lobby, seq: await head(lobby) });
  await scene.by.alice.call("receipt.read", { room: design, seq: await head(design) });
  alice = await scene.open("alice");
});
afterAll(() => scene?.end());

let said = 0;
function told(room: number, text: string, more: { mentions?: number[]; mention_all?: boolean } = {}) {
  said += 1;
  return scene.by.bob.call("message.send", { room, text, client_id: `bob-${said}`, ...more });
}

async function head(room: number): Promise<number> {
  return (await scene.by.bob.call("room.get", { room })).head;
}

const unreadOf = (device: Device, room: string) =>
  roomLink(device, room).getByRole("img", { name: /unread/ });

/** Where each message in sight stands, by its id. */
function places(page: Page): Promise<Record<string, number>> {
  return page.getByRole("log").evaluate((log) => {
    const rows = [...log.querySelectorAll<HTMLElement>("[data-message]")];
    const frame = log.getBoundingClientRect();
    const isSeen = ({ top, bottom }: DOMRect) => bottom > frame.top && top < frame.bottom;
    return Object.fromEntries(
      rows
        .map((each) => [each.dataset.message, each.getBoundingClientRect()] as const)
        .filter(([, box]) => isSeen(box))
        .map(([id = "", box]) => [id, box.top]),
    );
  });
}

/** Pages of older messages wait until they are let through. */
async function holdOlder(page: Page) {
  let waiting: (() => void) | undefined;
  await page.route(/\/messages\?.*before=/, async (route) => {
    await new Promise<void>((resolve) => {
      waiting = resolve;
    });
    waiting = undefined;
    await route.continue();
  });
  return { isHeld: () => waiting !== undefined, release: () => waiting?.() };
}

const contentHeight = (page: Page) => page.getByRole("log").evaluate((log) => log.scrollHeight);

const distanceToEnd = (page: Page) =>
  page.getByRole("log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);

/** Where each message in sight stands once nothing moves any more. */
async function rest(page: Page): Promise<Record<string, number>> {
  let last = "";
  return becomes(
    async () => {
      await settled(page);
      return places(page);
    },
    (now) => {
      const before = last;
      last = JSON.stringify(now);
      return Object.keys(now).length > 1 && last === before;
    },
  );
}

/** Waits until what is in sight stands where it stood, to a pixel. */
async function returns({ page }: Device, before: Record<string, number>): Promise<void> {
  await becomes(
    () => places(page),
    (now) => Object.entries(before).every(([id, top]) => Math.abs((now[id] ?? Number.NaN) - top) <= 1),
  );
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("the messages of a room (Chromium)", () => {
  test("UI-30 a room without news is entered at its end, and older messages move nothing that is read", async () => {
    await openRoom(alice, "lobby");
    await sees(alice, "Line 180");
    await becomes(
      () => distanceToEnd(alice.page),
      (distance) => distance < 2,
    );
    const older = await holdOlder(alice.page);
    const moved: number[] = [];
    const beginning = alice.page.getByText("This is where it begins.");
    while ((await beginning.count()) === 0) {
      await alice.page.getByRole("log").hover();
      while (!older.isHeld() && (await beginning.count()) === 0) {
        await alice.page.mouse.wheel(0, -400);
        await settled(alice.page);
      }
      if (!older.isHeld()) break;
      const before = await places(alice.page);
      const height = await contentHeight(alice.page);
      older.release();
      await becomes(
        () => contentHeight(alice.page),
        (now) => now > height + 500,
      );
      await settled(alice.page);
      const after = await places(alice.page);
      expect(Object.keys(after)).toEqual(Object.keys(before));
      for (const [id, top] of Object.entries(before)) moved.push(Math.abs((after[id] ?? 0) - top));
    }
    await picture(alice, "timeline-older");
    expect(moved.length).toBeGreaterThan(9);
    expect(Math.max(...moved)).toBeLessThanOrEqual(1);
  });

  test("UI-31 away from the end news is counted, not followed; one press leads there", async () => {
    const before = await places(alice.page);
    await told(lobby, "News at the end");
    await alice.page.getByRole("button", { name: "To the newest message, one new" }).waitFor();
    expect(await places(alice.page)).toEqual(before);
    await alice.page.getByRole("button", { name: "To the newest message, one new" }).click();
    await row(alice, "News at the end").waitFor();
    await becomes(
      () => distanceToEnd(alice.page),
      (distance) => distance < 2,
    );
  });

  test("UI-32 at the end it stays in sight while the composer grows and news comes", async () => {
    await composer(alice).fill("one\ntwo\nthree\nfour\nfive\nsix");
    await becomes(
      () => distanceToEnd(alice.page),
      (distance) => distance < 2,
    );
    await comesInSight(row(alice, "News at the end"));
    await told(lobby, "Followed");
    await sees(alice, "Followed");
    await becomes(
      () => distanceToEnd(alice.page),
      (distance) => distance < 2,
    );
    await picture(alice, "timeline-composer");
    await composer(alice).fill("");
    for (let count = 1; count <= 12; count++) await told(lobby, `Long ${count} ${"and longer ".repeat(90)}`);
    await sees(alice, "Long 12");
    // Whoever has touched the list has not left its end by that.
    await alice.page.getByRole("log").click({ position: { x: 4, y: 4 } });
    const atEnd = () =>
      becomes(
        () => distanceToEnd(alice.page),
        (distance) => distance < 2,
      );
    for (const width of [420, 1_280, 800, 1_280]) {
      await alice.page.setViewportSize({ width, height: 800 });
      await atEnd();
    }
    await alice.page.getByRole("button", { name: "Details" }).click();
    await alice.page.getByRole("button", { name: "Close details" }).waitFor();
    await atEnd();
    await alice.page.getByRole("button", { name: "Close details" }).click();
    await atEnd();
  });

  test("UI-33 unread rooms show a dot, rooms that mention one the number; reading takes it away", async () => {
    await told(design, "Something");
    await unreadOf(alice, "design").waitFor();
    expect(await unreadOf(alice, "design").textContent()).toBe("");
    await told(design, "@alice look", { mentions: [scene.ids.alice] });
    await becomes(
      () => unreadOf(alice, "design").textContent(),
      (text) => text === "1",
    );
    await becomes(
      () => alice.page.title(),
      (title) => title.includes("1"),
    );
    await picture(alice, "timeline-unread");
    await openRoom(alice, "design");
    await unreadOf(alice, "design").waitFor({ state: "detached" });
    await becomes(
      () => alice.page.title(),
      (title) => !title.includes("1"),
    );
  });

  test("UI-34 a line stands before what is new, and stays while the room is open", async () => {
    await alice.page.goto(scene.server.url);
    for (let count = 1; count <= 30; count++) await told(lobby, `New ${count}`);
    // Opened before the server has said what is new, a room is entered at its end.
    await roomLink(alice, "lobby").getByRole("img", { name: "30 unread" }).waitFor();
    await openRoom(alice, "lobby");
    const line = alice.page.getByText("New", { exact: true }).and(alice.page.locator("span"));
    await line.waitFor();
    await comesInSight(line);
    const next = await line.evaluate((element) => {
      const rows = [...document.querySelectorAll<HTMLElement>("[data-index]")];
      const own = Number(element.closest<HTMLElement>("[data-index]")?.dataset.index);
      return rows.find((each) => Number(each.dataset.index) === own + 1)?.textContent;
    });
    expect(next).toContain("New 1");
    await picture(alice, "timeline-new");
    for (const round of ["first", "second", "third", "fourth"]) {
      await say(alice, `I have read the ${round}`);
      await seesSent(alice, `I have read the ${round}`);
      await told(lobby, `More after the ${round}`);
      await sees(alice, `More after the ${round}`);
      await unreadOf(alice, "lobby").waitFor({ state: "detached" });
    }
    await alice.page.getByRole("log").hover();
    while ((await line.count()) === 0) await alice.page.mouse.wheel(0, -300);
    await alice.page.getByRole("button", { name: /To the newest message/ }).click();
    await sees(alice, "More after the fourth");
    await openRoom(alice, "design");
    await openRoom(alice, "lobby");
    await sees(alice, "More after the fourth");
    expect(await line.count()).toBe(0);
  });

  test("UI-107 one comes back to where one was in a room, unless there is something new", async () => {
    await alice.page.getByRole("log").hover();
    while ((await row(alice, "Line 150").count()) === 0) await alice.page.mouse.wheel(0, -400);
    const before = await rest(alice.page);
    await openRoom(alice, "design");
    await sees(alice, "Sketches");
    await openRoom(alice, "lobby");
    await returns(alice, before);
    const { messages } = await scene.by.alice.call("message.list", { room: lobby, limit: 200 });
    const [first] = messages;
    await alice.page.reload();
    await alice.page.goto(`${scene.server.url}/rooms/${lobby}?message=${first?.id}`);
    await alice.page
      .locator(`article[data-message="${first?.id}"]`)
      .and(alice.page.locator(".bg-note\\!"))
      .waitFor();
    const farBack = await rest(alice.page);
    await openRoom(alice, "design");
    await sees(alice, "Sketches");
    await openRoom(alice, "lobby");
    await returns(alice, farBack);
    await openRoom(alice, "design");
    await sees(alice, "Sketches");
    await told(lobby, "Meanwhile");
    await unreadOf(alice, "lobby").waitFor();
    await openRoom(alice, "lobby");
    await comesInSight(row(alice, "Meanwhile"));
  });

  test("UI-107 on a phone too, over the list of rooms", async () => {
    const bob = await scene.open("bob", "/", phone);
    await openRoom(bob, "lobby");
    await sees(bob, "Meanwhile");
    await bob.page.getByRole("log").evaluate((log) => {
      log.dispatchEvent(new Event("touchmove", { bubbles: true }));
      log.scrollTop -= 1_500;
    });
    await bob.page.getByRole("button", { name: /To the newest message/ }).waitFor();
    const before = await rest(bob.page);
    await bob.page.getByRole("link", { name: "Rooms" }).click();
    await openRoom(bob, "lobby");
    await returns(bob, before);
  });

  test("UI-35 names and emoji are completed by keyboard, and who is named is told", async () => {
    const bob = await scene.open("bob", "/", phone);
    await openRoom(alice, "design");
    await composer(alice).pressSequentially("@bo");
    await alice.page.getByRole("option", { name: /Bob/ }).waitFor();
    await alice.page.keyboard.press("Tab");
    await holds(composer(alice), "@bob ");
    await composer(alice).pressSequentially("well done :rock");
    await alice.page.getByRole("option", { selected: true }).waitFor();
    await picture(alice, "timeline-completion");
    await alice.page.keyboard.press("ArrowDown");
    await alice.page.keyboard.press("ArrowUp");
    const emoji = await alice.page
      .getByRole("option", { selected: true })
      .locator("span")
      .first()
      .textContent();
    await alice.page.keyboard.press("Enter");
    await holds(composer(alice), `@bob well done ${emoji} `);
    await alice.page.keyboard.type("@al");
    await alice.page.getByRole("option").first().waitFor();
    await alice.page.keyboard.press("Escape");
    await alice.page.getByRole("option").first().waitFor({ state: "detached" });
    for (let count = 0; count < 3; count++) await alice.page.keyboard.press("Backspace");
    await alice.page.keyboard.press("Enter");
    await becomes(
      () => unreadOf(bob, "design").textContent(),
      (text) => text === "1",
    );
    await openRoom(bob, "design");
    await row(bob, "well done").getByText("@bob").waitFor();
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});

/** Two frames after which the list stands where it was before them. */
async function settled(page: Page): Promise<void> {
  await page.getByRole("log").evaluate(
    (log) =>
      new Promise<void>((resolve) => {
        let last = Number.NaN;
        let same = 0;
        const look = () => {
          same = log.scrollTop === last ? same + 1 : 0;
          last = log.scrollTop;
          if (same >= 3) resolve();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}
