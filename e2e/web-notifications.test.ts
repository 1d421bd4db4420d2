import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Device, hasBrowser, phone, picture } from "./browser.ts";
import { becomes, sees } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";

let scene: WebScene;
let alice: Device;
let onPhone: Device;
let lobby: number;
let aliceBob: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  const { by, ids } = scene;
  aliceBob = (await by.alice.call("room.direct", { user: ids.bob })).id;
  const members = [ids.bob];
  lobby = (await by.alice.call("room.create", { kind: "channel", public: true, name: "lobby", members })).id;
  alice = await scene.open("alice");
  onPhone = await scene.open("alice", "/", phone);
  // It comes a while after the page, and shows what there is to be shown from then on.
  await alice.page.evaluate(async () => void (await navigator.serviceWorker.ready));
});
afterAll(() => scene?.end());

function say(room: number, text: string, more: { mentions?: number[] } = {}) {
  return scene.by.bob.call("message.send", { room, text, client_id: crypto.randomUUID(), ...more });
}

/** What stands in the system's list, as far as this browser put it there. */
function told({ page }: Device): Promise<{ tag: string; title: string; body: string }[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.map(({ tag, title, body }) => ({ tag, title, body }));
  });
}

function tells(device: Device, wanted: { title: string; body: string }[]) {
  const plain = ({ title, body }: { title: string; body: string }) => `${title}: ${body}`;
  return becomes(
    async () => (await told(device)).map(plain).sort(),
    (found) => found.join("|") === wanted.map(plain).sort().join("|"),
  );
}

/** From now on each page keeps what it asks to be shown, which may be taken back before anybody looks. */
async function recordShown(...devices: Device[]): Promise<() => Promise<string[]>> {
  for (const { page } of devices) {
    await page.evaluate(() => {
      const registration = ServiceWorkerRegistration.prototype;
      const show = registration.showNotification;
      const titles: string[] = [];
      Object.assign(globalThis, { titles });
      registration.showNotification = function (title, options) {
        titles.push(title);
        return show.call(this, title, options);
      };
    });
  }
  return async () => {
    const all = devices.map(({ page }) =>
      page.evaluate(() => (globalThis as unknown as { titles?: string[] }).titles ?? []),
    );
    return (await Promise.all(all)).flat();
  };
}

/** Within the page, which goes on. */
async function enter({ page }: Device, room: number): Promise<void> {
  await page.locator(`[data-room="${room}"]`).click();
  await page.waitForURL(`**/rooms/${room}`);
}

async function openSettings({ page }: Device): Promise<void> {
  await page.goto(`${scene.server.url}/settings/notifications`);
  await page.getByRole("heading", { name: "Notifications", level: 1 }).waitFor();
}

/** What the page's service worker has that a page has not. */
interface Worker {
  registration: ServiceWorkerRegistration;
  NotificationEvent: new (type: string, more: { notification: Notification }) => Event;
}

