import { Database as File } from "bun:sqlite";
import { join } from "node:path";
import { eventually } from "../../server/src/testing/eventually.ts";
import { Chance } from "./chance.ts";
import type { Finding } from "./checker.ts";
import { type Name, Scene } from "./scene.ts";
import { type ServerProcess, serverProcess } from "./server-process.ts";

export interface KillRunOptions {
  kills: number;
  devices: number;
  /** Decides at which moments the server dies. */
  seed: number;
  say?: (line: string) => void;
}

export interface KillRunResult {
  kills: number;
  acknowledged: number;
  stored: number;
  /** How many messages were under way when the server died. */
  repeats: number;
  /** How many kills met the server while it was starting. */
  duringStart: number;
  faults: Finding[];
  /** What SQLite says of the file after the last kill. */
  integrity: string;
}

/** Messages a second of all devices together, roughly: enough for every phase of a commit to be met. */
const pace = 500;

/** The server is killed again and again under load, and started on what it left. */
export async function killRun({
  kills,
  devices,
  seed,
  say = () => undefined,
}: KillRunOptions): Promise<KillRunResult> {
  const chance = new Chance(seed);
  const server = await serverProcess();
  let scene: Scene | undefined;
  let duringStart = 0;
  try {
    await server.start();
    scene = await Scene.on(server.url);
    const names = Array.from({ length: devices }, (_, index) => cast[index % cast.length] as Name);
    await scene.connect(names, { port: server.port });
    const load = startLoad(scene);
    for (let kill = 1; kill <= kills; kill++) {
      const wasStarting = await killOnce(server, scene, chance);
      if (wasStarting) duringStart++;
      say(`kill ${kill}: ${scene.acknowledged} acknowledged${wasStarting ? ", while it started" : ""}`);
    }
    load.stop();
    await scene.quiet();
    await server.end("SIGKILL");
    const integrity = integrityOf(server.folder);
    await server.start();
    const faults = await scene.findFaults();
    const stored = scene.history.filter(({ what }) => what === "stored").length;
    const repeats = scene.devices.reduce((sum, device) => sum + device.repeats, 0);
    return { kills, acknowledged: scene.acknowledged, stored, repeats, duringStart, faults, integrity };
  } finally {
    scene?.stop();
    await server.remove();
  }
}

const cast: readonly Name[] = ["alice", "bob", "admin", "alice", "bob", "carol"];

/** Everyone has something to say, over and over, until it is stopped. */
function startLoad(scene: Scene): { stop(): void } {
  let count = 0;
  const every = 20;
  const each = Math.max(1, Math.round((pace * every) / 1_000));
  const timer = setInterval(() => {
    for (let index = 0; index < each; index++) {
      const device = scene.devices[count++ % scene.devices.length];
      if (device && device.unanswered < 4) scene.say(device, `message ${count}`);
    }
  }, every);
  return { stop: () => clearInterval(timer) };
}

/** Kills after so many acknowledgements, or while the server is starting; answers whether it was the latter. */
async function killOnce(server: ServerProcess, scene: Scene, chance: Chance): Promise<boolean> {
  const isStarting = chance.next() < 0.25;
  const after = scene.acknowledged + chance.between(1, 400);
  const more = chance.next() * 20;
  const whileStarting = chance.next() * 500;
  await eventually(() => scene.acknowledged >= after);
  await Bun.sleep(more);
  await server.end("SIGKILL");
  if (isStarting) {
    await server.start({ answering: false });
    await Bun.sleep(whileStarting);
    await server.end("SIGKILL");
  }
  await server.start();
  return isStarting;
}

export function integrityOf(folder: string): string {
  const file = new File(join(folder, "parley.db"));
  try {
    const rows = file.query("PRAGMA integrity_check").all() as { integrity_check: string }[];
    return rows.map(({ integrity_check }) => integrity_check).join("; ");
  } finally {
    file.close();
  }
}
