import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { violations } from "./axe.ts";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, composer, holds, openRoom, row, say, sees } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let admin: Device;
let alice: Device;
let bob: Device;
let lobby: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const members = [scene.ids.bob, scene.ids.alice];
  lobby = (await scene.by.admin.call("room.create", { kind: "channel", name: "lobby", members })).id;
  admin = await scene.open("admin");
  await admin.page.goto(`${scene.server.url}/settings/library`);
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  await openRoom(alice, "lobby");
  await openRoom(bob, "lobby");
});
afterAll(() => scene?.end());

/** A round face of one colour on nothing. */
function face({ page }: Device, colour: string): Promise<Buffer> {
  return page
    .evaluate(async (fill) => {
      const canvas = new OffscreenCanvas(200, 160);
      const pen = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      pen.fillStyle = fill;
      pen.ellipse(100, 80, 78, 78, 0, 0, 7);
      pen.fill();
      const bytes = await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer();
      return btoa(String.fromCharCode(...new Uint8Array(bytes)));
    }, colour)
    .then((text) => Buffer.from(text, "base64"));
}

async function fill(dialog: Locator, name: string, colour?: string): Promise<void> {
  if (colour) {
    const buffer = await face(admin, colour);
    await dialog.locator("input[type=file]").setInputFiles({ name: "x.png", mimeType: "image/png", buffer });
  }
  await dialog.getByLabel("Name", { exact: true }).fill(name);
}

/** Waits until a picture has come and is drawn. */
const isDrawn = (image: Locator) =>
  becomes(
    () => image.evaluate((each) => (each as HTMLImageElement).naturalWidth),
    (width) => width > 0,
  );
