import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@parley/server/src/testing/ports.ts";
import { floorProgram } from "./native.ts";
import type { Prepared } from "./prepared.ts";
import { CORES, endProcess, untilReady } from "./processes.ts";
import type { Scene } from "./scenes.ts";
import { bunFlags, serverEnvironment } from "./server-process.ts";

export type TargetName = "floor" | "floor-batch" | "floor-durable" | "parley";

/** A started server with nobody connected. */
export interface Site {
  pid: number;
  port: number;
  tokens: string;
  /** Where the server keeps its data; a floor has none. */
  data?: string;
  stop(): Promise<void>;
}

async function answers(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => undefined } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
  } catch {
    return false;
  }
}

async function startFloor(mode: TargetName, scene: Scene, folder: string): Promise<Site> {
  const tokens = join(folder, "tokens");
  const lines = scene.connections.map((rooms, index) => `floor-${index} ${rooms.join(",")}\n`);
  await Bun.write(tokens, lines.join(""));
  const port = freePort();
  const child = Bun.spawn(
    ["taskset", "-c", CORES.server, floorProgram, mode, String(port), join(folder, "log")],
    { stdout: "inherit", stderr: "inherit" },
  );
  await untilReady(child, mode, () => answers(port));
  return { pid: child.pid, port, tokens, stop: () => endProcess(child) };
}

async function startParley(prepared: Prepared, folder: string): Promise<Site> {
  const data = join(folder, "data");
  cpSync(prepared.data, data, { recursive: true });
  const database = await prepared.freshDatabase();
  // the copy must not be on its way to the disk while the server syncs its log
  await Bun.spawn(["sync", "-f", folder]).exited;
  const port = freePort();
  const program = [process.execPath, ...bunFlags, join(import.meta.dir, "../server/src/main.ts")];
  const child = Bun.spawn(["taskset", "-c", CORES.server, ...program], {
    env: { ...serverEnvironment(data, port), ...database.environment },
    stdout: "inherit",
    stderr: "inherit",
  });
  await untilReady(child, "parley", () => isHealthy(port));
  const stop = async () => {
    await endProcess(child);
    await database.drop();
  };
  return { pid: child.pid, port, tokens: prepared.tokens, data, stop };
}

/** Starts a target on a data folder that nothing was run on before, and takes the folder away again. */
export async function onFreshSite<Result>(
  target: TargetName,
  scene: Scene,
  prepared: Prepared | undefined,
  folder: string,
  use: (site: Site) => Promise<Result>,
): Promise<Result> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (target === "parley" && !prepared) throw new Error("parley needs a prepared scene");
  const site =
    prepared && target === "parley"
      ? await startParley(prepared, folder)
      : await startFloor(target, scene, folder);
  try {
    return await use(site);
  } finally {
    await site.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