/** The tests tell one story. */
describe.skipIf(!hasBrowser)("notifications while a page is open (Chromium)", () => {
  test("UI-140 the browser is asked only after a press, and what it said is told", async () => {
    await openSettings(onPhone);
    await becomes(
      () => onPhone.page.evaluate(() => Notification.permission),
      (permission) => permission === "denied",
    );
    await onPhone.page.getByText("This browser does not let Parley show notifications").waitFor();
    await picture(onPhone, "notifications-denied-phone");
    await openSettings(alice);
    await alice.page.evaluate(() => {
      // Without a screen the browser never says that it would ask: until the press it does here.
      const own = Object.getOwnPropertyDescriptor(Notification, "permission");
      let isPressed = false;
      const get = () => (isPressed ? own?.get?.call(Notification) : "default");
      Object.defineProperty(Notification, "permission", { configurable: true, get });
      addEventListener("click", () => (isPressed = true), { capture: true });
    });
    const turnOn = alice.page.getByRole("button", { name: "Turn notifications on" });
    await becomes(
      async () => {
        await alice.page.evaluate(() => dispatchEvent(new Event("focus")));
        return turnOn.count();
      },
      (count) => count === 1,
    );
    await picture(alice, "notifications-asked");
    await alice.context.grantPermissions(["notifications"], { origin: scene.server.url });
    await turnOn.click();
    await alice.page.getByRole("switch", { name: "Show notifications" }).waitFor();
    expect(await alice.page.getByRole("switch", { name: "Show notifications" }).isChecked()).toBe(true);
  });

  test("UI-140 one is shown to try it", async () => {
    await alice.page.getByRole("button", { name: "Show a test notification" }).click();
    await alice.page.getByText("Shown.").waitFor();
    await tells(alice, [{ title: "Parley", body: "Notifications work." }]);
    await picture(alice, "notifications");
    await alice.page.evaluate(async () => {
      for (const shown of await (await navigator.serviceWorker.ready).getNotifications()) shown.close();
    });
  });

  test("UI-141 one notification a room, replaced and not stacked, without its text unless that was chosen", async () => {
    await say(aliceBob, "Are you there?");
    await tells(alice, [{ title: "Bob", body: "New message" }]);
    await alice.page.getByRole("switch", { name: "Show what was written" }).check();
    await say(aliceBob, "It is **urgent**");
    await tells(alice, [{ title: "Bob", body: "It is urgent" }]);
    await say(lobby, "Somebody else's matter");
    await say(lobby, "This is yours", { mentions: [scene.ids.alice] });
    await say(lobby, "Not this");
    await tells(alice, [
      { title: "Bob", body: "It is urgent" },
      { title: "lobby", body: "Bob: This is yours" },
    ]);
  });

  test("UI-142 a press leads to the message", async () => {
    const [worker] = alice.context.serviceWorkers();
    await worker?.evaluate(async (tag) => {
      const { registration, NotificationEvent: Pressed } = self as unknown as Worker;
      const [notification] = await registration.getNotifications({ tag });
      if (!notification) throw new Error("it is shown");
      self.dispatchEvent(new Pressed("notificationclick", { notification }));
    }, `room-${lobby}`);
    await alice.page.waitForURL(`**/rooms/${lobby}**`);
    await alice.page.locator("article.bg-note\\!", { hasText: "This is yours" }).waitFor();
    await tells(alice, [{ title: "Bob", body: "It is urgent" }]);
  });

  test("UI-143 what is read on another device is taken back, and what is in sight is not told", async () => {
    await onPhone.page.goto(`${scene.server.url}/rooms/${aliceBob}`);
    await sees(onPhone, "It is urgent");
    await tells(alice, []);
    const shown = await recordShown(alice);
    await say(lobby, "In plain sight", { mentions: [scene.ids.alice] });
    await sees(alice, "In plain sight");
    await openSettings(onPhone);
    await say(aliceBob, "Out of sight");
    await tells(alice, [{ title: "Bob", body: "Out of sight" }]);
    expect(await shown()).toEqual(["Bob"]);
  });

  test("UI-143 of several tabs one tells, and none of what another has in sight", async () => {
    const second = { ...alice, page: await alice.context.newPage() };
    await second.page.goto(`${scene.server.url}/rooms/${aliceBob}`);
    await sees(second, "Out of sight");
    await tells(alice, []);
    const shown = await recordShown(alice, second);
    await say(aliceBob, "Seen in the second tab");
    await sees(second, "Seen in the second tab");
    await enter(second, lobby);
    await say(aliceBob, "Seen in none");
    await tells(alice, [{ title: "Bob", body: "Seen in none" }]);
    expect(await shown()).toEqual(["Bob"]);
    await second.page.close();
    // The page that told is gone: the next one takes it back all the same.
    await alice.page.goto(`${scene.server.url}/rooms/${aliceBob}`);
    await tells(alice, []);
  });

  test("UI-144 levels and quiet hold on all devices", async () => {
    await openSettings(alice);
    await openSettings(onPhone);
    await alice.page.getByLabel("Tell me of").selectOption("Every message");
    await becomes(
      () => onPhone.page.getByLabel("Tell me of").inputValue(),
      (level) => level === "all",
    );
    await say(lobby, "Of no concern");
    await tells(alice, [{ title: "lobby", body: "Bob: Of no concern" }]);
    await onPhone.page.getByRole("button", { name: "For 8 hours" }).click();
    await alice.page.getByText("Do not disturb until").waitFor();
    await picture(alice, "notifications-quiet");
    await picture(onPhone, "notifications-quiet-phone");
    await say(aliceBob, "While nobody is to disturb");
    await alice.page.getByRole("link", { name: "Back to the chats" }).click();
    await alice.page.locator(`[data-room="${aliceBob}"]`).getByText("While nobody is to disturb").waitFor();
    await scene.by.alice.call("notification.set_default", { level: "all", muted_until: null });
    await onPhone.page.getByRole("button", { name: "For 8 hours" }).waitFor();
    const { id } = await say(lobby, "Once more");
    await tells(alice, [{ title: "lobby", body: "Bob: Once more" }]);
    await scene.by.bob.call("message.delete", { message: id });
    await tells(alice, []);
  });

  test("UI-2 no page broke the policy, failed, or asked for anything elsewhere", () => {
    expect(scene.faults()).toEqual([]);
  });
});
