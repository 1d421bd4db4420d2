import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { Message } from "@parley/protocol/messages";
import type { Locator } from "playwright-core";
import { withExif } from "../server/src/testing/pictures.ts";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, composer, hasFocus, openRoom, row, say, sees, seesSent } from "./web-page.ts";
import { type Name, startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;
let room: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  room = (await scene.by.alice.call("room.direct", { user: scene.ids.bob })).id;
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  await openRoom(alice, "Bob");
  await openRoom(bob, "Alice");
});
afterAll(() => scene?.end());

const tray = ({ page }: Device) => page.getByRole("list", { name: "Files to send" });
const item = (device: Device, name: string) => tray(device).getByRole("listitem").filter({ hasText: name });
const isUp = (device: Device, name: string) =>
  item(device, name).and(device.page.locator("[data-state=done]")).waitFor();
const send = ({ page }: Device) => page.getByRole("button", { name: "Send", exact: true }).click();

interface Given {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const note = (name: string, text = "Some words"): Given => ({
  ...{ name, mimeType: "text/plain", buffer: Buffer.from(text) },
});

/** Drawn by the browser itself: what a camera or a screen would give. */
async function drawn({ page }: Device, name: string, width: number, height: number): Promise<Given> {
  const data = await page.evaluate(
    ([wide, high]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
      const brush = canvas.getContext("2d");
      if (!brush) throw new Error("no canvas");
      const sky = brush.createLinearGradient(0, 0, 0, high);
      sky.addColorStop(0, "#2b6cb0");
      sky.addColorStop(1, "#f6ad55");
      brush.fillStyle = sky;
      brush.fillRect(0, 0, wide, high);
      brush.fillStyle = "#fffbe6";
      brush.beginPath();
      brush.arc(wide * 0.7, high * 0.55, high * 0.15, 0, 7);
      brush.fill();
      brush.fillStyle = "#22543d";
      brush.fillRect(0, high * 0.75, wide, high * 0.25);
      return canvas.toDataURL("image/png").split(",")[1] ?? "";
    },
    [width, height] as const,
  );
  return { name, mimeType: "image/png", buffer: Buffer.from(data, "base64") };
}

async function add(device: Device, files: Given[]): Promise<void> {
  await device.page.locator("input[type=file]").setInputFiles(files);
}

async function newest(name: Name): Promise<Message> {
  const { messages } = await scene.by[name].call("message.list", { room, limit: 1 });
  const [message] = messages;
  if (!message) throw new Error("there is no message");
  return message;
}

/** What somebody would get of a message's file. */
async function bytesOf(name: Name, message: Message, place = 0): Promise<Buffer> {
  const files = [message.files?.[place]?.id ?? 0];
  const { links } = await scene.by[name].call("file.links", { files });
  const response = await fetch(scene.server.url + links[0]?.url);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** Gives files to the page as a drop or a paste would. */
async function handOver(target: Locator, kind: "drop" | "paste", name: string): Promise<void> {
  await target.evaluate(
    (element, { kind, name }) => {
      const data = new DataTransfer();
      data.items.add(new File(["handed over"], name, { type: "text/plain" }));
      const more = { bubbles: true, cancelable: true };
      if (kind === "paste") {
        element.dispatchEvent(new ClipboardEvent("paste", { ...more, clipboardData: data }));
        return;
      }
      for (const type of ["dragenter", "dragover"]) {
        element.dispatchEvent(new DragEvent(type, { ...more, dataTransfer: data }));
      }
    },
    { kind, name },
  );
}

const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const many = Buffer.from(Array.from({ length: 6_000_000 }, (_, index) => (index * 7 + (index >> 9)) % 251));

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("files (Chromium)", () => {
  test("UI-200 files are added by button, by pasting, and by dropping them on the room", async () => {
    await add(alice, [await drawn(alice, "sunset.png", 1200, 800), note("minutes.txt")]);
    await handOver(composer(alice), "paste", "pasted.txt");
    const log = alice.page.getByRole("log");
    await handOver(log, "drop", "dropped.txt");
    await alice.page.getByText("Drop files here to add them").waitFor();
    await picture(alice, "files-drop");
    await log.evaluate((element) => {
      const data = new DataTransfer();
      data.items.add(new File(["handed over"], "dropped.txt", { type: "text/plain" }));
      const options = { bubbles: true, cancelable: true, dataTransfer: data };
      element.dispatchEvent(new DragEvent("drop", options));
    });
    for (const name of ["sunset.png", "minutes.txt", "pasted.txt", "dropped.txt"]) await isUp(alice, name);
    await alice.page.getByText("Drop files here to add them").waitFor({ state: "detached" });
  });

  test("UI-200 each is taken out, renamed and described before it is sent", async () => {
    const { page } = alice;
    await tray(alice).getByRole("button", { name: "Remove pasted.txt" }).click();
    await item(alice, "pasted.txt").waitFor({ state: "detached" });
    await tray(alice).getByRole("button", { name: "Remove dropped.txt" }).click();
    const change = tray(alice).getByRole("button", { name: "Name and describe sunset.png" });
    await change.click();
    await page.getByLabel("Name", { exact: true }).fill("evening.png");
    await page.getByLabel("Description", { exact: true }).fill("The sun goes down behind a meadow");
    await picture(alice, "files-describe");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await item(alice, "evening.png").waitFor();
    await hasFocus(tray(alice).getByRole("button", { name: "Name and describe evening.png" }));
    await picture(alice, "files-tray");
  });

  test("UI-201 they arrive with the message, which needs no words, and nothing moves when a picture comes", async () => {
    const { page } = bob;
    // The bytes of pictures are held back until the row has been measured.
    const gate = Promise.withResolvers<void>();
    await page.route("**/api/v2/files/*/*", async (route) => {
      await gate.promise;
      await route.continue();
    });
    await send(alice);
    await tray(alice).waitFor({ state: "detached" });
    const shown = page.locator("article[data-message]", { has: page.getByRole("list", { name: "Files" }) });
    const frame = shown.getByRole("button", { name: "Open The sun goes down behind a meadow" });
    await frame.waitFor();
    const before = await shown.boundingBox();
    expect(await frame.locator("img").evaluate((each: HTMLImageElement) => each.complete)).toBe(false);
    gate.resolve();
    await becomes(
      () => frame.locator("img").evaluate((each: HTMLImageElement) => each.naturalWidth),
      (width) => width === 1200,
    );
    expect(await shown.boundingBox()).toEqual(before);
    await page.unroute("**/api/v2/files/*/*");
    expect(await newest("bob")).toMatchObject({
      text: "",
      type: "file",
      files: [
        { name: "evening.png", type: "image/png", width: 1200, height: 800 },
        { name: "minutes.txt", type: "text/plain", size: 10 },
      ],
    });
    await alice.page.locator("article[data-message] img").first().waitFor();
    await picture(alice, "files-room");
    await picture(bob, "files-room-phone");
  });

  test("UI-202 a picture opens in full, is looked at nearer by keys, and the focus comes back", async () => {
    const { page } = alice;
    const open = page.getByRole("button", { name: "Open The sun goes down" });
    await open.click();
    const viewer = page.getByRole("dialog", { name: "The sun goes down" });
    const canvas = viewer.getByRole("region", { name: "Picture" });
    await canvas.locator("img").waitFor();
    await picture(alice, "files-viewer");
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await canvas.and(page.locator("[data-zoom='2']")).waitFor();
    await page.keyboard.press("0");
    await canvas.and(page.locator("[data-zoom='1']")).waitFor();
    const saving = page.waitForEvent("download");
    await viewer.getByRole("link", { name: "Download evening.png" }).click();
    expect((await saving).suggestedFilename()).toBe("evening.png");
    await page.keyboard.press("Escape");
    await viewer.waitFor({ state: "detached" });
    await hasFocus(open);
    await bob.page.getByRole("button", { name: "Open The sun goes down" }).click();
    await bob.page.getByRole("dialog").locator("img").waitFor();
    await picture(bob, "files-viewer-phone");
    await bob.page.getByRole("button", { name: "Close" }).click();
  });

  test("UI-202 the pictures of a message are gone through by arrows", async () => {
    const { page } = alice;
    await add(alice, [await drawn(alice, "one.png", 400, 900), await drawn(alice, "two.png", 900, 300)]);
    await isUp(alice, "one.png");
    await isUp(alice, "two.png");
    await say(alice, "Two of them");
    await seesSent(alice, "Two of them");
    await row(alice, "Two of them").getByRole("button", { name: "Open one.png" }).click();
    await page.getByRole("dialog", { name: "one.png" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("dialog", { name: "two.png" }).getByText("2 of 2").waitFor();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("dialog", { name: "one.png" }).waitFor();
    await page.keyboard.press("Escape");
    await picture(alice, "files-two");
  });

  test("UI-207 a photograph is sent without the place that is written into it, and stands as it stood", async () => {
    const { buffer } = await drawn(alice, "", 600, 300);
    const taken = withExif(await new Bun.Image(buffer).jpeg().bytes(), 6);
    expect(Buffer.from(taken).includes("GPS")).toBe(true);
    await add(alice, [{ name: "taken.jpg", mimeType: "image/jpeg", buffer: Buffer.from(taken) }]);
    await isUp(alice, "taken.jpg");
    await say(alice, "On its side");
    await seesSent(alice, "On its side");
    const message = await newest("bob");
    expect(message.files).toMatchObject([{ type: "image/jpeg", width: 300, height: 600 }]);
    const bytes = await bytesOf("bob", message);
    expect(bytes.includes("GPS")).toBe(false);
    const image = row(alice, "On its side").locator("img");
    await becomes(
      () => image.evaluate((each: HTMLImageElement) => [each.naturalWidth, each.naturalHeight]),
      ([width = 0, height = 0]) => height > width,
    );
  });

  test("UI-203 any other file is a card with its type and size, and is saved under its name", async () => {
    const { page } = bob;
    const card = page.getByRole("listitem").filter({ hasText: "minutes.txt" });
    await card.getByText("TXT · 10 byte").waitFor();
    const saving = page.waitForEvent("download");
    await card.getByRole("link", { name: "Download minutes.txt" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe("minutes.txt");
    expect(await Bun.file((await saved.path()) ?? "").text()).toBe("Some words");
  });

  test("UI-204 what was cut goes on where it stood", async () => {
    const { page } = alice;
    const places: number[] = [];
    await page.route("**/api/v2/uploads/*", async (route) => {
      const request = route.request();
      if (request.method() !== "PATCH") return route.continue();
      places.push(Number(request.headers()["upload-offset"]));
      if (places.length !== 2) return route.continue();
      await scene.server.kill();
      return route.abort();
    });
    await add(alice, [{ name: "large.bin", mimeType: "application/octet-stream", buffer: many }]);
    await item(alice, "large.bin").getByText("Waits for a connection").waitFor();
    await picture(alice, "files-waiting");
    await scene.server.start();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await isUp(alice, "large.bin");
    await page.unroute("**/api/v2/uploads/*");
    expect(places.slice(0, 3)).toEqual([0, 524_288, 524_288]);
    await say(alice, "All of it");
    await seesSent(alice, "All of it");
    expect(digest(await bytesOf("bob", await newest("bob")))).toBe(digest(many));
  });

  test("UI-204 what was chosen is there again after the page was loaded anew, and goes on", async () => {
    const { page } = bob;
    await page.route("**/api/v2/uploads/*", async (route) => {
      const isFirst = route.request().headers()["upload-offset"] === "0";
      return route.request().method() === "PATCH" && !isFirst ? route.abort() : route.continue();
    });
    await add(bob, [{ name: "again.bin", mimeType: "application/octet-stream", buffer: many }]);
    const progress = item(bob, "again.bin").getByRole("progressbar");
    await becomes(
      async () => Number(await progress.getAttribute("value")),
      (share) => share > 0,
    );
    await picture(bob, "files-tray-phone");
    await page.unroute("**/api/v2/uploads/*");
    await page.reload();
    await isUp(bob, "again.bin");
    await send(bob);
    await tray(bob).waitFor({ state: "detached" });
    await alice.page.getByRole("listitem").filter({ hasText: "again.bin" }).waitFor();
    expect(digest(await bytesOf("alice", await newest("alice")))).toBe(digest(many));
  });

  test("UPLOAD-5 what the server has forgotten meanwhile is sent up once more, and then the message", async () => {
    const { page } = alice;
    const made = { url: "", authorization: "" };
    await page.route("**/api/v2/uploads/*", (route) => {
      const request = route.request();
      Object.assign(made, { url: request.url(), authorization: request.headers().authorization });
      return route.continue();
    });
    await add(alice, [note("forgotten.txt", "Not for ever")]);
    await isUp(alice, "forgotten.txt");
    await page.unroute("**/api/v2/uploads/*");
    const headers = { authorization: made.authorization, "tus-resumable": "1.0.0" };
    expect((await fetch(made.url, { method: "DELETE", headers })).status).toBe(204);
    await say(alice, "It was forgotten");
    await seesSent(alice, "It was forgotten");
    expect((await bytesOf("bob", await newest("bob"))).toString()).toBe("Not for ever");
  });

  test("UI-205 without a connection a message with files waits in its place, and is sent once in its order", async () => {
    await bob.context.setOffline(true);
    await scene.server.kill();
    await bob.page.getByText("No connection.").waitFor();
    await add(bob, [await drawn(bob, "later.png", 300, 300), note("later.txt", "For later")]);
    await item(bob, "later.txt").waitFor();
    await say(bob, "With two files");
    await say(bob, "And after them");
    const waiting = bob.page.locator("article[data-state]");
    await waiting.filter({ hasText: "With two files" }).locator("img").waitFor();
    await picture(bob, "files-offline-phone");
    await bob.page.close();
    await bob.context.setOffline(false);
    await scene.server.start();
    await alice.page.evaluate(() => dispatchEvent(new Event("online")));
    bob.page = await bob.context.newPage();
    await bob.page.goto(scene.server.url);
    await openRoom(bob, "Alice");
    await seesSent(bob, "And after them");
    await sees(alice, "And after them");
    const texts = await alice.page.locator("article[data-message]").allInnerTexts();
    const order = texts.flatMap((text) => /With two files|And after them/.exec(text)?.[0] ?? []);
    expect(order).toEqual(["With two files", "And after them"]);
    await row(alice, "With two files").getByRole("button", { name: "Open later.png" }).waitFor();
    await bob.page.locator("article[data-state]").waitFor({ state: "detached" });
    expect(await tray(bob).count()).toBe(0);
  });

  test("UI-206 what the server refuses says why, and can be tried again or taken out", async () => {
    const { page } = alice;
    await page.route("**/api/v2/uploads", (route) =>
      route.fulfill({ status: 507, contentType: "application/problem+json", body: '{"code":"full"}' }),
    );
    await add(alice, [note("refused.txt")]);
    await item(alice, "refused.txt").getByText("The storage is full").waitFor();
    await composer(alice).fill("With a file that is not there");
    expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await picture(alice, "files-refused");
    await page.unroute("**/api/v2/uploads");
    await tray(alice).getByRole("button", { name: "Try refused.txt again" }).click();
    await isUp(alice, "refused.txt");
    await tray(alice).getByRole("button", { name: "Remove refused.txt" }).click();
    await tray(alice).waitFor({ state: "detached" });
    await composer(alice).fill("");
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    const own = scene.faults().filter((fault) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(fault));
    expect(own).toEqual([]);
  });
});