const emojiIn = (device: Device, text: string, name: string) =>
  row(device, text).getByRole("img", { name: `:${name}:` });

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("the server's own emoji and stickers (Chromium)", () => {
  test("EMOJI-11 an admin gives everybody an emoji", async () => {
    const { page } = admin;
    await page.getByText("There are none yet.").waitFor();
    await page.getByRole("button", { name: "Add an emoji" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("Party Heron");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    expect(await dialog.getByLabel("Name", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    const large = { name: "x.png", mimeType: "image/png", buffer: Buffer.alloc(300 * 1024) };
    await dialog.locator("input[type=file]").setInputFiles(large);
    await dialog.getByRole("alert").getByText("at most 256 KiB").waitFor();
    await fill(dialog, "party-heron", "teal");
    expect(await violations(page, "everything")).toEqual([]);
    await picture(admin, "library-add");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText(":party-heron:").waitFor();
    await page.getByRole("button", { name: "Add an emoji" }).click();
    await fill(dialog, "party-heron", "red");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByText("there is an emoji called party-heron").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  test("EMOJI-9 its name stands for it in texts, is completed, and is chosen from a group of its own", async () => {
    await composer(alice).fill("Well done :party");
    await composer(alice).press("End");
    const list = alice.page.getByRole("listbox");
    await list.getByRole("option", { name: ":party-heron:" }).waitFor();
    await picture(alice, "emoji-completed");
    await alice.page.keyboard.press("Enter");
    await holds(composer(alice), "Well done :party-heron: ");
    await alice.page.getByRole("button", { name: "Send", exact: true }).click();
    await isDrawn(emojiIn(alice, "Well done", "party-heron"));
    await isDrawn(emojiIn(bob, "Well done", "party-heron"));
    await bob.page.getByRole("button", { name: "Emoji" }).first().click();
    await bob.page.getByRole("button", { name: "This server’s own" }).click();
    await picture(bob, "emoji-own-phone");
    await bob.page.getByRole("button", { name: "party-heron", exact: true }).click();
    await holds(composer(bob), ":party-heron:");
    await composer(bob).fill("");
  });

  test("EMOJI-8 one reacts with it", async () => {
    const message = row(alice, "Well done");
    await message.hover();
    await message.getByRole("button", { name: "Add reaction" }).click();
    await alice.page.getByRole("searchbox", { name: "Search emoji" }).fill("heron");
    await alice.page.keyboard.press("Enter");
    await isDrawn(
      row(bob, "Well done")
        .getByRole("button", { name: /:party-heron:/ })
        .getByRole("img"),
    );
    const { messages } = await scene.by.bob.call("message.list", { room: lobby });
    expect(messages.at(-1)?.reactions).toEqual([{ emoji: ":party-heron:", users: [scene.ids.alice] }]);
    expect(await violations(alice.page, "everything")).toEqual([]);
    await picture(alice, "emoji-own");
  });

  test("EMOJI-10 names of other emoji are emoji once they are sent", async () => {
    // The names are known once they were asked for.
    await composer(alice).fill(":smi");
    await composer(alice).press("End");
    await alice.page.getByRole("option").first().waitFor();
    await say(alice, "Hello :smile: and `:smile:` and :party-heron:");
    await row(bob, "Hello").getByText(":smile:", { exact: true }).waitFor();
    const { messages } = await scene.by.bob.call("message.list", { room: lobby });
    expect(messages.at(-1)?.text).toMatch(/^Hello \p{RGI_Emoji} and `:smile:` and :party-heron:$/v);
  });

  test("STICKER-6 an admin makes a pack and puts stickers into it", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Add a sticker pack" }).click();
    const dialog = page.getByRole("dialog");
    await fill(dialog, "Faces");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    for (const [name, colour] of [
      ["A blue face", "royalblue"],
      ["A golden face", "goldenrod"],
    ] as const) {
      await page
        .getByRole("region", { name: "Faces" })
        .getByRole("button", { name: "Add a sticker" })
        .click();
      await fill(dialog, name, colour);
      await dialog.getByRole("button", { name: "Add", exact: true }).click();
      await page.getByRole("region", { name: "Faces" }).getByText(name, { exact: true }).waitFor();
    }
    expect(await violations(page, "everything")).toEqual([]);
    await picture(admin, "library");
  });

  test("STICKER-5 a sticker is chosen, sent by itself, and what is being written stays", async () => {
    await composer(bob).fill("Not yet");
    await bob.page.getByRole("button", { name: "Emoji" }).first().click();
    await bob.page.getByRole("button", { name: "Stickers", exact: true }).click();
    await isDrawn(bob.page.getByRole("button", { name: "A blue face" }).locator("img"));
    expect(await violations(bob.page, "everything")).toEqual([]);
    await picture(bob, "stickers-phone");
    await bob.page.getByRole("button", { name: "A blue face" }).click();
    await isDrawn(alice.page.getByRole("img", { name: "A blue face" }));
    await holds(composer(bob), "Not yet");
    await picture(alice, "stickers");
    const { messages } = await scene.by.alice.call("message.list", { room: lobby });
    expect(messages.at(-1)).toMatchObject({ type: "sticker", text: "A blue face" });
  });

  test("EMOJI-4 what is renamed or deleted is a word in texts again, at once", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Rename party-heron" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("heron");
    await dialog.getByRole("button", { name: "Save" }).click();
    await row(alice, "Well done").getByText("Well done :party-heron:").waitFor();
    await say(alice, "It is a :heron: now");
    await isDrawn(emojiIn(bob, "It is a", "heron"));
    await page.getByRole("button", { name: "Delete heron" }).click();
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await row(bob, "It is a :heron: now").waitFor();
    await page.getByRole("button", { name: "Delete A blue face" }).click();
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("A blue face", { exact: true }).waitFor({ state: "detached" });
    // Whoever has seen the picture may have kept it.
    const other = await scene.open("alice", `/rooms/${lobby}`);
    await sees(other, "A blue face");
  });

  test("EMOJI-11 nobody else is offered to change them", async () => {
    await alice.page.goto(`${scene.server.url}/settings/library`);
    await alice.page.getByText("Admins of this server add emoji and stickers.").waitFor();
    expect(await alice.page.getByRole("link", { name: "Emoji and stickers" }).count()).toBe(0);
  });

  test("EMOJI-11 nothing went wrong on any page", () => {
    expect(scene.faults()).toEqual([]);
  });
});
