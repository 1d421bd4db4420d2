import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { violationsInEveryLook } from "./axe.ts";
import { type Device, desktop, hasBrowser, openDevice, phone, type Screen } from "./browser.ts";
import { startServer } from "./server.ts";
import { add, choose, composer, openRoom, row, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { by, ids } = scene;
  const members = [ids.bob, ids.carol, ids.admin];
  const { id: lobby } = await by.alice.call("room.create", {
    ...{ kind: "channel", public: true, name: "lobby", topic: "For everybody", members },
  });
  await by.alice.call("room.direct", { user: ids.bob });
  const tell = (name: "alice" | "bob", text: string, more = {}) =>
    by[name].call("message.send", { room: lobby, text, client_id: crypto.randomUUID(), ...more });
  const first = await tell(
    "bob",
    "**Bold**, *slanted*, ~~gone~~ and `code`\n\n- one\n- two\n\n> quoted\n\n```js\nlet it = be;\n```",
  );
  await tell("alice", "See https://example.org/plan @bob", { mentions: [ids.bob], reply_to: first.id });
  await by.carol.call("reaction.set", { message: first.id, emoji: "👍", on: true });
  const { id } = await tell("alice", "Wrod");
  await by.alice.call("message.edit", { message: id, text: "Word" });
  const { id: gone } = await tell("alice", "Gone");
  await by.alice.call("message.delete", { message: gone });
  for (const text of ["News one", "News two"]) await tell("bob", text);
});
afterAll(() => scene?.end());

/** A picture of 64 by 64 pixels. */
const dot =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAACqaXHeAAAAxElEQVR4AWJg+D/C4Qj3/v/RFDCaAkbLgBGeBka490cLwdFaYDQLjNYCIzwNjHDvj9YCo7XAaBYYrQVGeBoY4d4frQVGa4HRLDBaC4zwNDDCvT9aC4zWAqNZYLQWGOFpYIR7f7QWGK0FRrPAaC0wwtPACPf+aC0wWguMZoHRWmCEp4ER7v3RWmC0FhjNAqO1wAhPAyPc+6O1wGgtMJoFRmuBEZ4GRrj3R2uB0VpgNAuM1gIjPA2McO+P1gKjtQBgIz0LAABSmOHSjJ29mQAAAABJRU5ErkJggg==";
let found: { where: string; look: string; what: string[] }[] = [];
beforeEach(() => {
  found = [];
});

async function expectAccess({ page }: Device, where: string): Promise<void> {
  for (const violation of await violationsInEveryLook(page)) found.push({ where, ...violation });
}

const screens: [string, Screen][] = [
  ["a desk", desktop],
  ["a phone", phone],
];

