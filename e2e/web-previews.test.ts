import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { blue, green, picture as pixels } from "../server/src/testing/pictures.ts";
import { type WebSite, webSite } from "../server/src/testing/web-site.ts";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, hasFocus, openRoom, row, say, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let site: WebSite;
let scene: WebScene;
let alice: Device;
let bob: Device;
let room: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  site = webSite();
  const [wide, tall] = [await drawn(1200, 630), await drawn(400, 500)];
  site.put("/wide.png", () => new Response(wide, { headers: { "content-type": "image/png" } }));
  site.put("/tall.png", () => new Response(tall, { headers: { "content-type": "image/png" } }));
  const environment = { LINK_PREVIEWS: "on", EGRESS_ALLOW: site.host };
  scene = await startScene({ environment });
  room = (await scene.by.alice.call("room.direct", { user: scene.ids.bob })).id;
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  await openRoom(alice, "Bob");
  await openRoom(bob, "Alice");
});
afterAll(async () => {
  await scene?.end();
  await site?.stop();
});

/** A hill under a sky. */
function drawn(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  return pixels(width, height, (x, y) =>
    y > height * (0.6 + 0.1 * Math.sin((x / width) * 6)) ? [34, 120, 80, 255] : blendOf(y / height),
  );
}

const blendOf = (share: number) =>
  [0, 1, 2, 3].map((place) =>
    Math.round(((blue[place] ?? 0) * (1 - share) + (green[place] ?? 0) * share) * 0.7 + 70),
  ) as [number, number, number, number];

const head = (title: string, description: string, image = "") =>
  `<meta property="og:site_name" content="The walking club"><meta property="og:title" content="${title}">
   <meta property="og:description" content="${description}">${image && `<meta property="og:image" content="${image}">`}`;
const card = ({ page }: Device, title: string) =>
  page.getByRole("list", { name: "Previews of links" }).getByRole("listitem").filter({ hasText: title });
const top = async (device: Device, text: string) => (await row(device, text).boundingBox())?.y ?? 0;

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("previews of links (Chromium)", () => {
  test("UI-300 what a page says of itself comes under the message, for everybody", async () => {
    const words =
      "Twelve kilometres along the ridge, with a hut half-way up. Bring water: the well is dry until May.";
    const url = site.page("/walk", head("The long way round", words, "/wide.png"));
    const other = site.page("/hut", head("The hut", "Open from May on", "/tall.png"));
    await say(alice, `Shall we? ${url} and then ${other}`);
    for (const device of [alice, bob]) {
      for (const title of ["The long way round", "The hut"]) {
        await card(device, title).waitFor();
        const image = card(device, title).locator("img");
        await becomes(
          () => image.evaluate((each: HTMLImageElement) => each.naturalWidth),
          (width) => width > 0,
        );
      }
    }
    const link = card(bob, "The hut").getByRole("link", { name: "The hut" });
    expect(await link.getAttribute("href")).toBe(other);
    await say(alice, `Plain: ${site.page("/plain", "<title>A page without a picture</title>")}`);
    await card(bob, "A page without a picture").waitFor();
    await card(alice, "A page without a picture").waitFor();
    await picture(alice, "previews");
    await picture(bob, "previews-phone");
  });

  test("UI-300 a preview that comes moves nothing that is read", async () => {
    const { alice: caller } = scene.by;
    let answer: (response: Response) => void = () => undefined;
    const url = site.put("/late", () => new Promise<Response>((resolve) => (answer = resolve)));
    await say(alice, `Later: ${url}`);
    for (let count = 1; count <= 30; count++) {
      await caller.call("message.send", { room, text: `Line ${count} of what is read meanwhile` });
    }
    await seesSent(alice, "Line 30 of");
    await becomes(
      async () => site.asked.includes("/late"),
      (isSo) => isSo,
    );
    // Away from the end, with the link's message above what is read.
    const log = alice.page.getByRole("log");
    await log.hover();
    await alice.page.mouse.wheel(0, -150);
    await becomes(
      () => log.evaluate((area) => area.scrollHeight - area.scrollTop - area.clientHeight),
      (left) => left >= 145,
    );
    const still = await top(alice, "Line 20 of");
    answer(
      new Response(`<html><head>${head("It came late", "All the same")}</head>`, {
        headers: { "content-type": "text/html" },
      }),
    );
    await becomes(
      async () => {
        const { messages } = await caller.call("message.list", { room, limit: 40 });
        return messages.some(({ previews }) => previews?.[0]?.title === "It came late");
      },
      (isSo) => isSo,
    );
    // Whatever is told of a message after the preview has come is there after it.
    await caller.call("message.send", { room, text: "After the preview" });
    await seesSent(bob, "After the preview");
    await becomes(
      () => top(alice, "Line 20 of"),
      (now) => Math.abs(now - still) <= 1,
    );
    await alice.page.keyboard.press("End");
  });

  test("UI-301 whoever wrote it takes a preview off, for everybody, and keeps the focus at the message", async () => {
    expect(await card(bob, "The hut").getByRole("button").count()).toBe(0);
    await scene.by.alice.call("message.send", { room, text: `Again: ${site.url}/hut and ${site.url}/walk` });
    await alice.page.getByRole("log").focus();
    await alice.page.keyboard.press("End");
    await row(alice, "Again:").hover();
    await card(alice, "The hut").getByRole("button", { name: "Remove the preview of The hut" }).click();
    for (const device of [alice, bob]) await card(device, "The hut").waitFor({ state: "detached" });
    await card(alice, "The long way round").waitFor();
    expect(await hasFocus(row(alice, "Again:"))).toBe(true);
  });

  test("UI-300 nothing went wrong on any page", () => {
    expect(scene.faults()).toEqual([]);
  });
});
