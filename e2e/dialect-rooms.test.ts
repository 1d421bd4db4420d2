import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser } from "./browser.ts";
import { composer, say, seesSent } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let room: number;
let token: string;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const members = [scene.ids.alice];
  room = (
    await scene.by.admin.call("room.create", { kind: "channel", name: "openings", public: true, members })
  ).id;
  const login = { username: "alice", password: "a stable of horses" };
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(login);
  const signedIn = await fetch(`${scene.server.url}/auth/login`, { method: "POST", headers, body });
  token = (await signedIn.json()).access_token;
});
afterAll(() => scene?.end());

/** What a program on a page of the server is answered at a room's address. */
async function asProgram({ page }: Device): Promise<unknown> {
  return page.evaluate(
    async ([path, bearer]) => {
      const response = await fetch(path, { headers: { authorization: `Bearer ${bearer}` } });
      return [response.status, (await response.json()).name];
    },
    [`/rooms/${room}`, token] as const,
  );
}

/** Goes to the room's address as somebody who types it. */
async function arrive({ page }: Device): Promise<{ type: string; byWorker: boolean }> {
  const response = await page.goto(`${scene.server.url}/rooms/${room}`);
  if (!response) throw new Error("there was no answer");
  return { type: response.headers()["content-type"] ?? "", byWorker: response.fromServiceWorker() };
}

/** The tests tell one story: each goes on where the one before ended. */
describe.skipIf(!hasBrowser)("a room's address that two APIs share (Chromium)", () => {
  test("DIALECT-100 a first visit to it opens the room in the web client", async () => {
    alice = await scene.open("alice", `/rooms/${room}`);
    await composer(alice).waitFor();
    await say(alice, "I came by the address");
    await seesSent(alice, "I came by the address");
    expect(await asProgram(alice)).toEqual([200, "openings"]);
  });

  test("DIALECT-100 so does one that the service worker answers, and programs are still told in JSON", async () => {
    await alice.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      if (navigator.serviceWorker.controller) return;
      await new Promise((resolve) => {
        navigator.serviceWorker.addEventListener("controllerchange", resolve);
      });
    });
    const { type, byWorker } = await arrive(alice);
    expect([type.split(";")[0], byWorker]).toEqual(["text/html", true]);
    await seesSent(alice, "I came by the address");
    expect(await asProgram(alice)).toEqual([200, "openings"]);
  });

  test("DIALECT-100 and one without a network", async () => {
    await alice.context.setOffline(true);
    const { type, byWorker } = await arrive(alice);
    expect([type.split(";")[0], byWorker]).toEqual(["text/html", true]);
    await alice.context.setOffline(false);
    expect(scene.faults().filter((fault) => !/ERR_INTERNET_DISCONNECTED/.test(fault))).toEqual([]);
  });
});
