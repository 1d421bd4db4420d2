import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, choose, composer, holds, openRoom, row, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;
let lobby: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { admin } = scene.by;
  const members = [scene.ids.bob, scene.ids.alice];
  lobby = (await admin.call("room.create", { kind: "channel", name: "lobby", members })).id;
  const mention_all = "member" as const;
  await admin.call("room.update", { room: lobby, permissions: { mention_all } });
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  await openRoom(alice, "lobby");
  await openRoom(bob, "lobby");
});
afterAll(() => scene?.end());

const messages = async () => (await scene.by.bob.call("message.list", { room: lobby })).messages;

async function remove(device: Device, text: string): Promise<void> {
  await choose(device, text, "Delete");
  await device.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("second thoughts, on a desk and on a phone (Chromium)", () => {
  test("UI-108 who mentions everybody among many is asked first, with the number of people", async () => {
    await say(alice, "Only three of us, @all");
    await seesSent(alice, "Only three of us");
    for (let count = 1; count <= 8; count++) {
      const account = { username: `member-${count}`, password: "a crowd of people" };
      const { user } = await scene.by.admin.call("user.create", account);
      await scene.by.admin.call("member.add", { room: lobby, user: user.id });
    }
    await alice.page.getByText("11 people").first().waitFor();
    await say(alice, "Hello @all");
    const dialog = alice.page.getByRole("dialog", { name: "Mention everybody?" });
    await dialog.getByRole("button", { name: "Tell 10 people" }).waitFor();
    await picture(alice, "mention-all");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await holds(composer(alice), "Hello @all");
    await alice.page.getByRole("button", { name: "Send", exact: true }).click();
    await dialog.getByRole("button", { name: "Tell 10 people" }).click();
    await seesSent(alice, "Hello");
    await holds(composer(alice), "");
    await sees(bob, "Hello");
    expect((await messages()).at(-1)?.mention_all).toBe(true);
    await say(bob, "Dear @all");
    await bob.page.getByRole("dialog").getByRole("button", { name: "Tell 10 people" }).waitFor();
    await picture(bob, "mention-all-phone");
    await bob.page.getByRole("dialog").getByRole("button", { name: "Tell 10 people" }).click();
    await sees(alice, "Dear");
  });

  test("UI-109 a deleted message can be had back, by the notice and in its place", async () => {
    for (const device of [alice, bob]) {
      const text = device === alice ? "Rash words" : "Harsh words";
      await say(device, text);
      await seesSent(device, text);
      await remove(device, text);
      await row(device, "This message was deleted.").waitFor();
      await picture(device, device === alice ? "delete-undo" : "delete-undo-phone");
      const inPlace = row(device, "This message was deleted.").getByRole("button", { name: "Undo" });
      const inNotice = device.page.getByRole("status").getByRole("button", { name: "Undo" });
      await (device === alice ? inPlace : inNotice.last()).click();
      await row(device, text).waitFor();
    }
    await say(alice, "Better words");
    await sees(bob, "Better words");
    await remove(alice, "Better words");
    await row(bob, "This message was deleted.").waitFor();
    const all = await messages();
    expect(all.filter(({ deleted_at }) => deleted_at).length).toBe(1);
    expect(all.map(({ text }) => text)).toEqual(expect.arrayContaining(["Rash words", "Harsh words"]));
  });

  test("UI-109 closing the page meanwhile deletes it all the same", async () => {
    await say(bob, "Last words");
    await sees(alice, "Last words");
    await remove(bob, "Last words");
    await row(bob, "This message was deleted.").waitFor();
    await bob.page.close({ runBeforeUnload: false });
    await becomes(
      async () => (await messages()).filter(({ deleted_at }) => deleted_at).length,
      (count) => count === 2,
    );
    await row(alice, "Last words").waitFor({ state: "detached" });
  });

  test("UI-109 and so does losing the connection, once it is there again", async () => {
    await say(alice, "Lost words");
    await seesSent(alice, "Lost words");
    await alice.context.setOffline(true);
    await remove(alice, "Lost words");
    await row(alice, "This message was deleted.").waitFor();
    await alice.page.close();
    expect((await messages()).some(({ text }) => text === "Lost words")).toBe(true);
    await alice.context.setOffline(false);
    const page = await alice.context.newPage();
    await page.goto(`${scene.server.url}/rooms/${lobby}`);
    await becomes(
      async () => (await messages()).some(({ text }) => text === "Lost words"),
      (isThere) => !isThere,
    );
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults().filter((fault) => !fault.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
  });
});
