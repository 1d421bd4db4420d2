import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../../server/src/testing/eventually.ts";
import { Chance, newSeed } from "./chance.ts";
import { faultyNetwork, waysToBreak } from "./faulty-network.ts";
import { Scene } from "./scene.ts";
import { serverProcess } from "./server-process.ts";

setDefaultTimeout(180_000);

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const cuts = 300;

test("LIVE-4 through a network that breaks at any byte everyone catches up, and nothing is lost or doubled", async () => {
  const seed = newSeed();
  const server = await serverProcess();
  opened.push(() => server.remove());
  await server.start();
  const scene = await Scene.on(server.url);
  opened.push(() => scene.stop());
  const network = await faultyNetwork(server.port, new Chance(seed));
  opened.push(() => network.stop());
  const behind = await scene.connect(
    [...Array(12).fill("alice"), ...Array(10).fill("bob"), ...Array(4).fill("carol")],
    {
      port: network.port,
      deadAfter: 600,
    },
  );
  const straight = await scene.connect(["alice", "admin", "carol"], { port: server.port });
  const broken = () => waysToBreak.reduce((sum, way) => sum + network.broken[way], 0);
  let count = 0;
  await eventually(
    () => {
      for (const device of [...behind, ...straight]) {
        if (device.unanswered < 3) scene.say(device, `message ${++count}`);
      }
      return broken() >= cuts;
    },
    { within: 120_000 },
  );
  network.mend();
  const faults = await scene.findFaults();
  expect({ seed, faults }).toEqual({ seed, faults: [] });
  // The premise: it broke in every way, messages were under way when it did, and people came back.
  for (const way of waysToBreak) expect(network.broken[way]).toBeGreaterThan(cuts / 20);
  expect(behind.reduce((sum, { repeats }) => sum + repeats, 0)).toBeGreaterThan(20);
  expect(scene.acknowledged).toBeGreaterThan(200);
  expect(server.output()).not.toContain('"level":"error"');
});
