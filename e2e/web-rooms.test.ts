import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { add, openRoom, roomLink, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
});
afterAll(() => scene?.end());

async function makeRoom(device: Device, name: string, kind: string, people: string[]): Promise<void> {
  const { page } = device;
  await add(device, "New room");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Kind").selectOption(kind);
  for (const person of people) {
    await page.getByLabel("People", { exact: true }).fill(person);
    await page.getByRole("button", { name: new RegExp(`@${person.toLowerCase()}`) }).click();
  }
  await picture(device, `rooms-new-${name}`);
  await page.getByRole("button", { name: "Make room" }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

async function showDetails({ page }: Device): Promise<void> {
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("complementary", { name: "Details" }).waitFor();
}

/** The row of somebody in the list of a room's people. */
function person({ page }: Device, name: string) {
  return page
    .getByRole("region", { name: "People" })
    .getByRole("listitem")
    .filter({
      has: page.getByRole("button", { name: `What to do with ${name}` }),
    });
}

async function chooseFor(device: Device, name: string, what: string): Promise<void> {
  await device.page.getByRole("button", { name: `What to do with ${name}` }).click();
  await device.page.getByRole("menuitem", { name: what }).click();
}

async function edit({ page }: Device, change: () => Promise<unknown>): Promise<void> {
  await page.getByRole("button", { name: "Edit room" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit room" });
  await dialog.waitFor();
  await change();
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("rooms, on a desk and on a phone (Chromium)", () => {
  test("UI-20 a group is made with its first people", async () => {
    await makeRoom(alice, "design", "Group", ["Bob", "Carol"]);
    await say(alice, "First sketches");
    await openRoom(bob, "design");
    await sees(bob, "First sketches");
    await bob.page.getByRole("main").getByText("3 people").waitFor();
    await picture(bob, "rooms-group-phone");
  });

  test("UI-21 a public channel is found in the list and joined", async () => {
    await makeRoom(alice, "lobby", "Public channel", []);
    await say(alice, "Anybody may come in");
    await seesSent(alice, "Anybody may come in");
    await bob.page.getByRole("link", { name: "Rooms" }).click();
    await add(bob, "Public channels");
    await picture(bob, "rooms-browse-phone");
    await bob.page.getByLabel("Search channels").fill("lob");
    await bob.page.getByRole("dialog").getByRole("button", { name: "Join" }).click();
    await bob.page.getByRole("heading", { name: "lobby", level: 1 }).waitFor();
    await sees(bob, "Anybody may come in");
    await say(bob, "So did I");
    await sees(alice, "So did I");
  });

  test("UI-22 an owner gives and takes roles, adds people and removes them", async () => {
    await showDetails(alice);
    await chooseFor(alice, "Bob", "Make admin");
    await person(alice, "Bob").getByText("Admin", { exact: true }).waitFor();
    await picture(alice, "rooms-roles");
    await alice.page.getByRole("button", { name: "Add people" }).click();
    const dialog = alice.page.getByRole("dialog", { name: "Add people" });
    await dialog.getByRole("button", { name: /@carol/ }).click();
    await dialog.getByRole("button", { name: "Add one person" }).click();
    await person(alice, "Carol").waitFor();
    await chooseFor(alice, "Carol", "Remove from the room");
    await person(alice, "Carol").waitFor({ state: "detached" });
    await chooseFor(alice, "Bob", "Make member");
    await person(alice, "Bob").getByText("Admin", { exact: true }).waitFor({ state: "detached" });
  });

  test("UI-23 who may not write is told so instead of being given a composer", async () => {
    await edit(alice, () => alice.page.getByLabel("Send messages").selectOption("Owners"));
    await bob.page.getByText("You may read here, not write.").waitFor();
    expect(await bob.page.getByRole("textbox", { name: "Message", exact: true }).count()).toBe(0);
    await picture(bob, "rooms-read-only-phone");
    await edit(alice, () => alice.page.getByLabel("Send messages").selectOption("Everybody"));
    await bob.page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  });

  test("UI-24 another name and topic are seen by everybody", async () => {
    await edit(alice, async () => {
      await picture(alice, "rooms-edit");
      await alice.page.getByLabel("Name", { exact: true }).fill("foyer");
      await alice.page.getByLabel("Topic", { exact: true }).fill("Where one comes in");
    });
    await bob.page.getByRole("heading", { name: "foyer", level: 1 }).waitFor();
    await bob.page.getByRole("main").getByText("Where one comes in").first().waitFor();
  });

  test("UI-25 an archived room is read and not written in, until it is opened again", async () => {
    await alice.page.getByRole("button", { name: "Archive" }).click();
    for (const device of [alice, bob])
      await device.page.getByText("This room is archived: it can be read.").waitFor();
    await picture(alice, "rooms-archived");
    await alice.page.getByRole("button", { name: "Open again" }).click();
    await say(bob, "Open again");
    await sees(alice, "Open again");
  });

  test("UI-26 leaving and deleting ask once; a room that is gone says so", async () => {
    await showDetails(bob);
    await picture(bob, "rooms-details-phone");
    await bob.page.getByRole("button", { name: "Leave room" }).click();
    await bob.page.getByRole("dialog").getByRole("button", { name: "Leave room" }).click();
    await person(alice, "Bob").waitFor({ state: "detached" });
    await bob.page
      .getByText(/does not exist, or you are not in it|Choose a room/)
      .waitFor({ state: "attached" });
    await openRoom(alice, "design");
    await bob.page.goto(`${scene.server.url}${new URL(alice.page.url()).pathname}`);
    await bob.page.getByRole("heading", { name: "design", level: 1 }).waitFor();
    await showDetails(alice);
    await alice.page.getByRole("button", { name: "Delete room" }).click();
    await picture(alice, "rooms-delete");
    await alice.page.getByRole("dialog").getByRole("button", { name: "Delete room" }).click();
    await roomLink(alice, "design").waitFor({ state: "detached" });
    await bob.page.getByText("This room does not exist, or you are not in it.").waitFor();
    await picture(bob, "rooms-gone-phone");
  });

  test("UI-27 in a large room somebody is found by name", async () => {
    const { admin } = scene.by;
    for (let count = 1; count <= 10; count++) {
      await admin.call("user.create", { username: `guest-${count}`, display_name: `Guest ${count}` });
    }
    await openRoom(alice, "General");
    await showDetails(alice);
    await alice.page.getByLabel("Search people by name").fill("guest 1");
    await person(alice, "Guest 10").waitFor();
    await person(alice, "Guest 2").waitFor({ state: "detached" });
    await picture(alice, "rooms-people");
    await alice.page.getByLabel("Search people by name").fill("nobody at all");
    await alice.page.getByText("Nobody is called that.").waitFor();
    await alice.page.getByRole("button", { name: "Close details" }).click();
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
