import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { violations } from "./axe.ts";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, choose, hasFocus, openRoom, row } from "./web-page.ts";
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

const pollOn = ({ page }: Device, question: string): Locator =>
  page.getByRole("region", { name: question, exact: true });
const answer = (device: Device, question: string, text: string): Locator =>
  pollOn(device, question).getByRole("button", { name: new RegExp(`^${text}`) });

async function open({ page }: Device, what: string): Promise<Locator> {
  await page.getByRole("button", { name: "Poll, place or contact" }).click();
  await page.getByRole("menuitem", { name: what }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  return dialog;
}

/** Waits until an answer says how often it was chosen, and whether by oneself. */
function stands(button: Locator, label: string, isPressed: boolean): Promise<unknown> {
  return becomes(
    async () => [await button.innerText(), await button.getAttribute("aria-pressed")],
    ([words = "", pressed]) => words?.replace("\n", ", ") === label && pressed === String(isPressed),
  );
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("polls, on a desk and on a phone (Chromium)", () => {
  test("POLL-11 a question is asked by keyboard alone", async () => {
    const { keyboard } = alice.page;
    const dialog = await open(alice, "Poll");
    await hasFocus(dialog.getByLabel("Question", { exact: true }));
    await keyboard.press("Enter");
    await dialog.getByText("Give at least two answers.").waitFor();
    await keyboard.type("Where do we eat?");
    await keyboard.press("Tab");
    await keyboard.type("Café");
    await keyboard.press("Enter");
    await keyboard.type("Park");
    await keyboard.press("Enter");
    await hasFocus(dialog.getByRole("textbox", { name: "Answer 3" }));
    await keyboard.type("Café");
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await dialog.getByText("Every answer must be different.").waitFor();
    await dialog.getByRole("textbox", { name: "Answer 3" }).fill("Here");
    expect(await violations(alice.page, "everything")).toEqual([]);
    await picture(alice, "poll-dialog");
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await pollOn(alice, "Where do we eat?").waitFor();
    await pollOn(bob, "Where do we eat?").waitFor();
  });

  test("POLL-12 a press chooses, another moves the vote or takes it back, and everybody sees it at once", async () => {
    const question = "Where do we eat?";
    await answer(bob, question, "Café").click();
    await stands(answer(bob, question, "Café"), "Café, 1 vote, 100 %", true);
    await stands(answer(alice, question, "Café"), "Café, 1 vote, 100 %", false);
    await answer(alice, question, "Park").focus();
    await alice.page.keyboard.press("Space");
    await stands(answer(alice, question, "Park"), "Park, 1 vote, 50 %", true);
    await answer(bob, question, "Park").click();
    await stands(answer(alice, question, "Park"), "Park, 2 votes, 100 %", true);
    await pollOn(alice, question).getByText("2 people voted").waitFor();
    await answer(bob, question, "Park").click();
    await stands(answer(alice, question, "Park"), "Park, 1 vote, 100 %", true);
    await answer(bob, question, "Here").click();
    await pollOn(alice, question).getByRole("button", { name: "Who voted" }).click();
    await pollOn(alice, question).getByText("Bob", { exact: true }).waitFor();
    expect(await violations(alice.page, "everything")).toEqual([]);
    await picture(alice, "poll");
    await picture(bob, "poll-phone");
  });

  test("POLL-12 of an anonymous poll everybody sees the counts, and what they chose themselves on every device", async () => {
    const dialog = await open(bob, "Poll");
    await dialog.getByLabel("Question", { exact: true }).fill("Is the new plan any good?");
    await dialog.getByRole("textbox", { name: "Answer 1" }).fill("Yes");
    await dialog.getByRole("textbox", { name: "Answer 2" }).fill("No");
    await dialog.getByLabel("Several answers allowed").check();
    await dialog.getByLabel("Anonymous").check();
    await dialog.getByLabel("Closes").selectOption({ label: "After 1 day" });
    await picture(bob, "poll-dialog-phone");
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    const question = "Is the new plan any good?";
    await answer(alice, question, "Yes").click();
    await answer(alice, question, "No").click();
    await stands(answer(alice, question, "No"), "No, 1 vote, 100 %", true);
    await stands(answer(bob, question, "Yes"), "Yes, 1 vote, 100 %", false);
    expect(await pollOn(alice, question).getByRole("button", { name: "Who voted" }).count()).toBe(0);
    const other = await scene.open("alice", `/rooms/${lobby}`);
    await stands(answer(other, question, "Yes"), "Yes, 1 vote, 100 %", true);
    await answer(other, question, "Yes").click();
    await stands(answer(alice, question, "Yes"), "Yes, 0 votes, 0 %", false);
    await other.context.close();
  });

  test("POLL-13 whoever asked closes it, after a question; forwarded it shows the result", async () => {
    const question = "Where do we eat?";
    expect(await pollOn(bob, question).getByRole("button", { name: "Close poll" }).count()).toBe(0);
    await pollOn(alice, question).getByRole("button", { name: "Close poll" }).click();
    await alice.page.getByRole("dialog").getByRole("button", { name: "Close poll" }).click();
    await pollOn(alice, question).getByText("Final result").waitFor();
    await pollOn(bob, question).getByText("1 vote, 50 %").first().waitFor();
    expect(await answer(bob, question, "Park").count()).toBe(0);
    await scene.by.alice.call("room.create", { kind: "group", name: "kitchen", members: [] });
    await choose(alice, question, "Forward");
    await alice.page.getByRole("dialog").getByRole("button", { name: "kitchen" }).click();
    await openRoom(alice, "kitchen");
    await pollOn(alice, question).getByText("2 people voted").waitFor();
    expect(await row(alice, question).getByRole("button", { name: "Who voted" }).count()).toBe(0);
    await picture(alice, "poll-forwarded");
  });

  test("POLL-11 without a connection a question waits in its place and is asked once", async () => {
    await openRoom(alice, "lobby");
    await alice.context.setOffline(true);
    const dialog = await open(alice, "Poll");
    await dialog.getByLabel("Question", { exact: true }).fill("Still there?");
    await dialog.getByRole("textbox", { name: "Answer 1" }).fill("Yes");
    await dialog.getByRole("textbox", { name: "Answer 2" }).fill("Hardly");
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await row(alice, "Still there?").waitFor();
    await alice.context.setOffline(false);
    await pollOn(alice, "Still there?").waitFor();
    await pollOn(bob, "Still there?").waitFor();
    const { messages } = await scene.by.bob.call("message.list", { room: lobby });
    expect(messages.filter(({ poll }) => poll?.question === "Still there?")).toHaveLength(1);
  });

  test("POLL-13 nothing went wrong on any page", () => {
    expect(scene.faults()).toEqual([]);
  });
});
