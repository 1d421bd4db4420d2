import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { CDPSession, Page } from "playwright-core";
import { type PushBrowser, type PushService, startPushService } from "../server/src/testing/push-sink.ts";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let service: PushService;
let browser: PushBrowser;
let alice: Device;
let aliceBob: number;
let lobby: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  service = await startPushService();
  browser = service.browser();
  scene = await startScene({ environment: service.environment });
  const { by, ids } = scene;
  aliceBob = (await by.alice.call("room.direct", { user: ids.bob })).id;
  const members = [ids.bob];
  lobby = (await by.alice.call("room.create", { kind: "channel", public: true, name: "lobby", members })).id;
  alice = await scene.open("alice");
  await alice.context.grantPermissions(["notifications"], { origin: scene.server.url });
  await alice.context.addInitScript(subscribeHere, { endpoint: browser.endpoint, keys: browser.keys });
  await alice.page.evaluate(async () => void (await navigator.serviceWorker.ready));
});
afterAll(async () => {
  await scene?.end();
  await service?.stop();
});

/**
 * Stands for the browser maker's own service, which is not to be had on this machine: Chromium asks there for the address
 * and keys of a subscription. Everything after that is the real thing.
 */
function subscribeHere({ endpoint, keys }: Pick<PushBrowser, "endpoint" | "keys">): void {
  if (!("PushManager" in globalThis)) return;
  const kept = "test-subscription";
  const subscription = (key: number[]) => ({
    toJSON: () => ({ endpoint, keys }),
    options: { applicationServerKey: new Uint8Array(key).buffer },
    unsubscribe: async () => localStorage.removeItem(kept),
  });
  const methods = {
    async getSubscription() {
      const key = localStorage.getItem(kept);
      return key === null ? null : subscription(JSON.parse(key) as number[]);
    },
    async subscribe(options: { applicationServerKey: Uint8Array }) {
      if (localStorage.getItem("test-unreachable")) throw new DOMException("no service", "AbortError");
      const key = [...options.applicationServerKey];
      localStorage.setItem(kept, JSON.stringify(key));
      return subscription(key);
    },
  };
  Object.assign(PushManager.prototype, methods);
}

const settingsUrl = () => `${scene.server.url}/settings/notifications`;

function say(room: number, text: string, more: { mentions?: number[] } = {}) {
  return scene.by.bob.call("message.send", { room, text, client_id: crypto.randomUUID(), ...more });
}

/** What stands in the system's list, as the service worker knows it: no page has to be open. */
async function standing(): Promise<string[]> {
  const [worker] = alice.context.serviceWorkers();
  const found = await worker?.evaluate(async () => {
    const { registration } = self as unknown as { registration: ServiceWorkerRegistration };
    const shown = await registration.getNotifications();
    return shown.map(({ tag, title, body }) => `${tag} ${title}: ${body}`);
  });
  return (found ?? []).sort();
}

const shows = (wanted: string[]) =>
  becomes(standing, (found) => found.join("|") === wanted.toSorted().join("|"));

interface Postman {
  /** Hands the service worker what has come for this browser since it was asked last. */
  deliver(): Promise<void>;
}

/** Carries pushes the last step, as the browser does when they come from its service. */
async function postman(page: Page): Promise<Postman> {
  const session: CDPSession = await alice.context.newCDPSession(page);
  let registrationId = "";
  session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    for (const each of registrations) if (!each.isDeleted) registrationId = each.registrationId;
  });
  await session.send("ServiceWorker.enable");
  let delivered = browser.got.length;
  return {
    async deliver() {
      await becomes(
        async () => registrationId,
        (id) => id !== "",
      );
      for (const { text } of browser.got.slice(delivered)) {
        delivered++;
        const data = JSON.stringify(text);
        await session.send("ServiceWorker.deliverPushMessage", {
          origin: scene.server.url,
          registrationId,
          data,
        });
      }
    },
  };
}

/** Waits until so many pushes have come to the push service in all. */
const come = (count: number) =>
  becomes(
    async () => browser.got.length,
    (found) => found >= count,
  );

