import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, choose, hasFocus, openRoom, row, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let bob: Device;
let room: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { alice: caller } = scene.by;
  const make = { kind: "group" as const, members: [scene.ids.bob] };
  room = (await caller.call("room.create", { ...make, name: "Design" })).id;
  await caller.call("room.create", { ...make, name: "Workshop" });
  await caller.call("room.update", { room, permissions: { pin_messages: "admin" } });
  for (const text of ["The plan", "The dates", "The rules"]) {
    const { id: message } = await caller.call("message.send", { room, text });
    await caller.call("pin.set", { message, on: true });
  }
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  for (const device of [alice, bob]) await openRoom(device, "Design");
});
afterAll(() => scene?.end());

const dialog = ({ page }: Device) => page.getByRole("dialog", { name: "Pinned messages" });
const texts = async (device: Device) => {
  const found = await dialog(device).getByRole("list").first().getByRole("listitem").allTextContents();
  return found.map((text) => /The (?:plan|dates|rules)/.exec(text)?.[0] ?? text);
};
const stand = (device: Device, ...wanted: string[]) =>
  becomes(
    () => texts(device),
    (now) => now.join() === wanted.join(),
  );

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("pins and forwarding (Chromium)", () => {
  test("UI-304 whoever may pin puts the pinned messages in another order, for everybody", async () => {
    for (const device of [alice, bob]) {
      await device.page.getByRole("button", { name: "3 pinned" }).click();
      await stand(device, "The rules", "The dates", "The plan");
    }
    const up = dialog(alice).getByRole("button", { name: "Move up: The plan" });
    await up.click();
    await stand(alice, "The rules", "The plan", "The dates");
    expect(await hasFocus(up)).toBe(true);
    await up.press("Enter");
    for (const device of [alice, bob]) await stand(device, "The plan", "The rules", "The dates");
    expect(
      await dialog(bob)
        .getByRole("button", { name: /Move|Unpin/ })
        .count(),
    ).toBe(0);
  });

  test("UI-305 what was pinned and taken off is told, by whom and when", async () => {
    for (const device of [alice, bob])
      await dialog(device).getByText("What was pinned and taken off").click();
    await dialog(bob).getByText("Alice pinned").first().waitFor();
    await dialog(alice).getByRole("button", { name: "Unpin" }).nth(2).click();
    await stand(alice, "The plan", "The rules");
    for (const device of [alice, bob]) await dialog(device).getByText("Alice took off").waitFor();
    await picture(alice, "pins");
    await picture(bob, "pins-phone");
    for (const device of [alice, bob]) await device.page.keyboard.press("Escape");
  });

  test("UI-306 a message is forwarded to several rooms at once", async () => {
    await choose(alice, "The dates", "Forward");
    const rooms = alice.page.getByRole("dialog", { name: "Forward to" });
    for (const name of ["General", "Workshop"]) await rooms.getByRole("checkbox", { name }).check();
    await picture(alice, "forward");
    await rooms.getByRole("button", { name: "Forward to 2 rooms" }).click();
    await openRoom(alice, "Workshop");
    await seesSent(alice, "The dates");
    await row(alice, "The dates").getByText("Forwarded: first said by Alice").waitFor();
    await openRoom(alice, "General");
    await seesSent(alice, "The dates");
    expect(scene.faults()).toEqual([]);
  });
});
