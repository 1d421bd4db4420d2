import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { violations } from "./axe.ts";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { hasFocus, holds, openRoom, row } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;
let lobby: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const members = [scene.ids.bob, scene.ids.alice];
  lobby = (await scene.by.admin.call("room.create", { kind: "channel", name: "lobby", members })).id;
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  await openRoom(alice, "lobby");
  await openRoom(bob, "lobby");
});
afterAll(() => scene?.end());

async function open({ page }: Device, what: string): Promise<Locator> {
  await page.getByRole("button", { name: "Poll, place or contact" }).click();
  await page.getByRole("menuitem", { name: what }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  return dialog;
}

const messages = async () => (await scene.by.bob.call("message.list", { room: lobby })).messages;
const card = ({ page }: Device, name: string): Locator =>
  page.getByRole("region", { name: `Contact: ${name}`, exact: true });

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("places and contacts, on a desk and on a phone (Chromium)", () => {
  test("CARD-8 the browser is asked only after a press, and its refusal is explained", async () => {
    const dialog = await open(alice, "Place");
    await dialog.getByRole("button", { name: "Where I am now" }).click();
    await dialog.getByText("Your browser does not tell this page where you are.").waitFor();
    expect(await violations(alice.page, "everything")).toEqual([]);
    await picture(alice, "location-refused");
    await dialog.getByLabel("Latitude").fill("52,52");
    await dialog.getByLabel("Longitude").fill("200");
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await dialog.getByText("Between -180 and 180 degrees.").waitFor();
    await dialog.getByLabel("Longitude").fill("13.405");
    await dialog.getByLabel("What is there (optional)").fill("The market");
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await row(bob, "The market").getByText("52.52° N, 13.405° E").waitFor();
    await hasFocus(alice.page.getByRole("button", { name: "Poll, place or contact" }));
  });

  test("CARD-8 where the device is is filled in, to be looked at and sent", async () => {
    await bob.context.grantPermissions(["geolocation"]);
    await bob.context.setGeolocation({ latitude: -33.856_784, longitude: 151.215_297, accuracy: 25 });
    const dialog = await open(bob, "Place");
    await dialog.getByRole("button", { name: "Where I am now" }).click();
    await holds(dialog.getByLabel("Latitude"), "-33.85678");
    await holds(dialog.getByLabel("Longitude"), "151.21530");
    await picture(bob, "location-dialog-phone");
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await row(alice, "33.85678° S, 151.2153° E").getByText("Within about 25 m").waitFor();
    expect((await messages()).at(-1)?.location).toEqual({
      ...{ latitude: -33.85678, longitude: 151.2153, accuracy: 25 },
    });
  });

  test("CARD-7 a place is drawn without asking anybody, and leads to maps", async () => {
    const place = row(alice, "The market");
    const href = (name: string) => place.getByRole("link", { name }).getAttribute("href");
    expect(await href("Open in a map app")).toBe("geo:52.52,13.405");
    expect(await href("OpenStreetMap")).toBe(
      "https://www.openstreetmap.org/?mlat=52.52&mlon=13.405#map=16/52.52/13.405",
    );
    await place.getByRole("button", { name: "Copy the degrees" }).click();
    await alice.page.getByText("Copied", { exact: true }).waitFor();
    expect(await alice.page.evaluate(() => navigator.clipboard.readText())).toBe("52.52, 13.405");
    expect(await violations(alice.page, "everything")).toEqual([]);
    await picture(alice, "locations");
    await picture(bob, "locations-phone");
  });

  test("CARD-10 somebody else's card is typed in, shown, and saved as a vCard", async () => {
    const dialog = await open(alice, "Contact");
    await dialog.getByLabel("Somebody else").check();
    await dialog.getByLabel("Phone numbers").fill("call me");
    await dialog.getByLabel("E-mail addresses").fill("nobody");
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await dialog.getByText("A contact has a name.").waitFor();
    await dialog.getByText("These must be phone numbers.").waitFor();
    await dialog.getByText("These must be e-mail addresses.").waitFor();
    expect(await violations(alice.page, "everything")).toEqual([]);
    await picture(alice, "contact-dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("The Bakery");
    await dialog.getByLabel("Organisation").fill("Bread, Rolls & Co.");
    await dialog.getByLabel("Phone numbers").fill("+49 30 1234567, 030/7654");
    await dialog.getByLabel("E-mail addresses").fill("bread@example.org");
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await card(bob, "The Bakery").getByRole("link", { name: "030/7654" }).waitFor();
    const coming = alice.page.waitForEvent("download");
    await card(alice, "The Bakery").getByRole("button", { name: "Save as vCard" }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe("The Bakery.vcf");
    const text = await Bun.file(await download.path()).text();
    expect(text).toContain("FN:The Bakery\r\nORG:Bread\\, Rolls & Co.\r\nTEL;VALUE=text:+49 30 1234567\r\n");
  });

  test("CARD-10 a vCard file is sent; one that is none is refused", async () => {
    const dialog = await open(bob, "Contact");
    await dialog.getByLabel("Somebody else").check();
    const file = (text: string) =>
      dialog
        .locator("input[type=file]")
        .setInputFiles({ name: "card.vcf", mimeType: "text/vcard", buffer: Buffer.from(text) });
    await file("nothing");
    await dialog.getByText("This is no vCard, or it is larger than 8 KiB.").waitFor();
    await file("BEGIN:VCARD\nVERSION:3.0\nN:Library;City;;;\nTEL;TYPE=voice:112233\nEND:VCARD\n");
    await card(alice, "City Library").getByRole("link", { name: "112233" }).waitFor();
  });

  test("CARD-9 the card of a person of this server leads to their profile", async () => {
    const dialog = await open(alice, "Contact");
    await dialog.getByLabel("Whose card?").fill("carol");
    await dialog.getByRole("button", { name: /Carol/ }).click();
    await card(bob, "Carol").waitFor();
    expect(await violations(bob.page, "everything")).toEqual([]);
    await picture(alice, "contacts");
    await picture(bob, "contacts-phone");
    await card(bob, "Carol").getByRole("button", { name: "Profile" }).click();
    await bob.page.getByRole("dialog").getByText("@carol").waitFor();
    await bob.page.keyboard.press("Escape");
  });

  test("CARD-7 nothing went wrong on any page", () => {
    expect(scene.faults()).toEqual([]);
  });
});
