import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../../server/src/testing/eventually.ts";
import { liveSocket } from "../../server/src/testing/live-socket.ts";
import { integrityOf } from "./kill-run.ts";
import { call, Scene } from "./scene.ts";
import { serverProcess } from "./server-process.ts";
import { canMount, smallDisk } from "./small-disk.ts";

setDefaultTimeout(180_000);

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const megabytes = 40;

describe.skipIf(!canMount)("a disk of its own (needs the right to mount)", () => {
  test("WRITE-4 on a full disk reading goes on, who writes is told to wait, and nothing is lost or doubled", async () => {
    const disk = smallDisk(megabytes);
    if (!disk) throw new Error("the disk is gone");
    opened.push(() => disk.remove());
    const server = await serverProcess({ folder: disk.folder });
    opened.push(() => server.end("SIGKILL"));
    await server.start();
    const scene = await Scene.on(server.url);
    opened.push(() => scene.stop());
    const devices = await scene.connect(["alice", "alice", "bob", "admin", "carol"], { port: server.port });
    const waits = () => devices.reduce((sum, device) => sum + device.waits, 0);
    let count = 0;
    const speak = () => {
      for (const device of devices) {
        if (device.unanswered < 3) scene.say(device, `${++count} ${"long ".repeat(1_900)}`);
      }
    };
    for (let round = 1; round <= 2; round++) {
      const before = waits();
      disk.fill();
      // What the log has room for goes through; then the disk is full for the server too.
      await eventually(() => {
        speak();
        disk.fill();
        return waits() > before + 20;
      });
      const { alice, bob } = scene.tokens;
      const { messages } = await call(server.url, "message.list", { room: scene.lobby, limit: 5 }, alice);
      expect(messages.length).toBe(5);
      const reader = await liveSocket(server.url, { accessToken: bob });
      const writer = await liveSocket(server.url, { accessToken: alice });
      writer.send({ type: "signal", signal: { kind: "typing", room: scene.lobby, on: true } });
      await reader.until("signal");
      const refused = await writer.do("message.send", {
        room: scene.lobby,
        text: "no room",
        client_id: `full-${round}`,
      });
      expect(refused).toMatchObject({ type: "failed", error: { code: "unavailable", retry: "wait" } });
      for (const socket of [reader, writer]) socket.destroy();
      const acknowledged = scene.acknowledged;
      disk.free();
      await eventually(() => {
        speak();
        return scene.acknowledged > acknowledged + 20;
      });
    }
    await scene.quiet();
    await server.end("SIGKILL");
    expect(integrityOf(server.folder)).toBe("ok");
    await server.start();
    expect(await scene.findFaults()).toEqual([]);
    expect(server.output()).not.toContain("nobody can tell");
    expect(await server.end("SIGTERM")).toBe(0);
  });
});
