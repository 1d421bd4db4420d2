import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../../server/src/testing/eventually.ts";
import { integrityOf } from "./kill-run.ts";
import { Scene } from "./scene.ts";
import { serverProcess } from "./server-process.ts";

setDefaultTimeout(180_000);

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

test("FRAME-5 a stop under load tells everyone, ends by itself and loses nothing", async () => {
  const server = await serverProcess();
  opened.push(() => server.remove());
  await server.start();
  const scene = await Scene.on(server.url);
  opened.push(() => scene.stop());
  const names = [...Array(8).fill("alice"), ...Array(8).fill("bob"), ...Array(4).fill("carol")];
  const devices = await scene.connect(names, { port: server.port });
  let count = 0;
  const speaking = setInterval(() => {
    for (const device of devices) if (device.unanswered < 3) scene.say(device, `message ${++count}`);
  }, 20);
  opened.push(() => clearInterval(speaking));
  await eventually(() => scene.acknowledged > 200);
  const before = scene.acknowledged;
  // It gives itself 30 s, and says so by its exit code where they are not enough.
  expect(await server.end("SIGTERM")).toBe(0);
  // Everyone was served until they were let go.
  expect(scene.acknowledged).toBeGreaterThan(before);
  for (const device of devices) expect(device.drains).toBe(1);
  expect(server.output()).not.toContain("took_too_long");
  expect(integrityOf(server.folder)).toBe("ok");
  await server.start();
  const after = scene.acknowledged;
  await eventually(() => scene.acknowledged > after + 50);
  clearInterval(speaking);
  expect(await scene.findFaults()).toEqual([]);
});
