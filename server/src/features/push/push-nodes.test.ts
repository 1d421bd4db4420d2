import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Person } from "../../testing/app.ts";
import { eventually } from "../../testing/eventually.ts";
import { type TestNodes, testNodes } from "../../testing/nodes.ts";
import { postgresMissing } from "../../testing/postgres.ts";
import { type PushBrowser, type PushService, startPushService } from "../../testing/push-sink.ts";

describe.skipIf(postgresMissing)("two nodes on one PostgreSQL", () => {
  let nodes: TestNodes;
  let service: PushService;
  const devices: PushBrowser[] = [];

  beforeAll(async () => {
    service = await startPushService();
    nodes = await testNodes(2, { environment: service.environment });
    const first = nodes.at(0);
    for (let count = 0; count < 8; count++)
      devices.push(await subscribed(await first.signIn("alice", "phone")));
  });
  afterAll(async () => {
    await nodes.close();
    await service.stop();
  });

  async function subscribed(as: Person): Promise<PushBrowser> {
    const { key } = (await nodes.at(1).ask("GET", "/api/v2/push/key", { as })).body;
    const browser = service.browser({ serverKey: key });
    const body = { endpoint: browser.endpoint, keys: browser.keys };
    expect((await nodes.at(0).ask("PUT", "/api/v2/me/push", { as, body })).status).toBe(200);
    return browser;
  }

  const say = async (node: number) => {
    const path = `/api/v2/rooms/${nodes.rooms.aliceBob.id}/messages`;
    const body = { text: "Are you there?" };
    const answer = await nodes.at(node).ask("POST", path, { as: nodes.people.bob, body });
    expect(answer.status).toBe(201);
    return answer.body.seq as number;
  };

  test("PUSH-5 of several nodes one tells each device, once", async () => {
    for (let count = 0; count < 12; count++) {
      for (const device of devices) device.hold();
      const seq = await say(count % 2);
      await eventually(() => devices.every((device) => device.held() === 1));
      // While one node sends, the other looks for what is to be done.
      const looks = nodes.nodes.map(({ app }) => app.pushes?.settled());
      for (const device of devices) device.release();
      await Promise.all(looks);
      await eventually(() => devices.every(({ got }) => got.length === count + 1));
      expect(devices.map(({ got }) => got.at(-1)?.text.seq)).toEqual(devices.map(() => seq));
    }
    await Promise.all(nodes.nodes.map(({ app }) => app.pushes?.settled()));
    expect(devices.map(({ got }) => got.length)).toEqual(devices.map(() => 12));
    expect(service.refused).toEqual([]);
  });
});