/** The tests tell one story. */
describe.skipIf(!hasBrowser)("notifications while no page is open (Chromium)", () => {
  let post: Postman;

  test("UI-210 a device that was turned on is told by push, and a test goes the whole way", async () => {
    const { page } = alice;
    await page.goto(settingsUrl());
    expect(await scene.by.alice.call("push.list", {})).toEqual({ text: "never", devices: [] });
    await page.getByRole("switch", { name: "Show notifications" }).check();
    await page.getByText("come to this device while Parley is closed as well").waitFor();
    await page.getByText("Nothing was sent yet.").waitFor();
    expect((await scene.by.alice.call("push.list", {})).devices.length).toBe(1);
    post = await postman(page);
    await page.getByRole("button", { name: "Send a test push" }).click();
    await page.getByText("Sent. It should be here in a moment.").waitFor();
    await page.getByText("The last push was sent on").waitFor();
    await post.deliver();
    await shows(["test Parley: Notifications work."]);
    await picture(alice, "push");
    browser.answer(503);
    await page.getByRole("button", { name: "Send a test push" }).click();
    await page.getByText("It was not sent: the service answered 503.").waitFor();
    await page.getByText("did not get through: the service answered 503").waitFor();
    await picture(alice, "push-failed");
    browser.answer(201);
    expect(service.refused).toEqual([]);
  });

  test("UI-307 one's other devices are listed, each with a test and a way to take it out", async () => {
    const { page } = alice;
    const pocket = service.browser();
    const { endpoint, keys } = pocket;
    await scene.by.alice.call("push.subscribe", { endpoint, keys, device: "Alice's phone" });
    const others = page.getByRole("region", { name: "While Parley is closed" });
    const device = others.getByRole("listitem").filter({ hasText: "Alice's phone" });
    await device.getByText("Nothing was sent yet.").waitFor();
    await device.getByRole("button", { name: "Send a test push to Alice's phone" }).click();
    await device.getByText("Sent. It should be there in a moment.").waitFor();
    await device.getByText("The last push was sent on").waitFor();
    await becomes(
      async () => pocket.got.length,
      (count) => count === 1,
    );
    await picture(alice, "push-devices");
    const admin = await scene.open("admin");
    await admin.page.goto(settingsUrl());
    const hosts = admin.page.getByRole("region", { name: "Push services" });
    await hosts.getByText("2 devices, 1 not reached").waitFor();
    await hosts.getByText("the service answered 503").waitFor();
    await picture(admin, "push-services");
    await device.getByRole("button", { name: "Tell Alice's phone no longer" }).click();
    await device.waitFor({ state: "detached" });
    expect((await scene.by.alice.call("push.list", {})).devices.length).toBe(1);
    expect(await page.getByRole("region", { name: "Push services" }).count()).toBe(0);
  });

  test("UI-211 with no page open a push is shown, one a room, without its text unless that was chosen", async () => {
    const { page } = alice;
    await page.evaluate(async () => {
      for (const shown of await (await navigator.serviceWorker.ready).getNotifications()) shown.close();
    });
    const blank = await alice.context.newPage();
    post = await postman(blank);
    const before = browser.got.length;
    await page.close();
    await say(aliceBob, "Are you there?");
    await come(before + 1);
    await post.deliver();
    await shows([`room-${aliceBob} Bob: New message`]);
    await scene.by.alice.call("push.set_text", { text: "always" });
    await say(aliceBob, "It is urgent");
    await say(lobby, "This is yours", { mentions: [scene.ids.alice] });
    await come(before + 3);
    await post.deliver();
    await shows([`room-${aliceBob} Bob: It is urgent`, `room-${lobby} lobby: Bob: This is yours`]);
    // Delivered once more, or late, it takes the place of nothing.
    expect(service.refused).toEqual([]);
  });

  test("UI-212 what is read on another device is taken back", async () => {
    const before = browser.got.length;
    await scene.by.alice.call("receipt.read", { room: aliceBob, seq: 1_000 });
    await come(before + 1);
    await post.deliver();
    await shows([`room-${lobby} lobby: Bob: This is yours`]);
  });

  test("UI-213 a press leads to the message, and an open page takes back what a push has shown", async () => {
    alice.page = await alice.context.newPage();
    await alice.page.goto(settingsUrl());
    await alice.page.getByText("come to this device while Parley is closed as well").waitFor();
    const [worker] = alice.context.serviceWorkers();
    await worker?.evaluate(async (tag) => {
      const { registration, NotificationEvent: Pressed } = self as unknown as {
        registration: ServiceWorkerRegistration;
        NotificationEvent: new (type: string, more: { notification: Notification }) => Event;
      };
      const [notification] = await registration.getNotifications({ tag });
      if (!notification) throw new Error("it is shown");
      self.dispatchEvent(new Pressed("notificationclick", { notification }));
    }, `room-${lobby}`);
    await alice.page.waitForURL(`**/rooms/${lobby}**`);
    await alice.page.locator("article", { hasText: "This is yours" }).first().waitFor();
    await shows([]);
  });

  test("UI-214 what a push may show is chosen for all devices, on a phone as well", async () => {
    const { page } = alice;
    await page.goto(settingsUrl());
    const choice = page.getByLabel("While Parley is closed, show what was written");
    await becomes(
      () => choice.inputValue(),
      (value) => value === "always",
    );
    await choice.selectOption("From public channels");
    await becomes(
      async () => (await scene.by.alice.call("push.list", {})).text,
      (text) => text === "public",
    );
    await scene.by.alice.call("push.set_text", { text: "never" });
    await becomes(
      () => choice.inputValue(),
      (value) => value === "never",
    );
    await page.setViewportSize(phone.viewport as { width: number; height: number });
    await picture(alice, "push-phone");
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test("UI-215 where the browser's service cannot be reached it says so, and can be tried again", async () => {
    const { page } = alice;
    await page.getByRole("switch", { name: "Show notifications" }).uncheck();
    await becomes(
      async () => (await scene.by.alice.call("push.list", {})).devices.length,
      (count) => count === 0,
    );
    await page.evaluate(() => localStorage.setItem("test-unreachable", "1"));
    await page.getByRole("switch", { name: "Show notifications" }).check();
    await page.getByText("push service cannot be reached").waitFor();
    await picture(alice, "push-unreachable");
    await page.evaluate(() => localStorage.removeItem("test-unreachable"));
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("come to this device while Parley is closed as well").waitFor();
  });

  test("UI-216 signing out ends it, in the browser and on the server, and takes back what was shown", async () => {
    const { page } = alice;
    post = await postman(page);
    await page.getByRole("button", { name: "Send a test push" }).click();
    await page.getByText("Sent. It should be here in a moment.").waitFor();
    await post.deliver();
    await shows(["test Parley: Notifications work."]);
    await page.goto(scene.server.url);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("User name or e-mail").waitFor();
    await shows([]);
    await becomes(
      () => page.evaluate(() => localStorage.getItem("test-subscription")),
      (kept) => kept === null,
    );
    expect((await scene.by.alice.call("push.list", {})).devices).toEqual([]);
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
