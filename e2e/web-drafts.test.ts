import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { composer, holds, openRoom, roomLink, say, sees, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let desk: Device;
let onPhone: Device;
let direct: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  direct = (await scene.by.alice.call("room.direct", { user: scene.ids.bob })).id;
  desk = await scene.open("alice");
  onPhone = await scene.open("alice", "/", phone);
});
afterAll(() => scene?.end());

describe.skipIf(!hasBrowser)("what is being written, on two devices (Chromium)", () => {
  test("UI-135 what is begun on one device is gone on with on the other", async () => {
    await openRoom(desk, "Bob");
    await composer(desk).pressSequentially("I have been thinking");
    await roomLink(onPhone, "Bob").getByText("Draft:").waitFor();
    await picture(onPhone, "draft-list-phone");
    await openRoom(onPhone, "Bob");
    await holds(composer(onPhone), "I have been thinking");
    await picture(onPhone, "draft-phone");
  });

  test("UI-135 what is written later on the other device comes back, once nothing is written here", async () => {
    await composer(onPhone).fill("I have been thinking of you");
    await holds(composer(desk), "I have been thinking of you");
  });

  test("UI-135 sent on one, it is gone on both", async () => {
    await say(onPhone, "I have been thinking of you all");
    await seesSent(onPhone, "thinking of you all");
    await sees(desk, "thinking of you all");
    await holds(composer(desk), "");
    await desk.page.goto(scene.server.url);
    await roomLink(desk, "Bob").waitFor();
    await roomLink(desk, "Bob").getByText("Draft:").waitFor({ state: "detached" });
    await openRoom(desk, "Bob");
    await holds(composer(desk), "");
  });

  test("UI-135 what was written without a connection is there once there is one", async () => {
    await onPhone.context.setOffline(true);
    await composer(onPhone).fill("From the tunnel");
    await onPhone.context.setOffline(false);
    await holds(composer(desk), "From the tunnel");
  });

  test("UI-135 what is begun in a thread on one device is gone on with on another", async () => {
    const { id } = await scene.by.bob.call("message.send", {
      room: direct,
      text: "Well?",
      client_id: "well",
    });
    const answering = ({ page }: Device) => page.getByRole("textbox", { name: "Answer in the thread" });
    for (const device of [desk, onPhone])
      await device.page.goto(`${scene.server.url}/rooms/${direct}/threads/${id}`);
    await answering(desk).fill("Well enough");
    await holds(answering(onPhone), "Well enough");
    await onPhone.page
      .getByRole("complementary", { name: "Thread" })
      .getByRole("button", { name: "Send", exact: true })
      .click();
    await holds(answering(desk), "");
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults().filter((fault) => !/ERR_INTERNET_DISCONNECTED/.test(fault))).toEqual([]);
  });
});
