import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, openRoom, say, sees } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  await scene.by.alice.call("room.direct", { user: scene.ids.bob });
  alice = await scene.open("alice");
  await alice.page.goto(`${scene.server.url}/settings/profile`);
  await section(alice).waitFor();
  bob = await scene.open("bob", "/", phone);
  await openRoom(bob, "Alice");
});
afterAll(() => scene?.end());

function section({ page }: Device): Locator {
  return page.getByRole("region", { name: "Profile picture" });
}

/** A wide picture: red at its start, green in the middle, blue at its end. */
function flag({ page }: Device): Promise<Buffer> {
  return page
    .evaluate(async () => {
      const canvas = new OffscreenCanvas(900, 300);
      const pen = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      for (const [place, colour] of ["red", "lime", "blue"].entries()) {
        pen.fillStyle = colour;
        pen.fillRect(place * 300, 0, 300, 300);
      }
      const bytes = await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer();
      return btoa(String.fromCharCode(...new Uint8Array(bytes)));
    })
    .then((text) => Buffer.from(text, "base64"));
}

type How = "chosen" | "dropped" | "pasted";

/** The file reaches the page in one of the ways in which people bring one. */
async function bring(device: Device, how: How, name: string, type: string, bytes: Buffer): Promise<void> {
  const { page } = device;
  if (how === "chosen") {
    await page.locator("input[type=file]").setInputFiles({ name, mimeType: type, buffer: bytes });
    return;
  }
  await section(device).evaluate(
    (target, given) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(given.text), (sign) => sign.charCodeAt(0));
      data.items.add(new File([bytes], given.name, { type: given.type }));
      const more = { bubbles: true, cancelable: true };
      target.dispatchEvent(
        given.how === "dropped"
          ? new DragEvent("drop", { ...more, dataTransfer: data })
          : new ClipboardEvent("paste", { ...more, clipboardData: data }),
      );
    },
    { how, name, type, text: bytes.toString("base64") },
  );
}

/** The name of the colour in the middle of what a canvas or an image shows; nothing while it shows nothing. */
function colourOf(element: Locator): Promise<string> {
  return element.evaluate((each) => {
    const shown = each as HTMLCanvasElement | HTMLImageElement;
    const canvas = new OffscreenCanvas(9, 9);
    const pen = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    pen.drawImage(shown, 0, 0, 9, 9);
    const [red = 0, green = 0, blue = 0] = pen.getImageData(4, 4, 1, 1).data;
    const most = Math.max(red, green, blue);
    return most < 128 ? "" : (["red", "green", "blue"][[red, green, blue].indexOf(most)] ?? "");
  });
}

function shows(element: Locator, colour: string): Promise<string> {
  return becomes(
    () => colourOf(element),
    (found) => found === colour,
  );
}

function isGone(element: Locator): Promise<void> {
  return element.waitFor({ state: "detached" });
}

describe.skipIf(!hasBrowser)("a profile picture (Chromium)", () => {
  test("UI-130 what is no picture is told as such", async () => {
    await bring(alice, "chosen", "notes.png", "image/png", Buffer.from("no picture"));
    await alice.page.getByRole("alert").getByText("not a picture").waitFor();
    expect(await alice.page.getByRole("dialog").count()).toBe(0);
    await picture(alice, "avatar-fault");
  });

  test("UI-130 what is too large is told as such, before it is looked into", async () => {
    await alice.page.evaluate(() => {
      const field = document.querySelector("input[type=file]") as HTMLInputElement;
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(41 * 1024 * 1024)], "large.png", { type: "image/png" }));
      field.files = data.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await alice.page.getByRole("alert").getByText("too large").waitFor();
  });

  for (const how of ["chosen", "dropped", "pasted"] as const) {
    test(`UI-130 a picture that is ${how} is shown to be cropped`, async () => {
      await bring(alice, how, "flag.png", "image/png", await flag(alice));
      const dialog = alice.page.getByRole("dialog", { name: "Crop the picture" });
      await shows(dialog.locator("canvas"), "green");
      expect(await alice.page.getByRole("alert").getByText(/./).count()).toBe(0);
      await alice.page.keyboard.press("Escape");
      await isGone(dialog);
    });
  }

  test("UI-131 the part is chosen by pointer and by keyboard, and made small", async () => {
    await say(bob, "Who are you?");
    await bring(alice, "chosen", "flag.png", "image/png", await flag(alice));
    const dialog = alice.page.getByRole("dialog", { name: "Crop the picture" });
    const canvas = dialog.locator("canvas");
    await shows(canvas, "green");
    const { x, y, width } = (await canvas.boundingBox()) ?? { x: 0, y: 0, width: 0 };
    await alice.page.mouse.move(x + width / 2, y + width / 2);
    await alice.page.mouse.down();
    await alice.page.mouse.move(x + width / 2 + width, y + width / 2, { steps: 5 });
    await alice.page.mouse.up();
    await shows(canvas, "red");
    await picture(alice, "avatar-crop");
    await dialog.getByLabel("Left to right").focus();
    await alice.page.keyboard.press("End");
    await shows(canvas, "blue");
    expect(await dialog.getByLabel("Top to bottom").isDisabled()).toBe(true);
    await dialog.getByLabel("Zoom").focus();
    await alice.page.keyboard.press("PageUp");
    await becomes(
      () => dialog.getByLabel("Top to bottom").isDisabled(),
      (isDisabled) => !isDisabled,
    );
    const sent = alice.page.waitForRequest((request) => request.method() === "PUT");
    await dialog.getByRole("button", { name: "Save" }).click();
    const request = await sent;
    expect(await request.headerValue("content-type")).toBe("image/webp");
    expect(Number(await request.headerValue("content-length"))).toBeLessThan(100_000);
    await isGone(dialog);
    await shows(section(alice).locator("img"), "blue");
    await picture(alice, "avatar-set");
  });

  test("UI-132 another picture is seen by others at once", async () => {
    await shows(
      bob.page.getByRole("heading", { level: 1 }).locator("xpath=ancestor::header").locator("img"),
      "blue",
    );
  });

  test("UI-132 it is beside what the person says, and gone for everybody when it is removed", async () => {
    await scene.by.alice.call("message.send", {
      room: (await scene.by.alice.call("room.direct", { user: scene.ids.bob })).id,
      text: "It is me",
      client_id: crypto.randomUUID(),
    });
    await sees(bob, "It is me");
    await shows(bob.page.locator("article", { hasText: "It is me" }).locator("img"), "blue");
    await picture(bob, "avatar-room-phone");
    await section(alice).getByRole("button", { name: "Remove picture" }).click();
    await isGone(section(alice).locator("img"));
    await isGone(section(alice).getByRole("button", { name: "Remove picture" }));
    await isGone(bob.page.locator("article img"));
  });

  test("UI-131 on a phone the whole dialog is in sight", async () => {
    await bob.page.goto(`${scene.server.url}/settings/profile`);
    await section(bob).waitFor();
    await bring(bob, "chosen", "flag.png", "image/png", await flag(bob));
    await shows(bob.page.getByRole("dialog").locator("canvas"), "green");
    await picture(bob, "avatar-crop-phone");
    await bob.page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await shows(section(bob).locator("img"), "green");
    await picture(bob, "avatar-set-phone");
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
