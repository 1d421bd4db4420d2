import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@parley/server/src/testing/ports.ts";
import type { Postgres } from "./postgres.ts";
import type { Scene } from "./scenes.ts";
import { bunFlags, serverEnvironment } from "./server-process.ts";

/** A scene in a data folder that no server has run on. It is copied for every run and never used itself. */
export interface Prepared {
  data: string;
  tokens: string;
  /** The database of one run: with SQLite it lies in the data folder, so there is nothing to do. */
  freshDatabase(): Promise<{ environment: Record<string, string>; drop(): Promise<void> }>;
}

async function runPrepare(
  scene: Scene,
  data: string,
  tokens: string,
  environment: Record<string, string>,
): Promise<void> {
  const child = Bun.spawn([process.execPath, ...bunFlags, join(import.meta.dir, "prepare.ts"), tokens], {
    env: { ...serverEnvironment(data, freePort()), ...environment },
    stdin: new Blob([JSON.stringify(scene)]),
    stdout: "inherit",
    stderr: "inherit",
  });
  if ((await child.exited) !== 0 || !existsSync(tokens))
    throw new Error(`${scene.name} could not be prepared`);
}

export async function prepareScene(
  scene: Scene,
  folder: string,
  postgres: Postgres | undefined,
): Promise<Prepared> {
  rmSync(folder, { recursive: true, force: true });
  const data = join(folder, "data");
  const tokens = join(folder, "tokens");
  mkdirSync(data, { recursive: true });
  const template = `scene_${scene.name.replaceAll("-", "_")}`;
  await runPrepare(scene, data, tokens, postgres ? { DATABASE_URL: await postgres.create(template) } : {});
  const freshDatabase: Prepared["freshDatabase"] = async () => {
    if (!postgres) return { environment: {}, drop: () => Promise.resolve() };
    const url = await postgres.create("run", template);
    return { environment: { DATABASE_URL: url }, drop: () => postgres.drop("run") };
  };
  return { data, tokens, freshDatabase };
}
