import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { type PushBrowser, type PushService, startPushService } from "../../testing/push-sink.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { leaseDue } from "./push-delivery-rows.ts";
import { listenersIn } from "./push-queue-rows.ts";

onEveryEngine((engine) => {
  let app: TestApp;
  let service: PushService;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    service = await startPushService();
    app = await testApp({ engine, environment: service.environment });
    ({ alice, bob } = app.people);
  });
  afterAll(async () => {
    await app.close();
    await service.stop();
  });

  const put = (as: Person, { endpoint, keys }: PushBrowser, more: object = {}) =>
    app.ask("PUT", "/api/v2/me/push", { as, body: { endpoint, keys, ...more } });
  const list = async (as: Person) => (await app.ask("GET", "/api/v2/me/push", { as })).body;
  const end = (as: Person, push?: number) => app.ask("POST", "/api/v2/me/push/end", { as, body: { push } });
  const testOn = async (as: Person) => (await app.ask("POST", "/api/v2/me/push/test", { as, body: {} })).body;
  const headOf = async (user: number) => {
    const as = user === alice.id ? alice : bob;
    return (await app.ask("GET", "/api/v2/me/events?after=0&limit=1", { as })).body.head;
  };

  test("PUSH-4 a device is told from when it asks to when it asks no longer", async () => {
    const phone = await app.signIn("alice", "Alice's phone");
    const before = await headOf(alice.id);
    const browser = service.browser();
    const subscribed = await put(phone, browser);
    expect(subscribed).toMatchObject({
      status: 200,
      body: { device: "Alice's phone", current: true, sent_at: null },
    });
    expect(await list(phone)).toEqual({ text: "never", devices: [subscribed.body] });
    expect((await list(alice)).devices).toMatchObject([{ id: subscribed.body.id, current: false }]);
    expect(await list(bob)).toEqual({ text: "never", devices: [] });
    // Told again it is no change; another name is one.
    await put(phone, browser);
    expect(await headOf(alice.id)).toBe(before + 1);
    expect((await put(phone, browser, { device: "Pocket" })).body).toEqual({
      ...subscribed.body,
      device: "Pocket",
    });
    expect(await headOf(alice.id)).toBe(before + 2);
    expect((await end(bob, subscribed.body.id)).status).toBe(404);
    expect((await end(bob)).status).toBe(204);
    expect((await list(phone)).devices.length).toBe(1);
    expect((await end(phone)).status).toBe(204);
    expect((await end(phone)).status).toBe(204);
    expect((await list(phone)).devices).toEqual([]);
    await put(phone, browser);
    expect((await end(alice, (await list(alice)).devices[0].id)).status).toBe(204);
    expect((await list(phone)).devices).toEqual([]);
  });

  test("PUSH-4 an endpoint goes with whoever is signed in where it is", async () => {
    const browser = service.browser();
    const before = await headOf(alice.id);
    await put(alice, browser);
    expect(await headOf(alice.id)).toBe(before + 1);
    await put(bob, browser);
    expect((await list(alice)).devices).toEqual([]);
    expect((await list(bob)).devices.length).toBe(1);
    expect(await headOf(alice.id)).toBe(before + 2);
    // A browser that subscribes anew takes the place of what it had before.
    await put(bob, service.browser());
    expect((await list(bob)).devices.length).toBe(1);
    await end(bob);
  });

  test("PUSH-4 it ends with the session, however that ends", async () => {
    const phone = await app.signIn("alice", "phone");
    const browser = service.browser();
    await put(phone, browser);
    expect((await list(alice)).devices.length).toBe(1);
    await app.ask("POST", "/api/v2/sessions/end", { as: alice, body: { session: phone.actor.session } });
    expect((await list(alice)).devices).toEqual([]);
    expect((await put(phone, browser)).status).toBe(401);
    await app.app.pushes?.settled();
    expect((await put(alice, browser)).status).toBe(200);
    await end(alice);
  });

  test("PUSH-4 one person has at most so many devices", async () => {
    const devices: Person[] = [];
    for (let count = 0; count <= limits.pushDevices; count++)
      devices.push(await app.signIn("carol", `${count}`));
    const answers = [];
    for (const device of devices) answers.push((await put(device, service.browser())).status);
    expect(answers).toEqual([...Array.from({ length: limits.pushDevices }, () => 200), 409]);
    expect((await list(app.people.carol)).devices.length).toBe(limits.pushDevices);
    // One that has a place may take another endpoint in it.
    expect((await put(devices[0] as Person, service.browser())).status).toBe(200);
  });

  test("PUSH-2 what a browser cannot have given is refused", async () => {
    const browser = service.browser();
    const wrong: object[] = [
      { endpoint: "https://push.example/abc" },
      { endpoint: "http://169.254.169.254/latest/meta-data" },
      { endpoint: `http://127.0.0.1:1${new URL(browser.endpoint).pathname}` },
      { endpoint: "javascript:alert(1)" },
      { endpoint: "http://127.0.0.1@example.org/" },
      { keys: { ...browser.keys, p256dh: "A".repeat(87) } },
      { keys: { ...browser.keys, auth: "A".repeat(24) } },
      { keys: { auth: browser.keys.auth } },
    ];
    for (const each of wrong) {
      expect([each, (await put(alice, browser, each)).status]).toEqual([each, 422]);
    }
    expect((await list(alice)).devices).toEqual([]);
  });

  test("PUSH-8 what a push may hold is chosen for all devices, and they learn of it", async () => {
    const before = await headOf(alice.id);
    const choose = (text: string) => app.ask("PUT", "/api/v2/me/push/text", { as: alice, body: { text } });
    for (const text of ["public", "public", "always"]) {
      expect((await choose(text)).body).toEqual({ text });
      expect((await list(alice)).text).toBe(text);
    }
    expect(await headOf(alice.id)).toBe(before + 2);
    expect((await choose("sometimes")).status).toBe(422);
    expect((await list(bob)).text).toBe("never");
    await choose("never");
  });

  test("PUSH-11 a device is sent a test, and what became of it is told", async () => {
    expect(await testOn(alice)).toEqual({ outcome: "none", why: null });
    const { key } = (await app.ask("GET", "/api/v2/push/key", { as: alice })).body;
    const browser = service.browser({ serverKey: key });
    await put(alice, browser, { language: "de" });
    expect(await testOn(alice)).toEqual({ outcome: "sent", why: null });
    expect(browser.got.map(({ text }) => text)).toEqual([{ kind: "test", language: "de" }]);
    const health = (await list(alice)).devices[0];
    expect([health.sent_at !== null, health.failed_at, health.failure]).toEqual([true, null, null]);
    browser.answer(503);
    expect(await testOn(alice)).toEqual({ outcome: "failed", why: "the service answered 503" });
    expect((await list(alice)).devices[0]).toMatchObject({ failure: "the service answered 503" });
    browser.answer(410);
    expect((await testOn(alice)).outcome).toBe("failed");
    expect((await list(alice)).devices).toEqual([]);
    expect(service.refused).toEqual([]);
  });

  test("PUSH-11 a test goes to another of one's own devices too, and to nobody else's", async () => {
    const [laptop, phone] = [await app.signIn("alice", "Laptop"), await app.signIn("alice", "Phone")];
    const browser = service.browser();
    const { id } = (await put(phone, browser)).body;
    const ask = (as: Person, push: number) => app.ask("POST", "/api/v2/me/push/test", { as, body: { push } });
    const before = browser.got.length;
    expect((await ask(laptop, id)).body.outcome).toBe("sent");
    expect(browser.got.length).toBe(before + 1);
    expect((await ask(bob, id)).status).toBe(404);
    expect((await ask(laptop, 2 ** 40)).status).toBe(404);
    await end(laptop, id);
    expect((await ask(laptop, id)).status).toBe(404);
  });

  test("PUSH-14 admins see how each service takes what is sent, and of whom it is they do not see", async () => {
    const { admin } = app.people;
    const health = async (as: Person) => app.ask("GET", "/api/v2/push/health", { as });
    expect((await health(alice)).status).toBe(403);
    const others = (await health(admin)).body.services[0]?.devices ?? 0;
    const browser = service.browser();
    await put(alice, browser);
    const { host } = new URL(browser.endpoint);
    browser.answer(503);
    await testOn(alice);
    const failing = (await health(admin)).body;
    expect(failing).toMatchObject({ on: true, waiting: 0 });
    expect(failing.services).toMatchObject([{ host, failing: 1, failure: "the service answered 503" }]);
    app.clock.advance(1_000);
    browser.answer(201);
    await testOn(alice);
    const well = (await health(admin)).body;
    expect(well.services).toMatchObject([{ host, devices: others + 1, failing: 0 }]);
    expect(Date.parse(well.services[0].sent_at)).toBeGreaterThan(Date.parse(well.services[0].failed_at));
    expect(JSON.stringify(well)).not.toContain(browser.endpoint);
    await end(alice);
    expect((await health(admin)).body.services[0]?.devices ?? 0).toBe(others);
  });

  test("PUSH-11 tests are few", async () => {
    await put(bob, service.browser());
    const answers = [];
    for (let count = 0; count < 31; count++) {
      answers.push((await app.ask("POST", "/api/v2/me/push/test", { as: bob, body: {} })).status);
    }
    expect(answers.lastIndexOf(200)).toBe(29);
    expect(answers.at(-1)).toBe(429);
    await end(bob);
  });

  test("PUSH-5 who is to be told, and what is due, is found by index", async () => {
    const { database } = app.context;
    const listeners = await planOf(database, listenersIn({ room: 1, thread: 0, after: 0, now: 0, limit: 1 }));
    expect(listeners).not.toMatch(/SCAN (?:members|users|sessions)|Seq Scan/);
    expect(await planOf(database, leaseDue({ now: 0, until: 0, limit: 1 }))).toMatch(/push_deliveries_due/);
  });
});

test("PUSH-2 where the admin named no service nothing is sent, and nothing is kept for it", async () => {
  const service = await startPushService();
  const app = await testApp();
  try {
    const { alice: as } = app.people;
    expect((await app.ask("GET", "/api/v2/push/key", { as })).body).toEqual({ key: null });
    const { endpoint, keys } = service.browser();
    expect((await app.ask("PUT", "/api/v2/me/push", { as, body: { endpoint, keys } })).status).toBe(403);
    expect(app.app.pushes).toBe(null);
  } finally {
    await app.close();
    await service.stop();
  }
});
