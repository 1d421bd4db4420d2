import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestApp, testApp } from "../../../testing/app.ts";
import { eventually } from "../../../testing/eventually.ts";
import { type PushService, startPushService } from "../../../testing/push-sink.ts";

const path = "/chat/push/subscriptions";

let app: TestApp;
let service: PushService;
beforeAll(async () => {
  service = await startPushService();
  app = await testApp({ environment: service.environment });
});
afterAll(async () => {
  await app?.close();
  await service?.stop();
});

test("DIALECT-55 a device that subscribed is told of a message, until its subscription is taken back", async () => {
  const { alice, bob } = app.people;
  const before = await app.ask("GET", path, { as: bob });
  const browser = service.browser({ serverKey: before.body.public_key });
  const { endpoint, keys } = browser;
  const made = await app.ask("POST", path, { as: bob, body: { endpoint, keys } });
  expect([made.status, made.body.is_current]).toEqual([201, true]);
  const room = `/chat/rooms/${app.rooms.aliceBob.id}/messages`;
  const say = (content: string) => app.ask("POST", room, { as: alice, body: { content } });
  const { body: first } = await say("are you there?");
  app.clock.advance(20_000);
  await eventually(() => browser.got.length === 1);
  expect(browser.got[0]?.text).toMatchObject({ kind: "message", message: first.id, title: "alice" });
  expect((await app.ask("DELETE", `${path}?id=${made.body.id}`, { as: bob })).status).toBe(204);
  await say("and now?");
  app.clock.advance(20_000);
  await app.app.pushes?.settled();
  expect(browser.got).toHaveLength(1);
  expect(service.refused).toEqual([]);
});

test("DIALECT-55 an address of a service that is not named here is refused", async () => {
  const { keys } = service.browser();
  const body = { endpoint: "https://elsewhere.example.org/x", keys };
  const refused = await app.ask("POST", path, { as: app.people.bob, body });
  expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ["body", "endpoint"]]);
});
