import type { Device } from "./browser.ts";
import { add, choose, openRoom, row, sees } from "./web-page.ts";
import type { WebScene } from "./web-scene.ts";

const parts = ["profile", "appearance", "password", "sessions"];

/** A room with what there is to see of messages: bob's and alice's, answered, pinned, changed and reacted to. */
export async function furnish({ by, ids }: WebScene): Promise<void> {
  const members = [ids.alice, ids.bob, ids.carol];
  const channel = { kind: "channel", public: true, name: "lobby", topic: "For everybody", members } as const;
  const { id: room } = await by.admin.call("room.create", channel);
  await by.admin.call("room.create", { kind: "channel", public: true, name: "design", members: [] });
  await by.alice.call("room.direct", { user: ids.bob });
  const tell = (name: "alice" | "bob", text: string, more = {}) =>
    by[name].call("message.send", { room, text, client_id: crypto.randomUUID(), ...more });
  const plan = await tell(
    "bob",
    "The **plan** for `Saturday`:\n\n- bread\n- a tent\n\n```js\nlet it = be;\n```",
  );
  await by.admin.call("pin.set", { message: plan.id, on: true });
  await by.carol.call("reaction.set", { message: plan.id, emoji: "👍", on: true });
  const asked = await tell("alice", "Who brings the tent? @bob", { mentions: [ids.bob], reply_to: plan.id });
  await by.alice.call("message.edit", { message: asked.id, text: "Who brings the large tent? @bob" });
  await tell("alice", "See https://example.org/tents");
  await tell("bob", "I have a large one");
}

/** Goes through the views of somebody signed in, from the list of rooms on, and looks at each. */
export async function walk(
  device: Device,
  url: string,
  look: (where: string) => Promise<void>,
): Promise<void> {
  await walkRooms(device, look);
  await walkMessages(device, look);
  await walkDetails(device, look);
  await walkPages(device, url, look);
}

/** Looks at the dialog that is open and closes it. */
async function lookAtDialog({ page }: Device, look: () => Promise<void>): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await look();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

async function walkRooms(device: Device, look: (where: string) => Promise<void>): Promise<void> {
  const { page } = device;
  await page.getByRole("navigation", { name: "Rooms" }).getByRole("link").first().waitFor();
  await look("rooms");
  for (const name of ["New chat", "New room", "Public channels"]) {
    await add(device, name);
    if (name === "New chat") await page.getByRole("dialog").getByRole("button", { name: /@bob/ }).waitFor();
    if (name === "Public channels") await page.getByRole("dialog").getByText("design").waitFor();
    await lookAtDialog(device, () => look(name));
  }
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("option").first().waitFor();
  await lookAtDialog(device, () => look("switcher"));
  await page.keyboard.press("ControlOrMeta+/");
  await lookAtDialog(device, () => look("shortcuts"));
}

async function walkMessages(device: Device, look: (where: string) => Promise<void>): Promise<void> {
  const { page } = device;
  await openRoom(device, "lobby");
  await sees(device, "have a large one");
  await page.getByRole("button", { name: "1 pinned" }).waitFor();
  await look("room");
  for (const text of ["have a large one", "Who brings"]) {
    await row(device, text).click({ button: "right" });
    await page.getByRole("menu").waitFor();
    await look(`menu of ${text}`);
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
  }
  for (const what of ["Forward", "Report"]) {
    await choose(device, "have a large one", what);
    await lookAtDialog(device, () => look(what));
  }
  for (const what of ["Who has read it", "Earlier versions"]) {
    await choose(device, "Who brings", what);
    await lookAtDialog(device, () => look(what));
  }
  await page.getByRole("button", { name: "1 pinned" }).click();
  await lookAtDialog(device, () => look("pins"));
  await page.getByRole("button", { name: "Emoji" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "grinning face", exact: true }).waitFor();
  await lookAtDialog(device, () => look("emoji"));
}

async function walkDetails(device: Device, look: (where: string) => Promise<void>): Promise<void> {
  const { page } = device;
  await page.getByRole("button", { name: "Details" }).click();
  const people = page.getByRole("region", { name: "People" });
  await people.getByText("Bob").waitFor();
  await look("details");
  await page.getByRole("region", { name: "Notifications" }).getByRole("button", { name: "1 hour" }).click();
  await page.getByRole("button", { name: "Unmute" }).waitFor();
  await look("muted");
  await page.getByRole("button", { name: "Unmute" }).click();
  await people.getByRole("button", { name: /^Bob/ }).click();
  await lookAtDialog(device, () => look("profile"));
  await page.getByRole("button", { name: "Close details" }).click();
}

async function walkPages(device: Device, url: string, look: (where: string) => Promise<void>): Promise<void> {
  const { page } = device;
  await page.goto(`${url}/search?words=tent`);
  await page.locator("mark").first().waitFor();
  await look("search");
  await page.goto(`${url}/inbox/mentions`);
  await page
    .getByRole("listitem")
    .filter({ hasText: "Who brings" })
    .or(page.getByText("Nobody has mentioned"))
    .first()
    .waitFor();
  await look("inbox");
  await page.goto(`${url}/scheduled`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await look("scheduled");
  await page.goto(`${url}/settings`);
  await page
    .getByRole("link", { name: "Devices" })
    .or(page.getByRole("heading", { level: 1 }))
    .first()
    .waitFor();
  await look("settings");
  for (const part of parts) {
    await page.goto(`${url}/settings/${part}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await look(`settings ${part}`);
  }
}
