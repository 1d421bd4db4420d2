import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { moveClock, passTime } from "./moved-clock.ts";
import { becomes, composer, holds, openRoom, row, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;
let design: number;
const choice = "Delete messages by themselves";

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene({ movesClock: true });
  const { by, ids } = scene;
  design = (await by.alice.call("room.create", { kind: "group", name: "design", members: [ids.bob] })).id;
  await by.alice.call("message.send", { room: design, text: "Said before", client_id: crypto.randomUUID() });
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  for (const device of [alice, bob]) await moveClock(device);
  await openRoom(alice, "design");
  await openRoom(bob, "design");
});
afterAll(() => scene?.end());

describe.skipIf(!hasBrowser)("messages that are deleted by themselves (Chromium)", () => {
  test("UI-185 an owner or admin of a room chooses after how long, and everybody sees it", async () => {
    const { page } = alice;
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("combobox", { name: choice }).selectOption({ label: "After 1 day" });
    await page.getByText("Messages stay for 1 day").waitFor();
    await picture(alice, "expiry-details");
    await page.getByRole("button", { name: "Close details" }).click();
    await bob.page.getByText("Messages stay for 1 day").waitFor();
    await bob.page.getByRole("button", { name: "Details" }).click();
    await bob.page.getByText("New messages are deleted after: 1 day").waitFor();
    expect(await bob.page.getByRole("combobox", { name: choice }).count()).toBe(0);
    await picture(bob, "expiry-details-phone");
    await bob.page.getByRole("button", { name: "Close details" }).click();
  });

  test("UI-185 an admin of the server says how long messages stay at most, and everybody is told", async () => {
    await scene.by.admin.call("room.retain", { room: design, retention: 7 * 86_400 });
    await bob.page.getByRole("button", { name: "Details" }).click();
    await bob.page.getByText("The server's admins keep messages here for at most: 7 days").waitFor();
    await picture(bob, "retention-phone");
    await bob.page.getByRole("button", { name: "Close details" }).click();
    await scene.by.alice.call("member.add", { room: design, user: scene.ids.admin });
    const admin = await scene.open("admin");
    await openRoom(admin, "design");
    await admin.page.getByRole("button", { name: "Details" }).click();
    const most = admin.page.getByRole("combobox", { name: "Keep messages at most" });
    await most.selectOption({ label: "1 day" });
    const sure = admin.page.getByRole("dialog", { name: "Keep messages at most" });
    await picture(admin, "retention-sure");
    await sure.getByRole("button", { name: "Cancel" }).click();
    await holds(most, String(7 * 86_400));
    await most.selectOption({ label: "30 days" });
    await sure.getByRole("button", { name: "Delete what is older" }).click();
    await becomes(
      () => scene.by.alice.call("room.get", { room: design }),
      ({ retention }) => retention === 30 * 86_400,
    );
    await picture(admin, "retention");
    await admin.context.close();
  });

  test("UI-185 either of two people chooses for both", async () => {
    await scene.by.alice.call("room.direct", { user: scene.ids.bob });
    await openRoom(alice, "Bob");
    await alice.page.getByRole("button", { name: "Details" }).click();
    await alice.page.getByRole("combobox", { name: choice }).selectOption({ label: "After 1 hour" });
    await alice.page.getByText("Messages stay for 1 hour").waitFor();
    await picture(alice, "expiry-direct");
    await alice.page.getByRole("button", { name: "Close details" }).click();
    await openRoom(alice, "design");
  });

  test("UI-187 one message has a time of its own, and the next has none", async () => {
    const timer = (device: Device) =>
      device.page.getByRole("button", { name: /^Delete this message by itself/ });
    await composer(alice).fill("Here for five minutes");
    await timer(alice).click();
    const menu = alice.page.getByRole("menu", { name: "Delete this message by itself" });
    await menu.getByRole("menuitem", { name: "After 5 minutes" }).waitFor();
    // The room's own time is no longer than this.
    expect(await menu.getByRole("menuitem", { name: "After 7 days" }).count()).toBe(0);
    await picture(alice, "timer-menu");
    await menu.getByRole("menuitem", { name: "After 5 minutes" }).click();
    await alice.page.getByRole("button", { name: "Is deleted after 5 minutes" }).waitFor();
    await picture(alice, "timer-chosen");
    await alice.page.getByRole("button", { name: "Send", exact: true }).click();
    await seesSent(alice, "Here for five minutes");
    await row(bob, "Here for five minutes")
      .getByText(/[45] mins?$/)
      .waitFor();
    await composer(bob).fill("Words");
    await timer(bob).waitFor();
    await picture(bob, "timer-phone");
    await composer(bob).fill("");
    await composer(alice).fill("As long as any");
    await timer(alice).waitFor();
    await composer(alice).fill("");
  });

  test("UI-186 what is sent from then on shows how long it is there still", async () => {
    await say(alice, "Here for a day");
    await seesSent(alice, "Here for a day");
    await row(bob, "Here for a day")
      .getByText(/24 hr|1 day/)
      .waitFor();
    await sees(bob, "Said before");
    expect(await row(bob, "Said before").getByText("Deleted in").count()).toBe(0);
    await picture(alice, "expiry-mark");
    await picture(bob, "expiry-mark-phone");
  });

  test("UI-186 when its time is over its text is gone, with a connection or without, and stays gone", async () => {
    const sent = await scene.by.alice.call("message.send", {
      ...{ room: design, text: "Gone in a minute", delete_after: 60, client_id: crypto.randomUUID() },
    });
    for (const device of [alice, bob]) await sees(device, "Gone in a minute");
    await scene.server.kill();
    const pass = async (milliseconds: number) => {
      scene.server.pass(milliseconds);
      for (const device of [alice, bob]) await passTime(device, milliseconds);
    };
    const mark = (device: Device) => device.page.locator(`article[data-message="${sent.id}"]`);
    await pass(45_000);
    await mark(bob)
      .getByText(/ secs?$/)
      .waitFor();
    await pass(15_000);
    await mark(bob).getByText("The time of this message is over.").waitFor();
    await mark(alice).getByText("The time of this message is over.").waitFor();
    for (const { page } of [alice, bob]) {
      await becomes(
        () => page.getByText("Gone in a minute").count(),
        (count) => count === 0,
      );
    }
    await scene.server.start();
    await becomes(
      () => scene.by.alice.call("message.get", { message: sent.id }),
      ({ text, deleted_at }) => text === "" && deleted_at !== undefined,
    );
    await picture(alice, "expiry-over");
    await bob.page.reload();
    await passTime(bob, 60_000);
    await mark(bob).getByText("The time of this message is over.").waitFor();
    expect(await bob.page.getByText("Gone in a minute").count()).toBe(0);
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
