import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../server/src/testing/eventually.ts";
import { liveSocket } from "../../server/src/testing/live-socket.ts";
import { canWatch, type DiskFault, type DiskWatch, diskWatch } from "./disk-watch.ts";
import { integrityOf } from "./kill-run.ts";
import { Scene } from "./scene.ts";
import { type ServerProcess, serverProcess } from "./server-process.ts";

setDefaultTimeout(180_000);

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function watchedServer(): Promise<{ server: ServerProcess; watch: DiskWatch; scene: Scene }> {
  const watch = diskWatch();
  opened.push(() => watch.remove());
  const server = await serverProcess();
  opened.push(() => server.remove());
  await server.start({ environment: watch.environment });
  const scene = await Scene.on(server.url);
  opened.push(() => scene.stop());
  return { server, watch, scene };
}

describe.skipIf(!canWatch)("a disk that is watched (needs a C compiler)", () => {
  test("LIVE-1 each acknowledgement and each event leaves after the sync of the log that holds it", async () => {
    const { server, watch, scene } = await watchedServer();
    const names = ["alice", "bob", "admin"] as const;
    const sockets = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        liveSocket(server.url, { accessToken: scene.tokens[names[index % 3] ?? "alice"] }),
      ),
    );
    const each = 60;
    await Promise.all(
      sockets.map(async (socket, index) => {
        for (let count = 1; count <= each; count++) {
          // What follows in the file may begin with a digit.
          const id = `canary-${index * each + count}.`;
          await socket.done("message.send", { room: scene.lobby, text: `message ${count}` }, id);
        }
      }),
    );
    for (const socket of sockets) socket.destroy();
    const written = new Map<number, number>();
    const durable = new Set<number>();
    const early: string[] = [];
    const seen = { done: new Set<number>(), told: new Set<number>() };
    watch.story().forEach(({ what, token }, index) => {
      if (what === "write") written.set(token, index);
      else if (what === "sync") for (const each of written.keys()) durable.add(each);
      else {
        seen[what].add(token);
        if (!durable.has(token)) early.push(`${what} ${token}`);
      }
    });
    expect(early).toEqual([]);
    // The premise: the watch saw every one of them.
    expect([seen.done.size, seen.told.size]).toEqual(Array(2).fill(sockets.length * each));
  });

  for (const fault of ["sync log", "write log"] as const satisfies readonly DiskFault[]) {
    test(`WRITE-6 a server that cannot ${fault.replace(" ", " its ")} stops at once, and the client id decides`, async () => {
      const { server, watch, scene } = await watchedServer();
      const devices = await scene.connect(["alice", "alice", "bob", "admin", "carol"], { port: server.port });
      let count = 0;
      const speak = () => {
        for (const device of devices) if (device.unanswered < 3) scene.say(device, `message ${++count}`);
      };
      await eventually(() => {
        speak();
        return scene.acknowledged > 100;
      });
      watch.fail(fault);
      // Said on, so that a message is what cannot be stored.
      const speaking = setInterval(speak, 5);
      opened.push(() => clearInterval(speaking));
      expect(await server.exited()).toBe(70);
      clearInterval(speaking);
      expect(server.output()).toContain("nobody can tell what was stored");
      watch.heal();
      await server.start();
      const before = scene.acknowledged;
      await eventually(() => {
        speak();
        return scene.acknowledged > before + 100;
      });
      expect(await scene.findFaults()).toEqual([]);
      expect(devices.reduce((sum, { repeats }) => sum + repeats, 0)).toBeGreaterThan(0);
      await server.end("SIGKILL");
      expect(integrityOf(server.folder)).toBe("ok");
    });
  }

  test("WRITE-6 a database file that cannot be synced costs nothing: what is acknowledged is in the log", async () => {
    const { server, watch, scene } = await watchedServer();
    const devices = await scene.connect(["alice", "bob"], { port: server.port });
    watch.fail("sync database");
    const log = join(server.folder, "parley.db-wal");
    const { size } = statSync(log);
    let count = 0;
    // The log is as long as it is allowed to get, and cannot be folded into the file.
    await eventually(() => {
      for (const device of devices) {
        if (device.unanswered < 3) scene.say(device, `${++count} ${"long ".repeat(1_900)}`);
      }
      return statSync(log).size > size + 100_000;
    });
    await server.end("SIGKILL");
    expect(integrityOf(server.folder)).toBe("ok");
    watch.heal();
    await server.start();
    expect(await scene.findFaults()).toEqual([]);
  });
});
