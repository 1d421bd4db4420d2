import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type WebSite, webSite } from "../server/src/testing/web-site.ts";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { openRoom } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let service: WebSite;
let scene: WebScene;
let alice: Device;
let bob: Device;
let answer: () => Response | Promise<Response>;

const words =
  "We meet at the old harbour at six. Bring the long rope, and tell the others that the boat is green.";

beforeAll(async () => {
  if (!hasBrowser) return;
  service = webSite();
  service.put("/v1/audio/transcriptions", () => answer());
  scene = await startScene({ environment: { TRANSCRIPTION_URL: `${service.url}/v1` } });
  await scene.by.alice.call("room.direct", { user: scene.ids.bob });
  alice = await scene.open("alice");
  bob = await scene.open("bob", "/", phone);
  await openRoom(alice, "Bob");
  await openRoom(bob, "Alice");
});
afterAll(async () => {
  await scene?.end();
  await service?.stop();
});

/** A second of silence. */
function silence(): Buffer {
  const samples = 8_000;
  const sound = Buffer.alloc(44 + samples);
  sound.write("RIFF");
  sound.writeUInt32LE(36 + samples, 4);
  sound.write("WAVEfmt ", 8);
  sound.writeUInt32LE(16, 16);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    sound.writeUInt16LE(value, at);
  sound.writeUInt32LE(8_000, 24);
  sound.writeUInt32LE(8_000, 28);
  sound.write("data", 36);
  sound.writeUInt32LE(samples, 40);
  return sound.fill(128, 44);
}

const transcript = ({ page }: Device) => page.getByRole("region", { name: "What is said in greetings.wav" });

describe.skipIf(!hasBrowser)("what is said in recordings (Chromium)", () => {
  test("UI-303 what is said is written down for everybody, once somebody asks", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    answer = () => promise;
    await alice.page
      .locator("input[type=file]")
      .setInputFiles([{ name: "greetings.wav", mimeType: "audio/wav", buffer: silence() }]);
    await alice.page.getByRole("button", { name: "Send", exact: true }).click();
    await bob.page.getByRole("button", { name: "Write down what is said in greetings.wav" }).click();
    for (const device of [alice, bob]) await transcript(device).getByText("Being written down").waitFor();
    resolve(Response.json({ text: words }));
    for (const device of [alice, bob]) await transcript(device).getByText(words).waitFor();
    await picture(alice, "transcript");
    await picture(bob, "transcript-phone");
    const { hits } = await scene.by.bob.call("message.search", { text: "harbour" });
    expect(hits.length).toBe(1);
  });

  test("UI-303 what could not be written down says so, and can be tried again", async () => {
    answer = () => Response.json({ error: "no" }, { status: 400 });
    await alice.page
      .locator("input[type=file]")
      .setInputFiles([{ name: "other.wav", mimeType: "audio/wav", buffer: silence() }]);
    await alice.page.getByRole("button", { name: "Send", exact: true }).click();
    await alice.page.getByRole("button", { name: "Write down what is said in other.wav" }).click();
    const other = alice.page.getByRole("region", { name: "What is said in other.wav" });
    await other.getByText("It could not be written down.").waitFor();
    await picture(alice, "transcript-failed");
    answer = () => Response.json({ text: "Now it is heard" });
    await other.getByRole("button", { name: "Try again" }).click();
    await other.getByText("Now it is heard").waitFor();
    expect(scene.faults()).toEqual([]);
  });
});