// What the walk through the views sees (web-views.test.ts) is not looked at again.
describe.skipIf(!hasBrowser)("nothing stands in anybody's way (Chromium, axe)", () => {
  for (const [where, screen] of screens) {
    test(`UI-60 the way in, on ${where}`, async () => {
      const unclaimed = await startServer({ unclaimed: true });
      try {
        const [link = ""] = /http:\S+\/setup#code=\S+/.exec(unclaimed.output()) ?? [];
        const setUp = await openDevice(scene.browser, link, screen);
        await setUp.page.getByRole("heading", { name: "Set up this server" }).waitFor();
        await expectAccess(setUp, "set-up");
        const without = await openDevice(scene.browser, unclaimed.url, screen);
        await without.page.getByText("This server is not set up yet").waitFor();
        await expectAccess(without, "not set up");
      } finally {
        await unclaimed.remove();
      }
      const signIn = await openDevice(scene.browser, scene.server.url, screen);
      await signIn.page.getByRole("heading", { name: "Sign in" }).waitFor();
      await expectAccess(signIn, "sign-in");
      await signIn.page.goto(`${scene.server.url}/invite#code=anything`);
      await signIn.page.reload();
      await signIn.page.getByRole("button", { name: "Make my account" }).waitFor();
      await expectAccess(signIn, "invited");
      await signIn.context.close();
      expect(found).toEqual([]);
    });

    test(`UI-60 the rooms and their dialogs, on ${where}`, async () => {
      const admin = await scene.open("admin", "/", screen);
      await admin.page.getByRole("navigation", { name: "Rooms" }).getByRole("link").first().waitFor();
      await expectAccess(admin, "rooms");
      await admin.page.getByRole("button", { name: "New", exact: true }).click();
      await expectAccess(admin, "menu");
      await admin.page.keyboard.press("Escape");
      await add(admin, "Invite people");
      await admin.page.getByRole("dialog").waitFor();
      await expectAccess(admin, "Invite people");
      await admin.context.close();
      expect(found).toEqual([]);
    });

    test(`UI-60 a room, its threads and what is saved of it, on ${where}`, async () => {
      const alice = await scene.open("alice", "/", screen);
      const { page } = alice;
      await openRoom(alice, "lobby");
      await sees(alice, "News two");
      await expectAccess(alice, "room");
      await choose(alice, "Word", "Answer in a thread");
      const thread = page.getByRole("complementary", { name: "Thread" });
      await thread.getByText("Nobody has answered yet.").waitFor();
      await expectAccess(alice, "thread");
      await thread.getByRole("button", { name: "Close thread" }).click();
      await thread.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "What to do with the room" }).click();
      await page.getByRole("menuitem", { name: "Go to a date" }).click();
      await page.getByRole("dialog").getByLabel("Date").waitFor();
      await expectAccess(alice, "date");
      await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
      await row(alice, "Word").click({ button: "right" });
      await expectAccess(alice, "message menu");
      await page.keyboard.press("Escape");
      await choose(alice, "Word", "Save");
      await page.goto(`${scene.server.url}/saved`);
      await page.getByRole("main").getByRole("listitem").first().waitFor();
      await expectAccess(alice, "saved");
      await page.getByRole("button", { name: "Remove from saved" }).click();
      await page.getByText("Nothing is saved yet").waitFor();
      await alice.context.close();
      expect(found).toEqual([]);
    });

    test(`UI-60 what is done in a room, on ${where}`, async () => {
      const alice = await scene.open("alice", "/", screen);
      const { page } = alice;
      await openRoom(alice, "lobby");
      await sees(alice, "News two");
      for (const what of ["Delete", "Reply"]) {
        await choose(alice, "Word", what);
        if (what !== "Reply") await page.getByRole("dialog").waitFor();
        await expectAccess(alice, what);
        if (what !== "Reply") await page.keyboard.press("Escape");
      }
      await composer(alice).pressSequentially("@bo");
      await page.getByRole("option").first().waitFor();
      await expectAccess(alice, "suggestions");
      await page.keyboard.press("Escape");
      await composer(alice).fill("");
      await page.getByRole("button", { name: "Details" }).click();
      await page.getByRole("region", { name: "People" }).getByText("Bob").waitFor();
      await expectAccess(alice, "details of one's own room");
      for (const name of ["Edit room", "Leave room", "Delete room"]) {
        await page.getByRole("button", { name }).click();
        await page.getByRole("dialog").waitFor();
        await expectAccess(alice, name);
        await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
      }
      await alice.context.close();
      expect(found).toEqual([]);
    });

    test(`UI-60 files, on ${where}`, async () => {
      const bob = await scene.open("bob", "/", screen);
      const { page } = bob;
      await openRoom(bob, "lobby");
      const chosen = [
        { name: "dot.png", mimeType: "image/png", buffer: Buffer.from(dot, "base64") },
        { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Some words") },
      ];
      const tray = page.getByRole("list", { name: "Files to send" });
      await page.route("**/api/v2/uploads", (route) =>
        route.fulfill({ status: 507, contentType: "application/problem+json", body: '{"code":"full"}' }),
      );
      await page.locator("input[type=file]").setInputFiles(chosen);
      await tray.getByText("The storage is full").nth(1).waitFor();
      await expectAccess(bob, "refused files");
      await page.unroute("**/api/v2/uploads");
      for (const { name } of chosen) await tray.getByRole("button", { name: `Try ${name} again` }).click();
      await tray.locator("[data-state=done]").nth(1).waitFor();
      await expectAccess(bob, "tray");
      await tray.getByRole("button", { name: "Name and describe dot.png" }).click();
      await page.getByRole("dialog").waitFor();
      await expectAccess(bob, "describe");
      await page.keyboard.press("Escape");
      await say(bob, `Files on ${where}`);
      await seesSent(bob, `Files on ${where}`);
      const open = row(bob, `Files on ${where}`).getByRole("button", { name: "Open dot.png" });
      await open.locator("img").waitFor();
      await expectAccess(bob, "files in a room");
      await open.click();
      await page.getByRole("dialog").locator("img").waitFor();
      await expectAccess(bob, "viewer");
      await bob.context.close();
      expect(found).toEqual([]);
    });

    test(`UI-60 settings, on ${where}`, async () => {
      const bob = await scene.open("bob", "/", screen);
      for (const part of ["notifications", "blocked", "reports"]) {
        await bob.page.goto(`${scene.server.url}/settings/${part}`);
        await bob.page.getByRole("heading", { level: 1 }).waitFor();
        await expectAccess(bob, part);
      }
      await bob.page.goto(`${scene.server.url}/settings/profile`);
      const picture = Buffer.from(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==",
        "base64",
      );
      const file = { name: "one.png", mimeType: "image/png", buffer: picture };
      await bob.page.locator("input[type=file]").setInputFiles(file);
      await bob.page.getByRole("dialog").waitFor();
      await expectAccess(bob, "crop");
      await bob.page.goto(`${scene.server.url}/saved`);
      await bob.page.getByText("Nothing is saved yet").waitFor();
      await expectAccess(bob, "saved, empty");
      await bob.context.close();
      expect(found).toEqual([]);
    });
  }
});
