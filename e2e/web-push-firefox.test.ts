import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, createClient } from "@parley/web/client/client";
import { memoryOutbox } from "@parley/web/client/outbox-memory";
import { type Firefox, hasFirefox, startFirefox } from "./firefox.ts";
import { type FirefoxPushes, startFirefoxPushes } from "./firefox-pushes.ts";
import { admin, startServer, type TestServer } from "./server.ts";
import { becomes } from "./web-page.ts";

let server: TestServer;
let pushes: FirefoxPushes;
let firefox: Firefox;
let by: { admin: Client; alice: Client };
let room: number;

const password = "a stable of horses";

beforeAll(async () => {
  if (!hasFirefox) return;
  pushes = startFirefoxPushes();
  server = await startServer({ environment: { PUSH_SERVICES: "127.0.0.1", EGRESS_ALLOW: pushes.host } });
  const caller = async (login: string, secret: string) => {
    const client = createClient({ url: server.url, storage: memoryOutbox() });
    await client.session.signIn(login, secret);
    return client;
  };
  const first = await caller(admin.username, admin.password);
  const { user } = await first.call("user.create", { username: "alice", display_name: "Alice", password });
  by = { admin: first, alice: await caller("alice", password) };
  room = (await first.call("room.direct", { user: user.id })).id;
  firefox = await startFirefox(pushes.preferences);
}, 180_000);
afterAll(async () => {
  await firefox?.close();
  await server?.remove();
  await pushes?.stop();
});

const holds = (expression: string) =>
  becomes(
    () => firefox.evaluate(expression).catch(() => false),
    (found) => found === true,
  );
const reads = (text: string) => holds(`document.body.innerText.includes(${JSON.stringify(text)})`);
const press = (text: string) =>
  firefox.evaluate(
    `[...document.querySelectorAll("button")].find((each) => each.innerText.includes(${JSON.stringify(text)})).click()`,
  );
/** As typing does: the page hears of it. */
const fill = (selector: string, value: string) =>
  firefox.evaluate(`((field) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, ${JSON.stringify(value)});
    field.dispatchEvent(new Event("input", { bubbles: true }));
  })(document.querySelector(${JSON.stringify(selector)}))`);
const standing = (): Promise<string[]> =>
  firefox.evaluate(
    "(await navigator.serviceWorker.ready).getNotifications().then((all) => all.map(({ title, body }) => title + ': ' + body).sort())",
  );

const shows = (wanted: string[]) => becomes(standing, (found) => found.join("|") === wanted.join("|"));

/** The tests tell one story. */
describe.skipIf(!hasFirefox)("notifications while no page is open (Firefox)", () => {
  test("UI-210 Firefox subscribes by itself, reads what the server has encrypted, and shows it", async () => {
    await firefox.goTo(`${server.url}/settings/notifications`);
    await holds("document.querySelector('form input[type=password]') !== null");
    await fill("form input:not([type=password])", "alice");
    await fill("form input[type=password]", password);
    await firefox.evaluate("document.querySelector('form button[type=submit]').click()");
    await reads("Show notifications");
    await firefox.evaluate("void (await navigator.serviceWorker.ready)");
    await firefox.evaluate("document.querySelector('input[role=switch]').click()");
    await reads("come to this device while Parley is closed as well");
    await press("Send a test push");
    await becomes(
      async () => pushes.taken,
      (codes) => codes.length === 1,
    );
    expect(pushes.taken).toEqual([100]);
    await shows(["Parley: Notifications work."]);
  });

  test("UI-211 with no page open what is said is shown", async () => {
    await firefox.goTo("about:blank");
    await by.admin.call("message.send", { room, text: "Are you there?", client_id: crypto.randomUUID() });
    await becomes(
      async () => pushes.taken.length,
      (count) => count === 2,
    );
    expect(pushes.taken).toEqual([100, 100]);
    await firefox.goTo(`${server.url}/settings/notifications`);
    await reads("come to this device while Parley is closed as well");
    await shows(["Parley: Notifications work.", "admin: New message"]);
  });

  test("UI-216 signing out ends the subscription in Firefox", async () => {
    await firefox.goTo(server.url);
    await holds("document.querySelector('[aria-label=\"Sign out\"]') !== null");
    await firefox.evaluate("document.querySelector('[aria-label=\"Sign out\"]').click()");
    await holds("document.querySelector('form input[type=password]') !== null");
    await becomes(
      async () => pushes.ended.length,
      (count) => count === 1,
    );
    expect((await by.alice.call("push.list", {})).devices).toEqual([]);
    await shows([]);
  });
});
