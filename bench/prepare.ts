/*
 * Fills the data folder (or database) that the environment names with a scene, as the server's own features do it.
 * It is a program of its own: what the scene costs in memory must not stay with the bench.
 *
 * usage: bun bench/prepare.ts <token file>   with the scene as JSON on standard input
 */
import { startApp } from "@parley/server/src/app.ts";
import { readConfig } from "@parley/server/src/config.ts";

import { stage } from "./people.ts";
import type { Scene } from "./scenes.ts";

function endAtOnce(error: Error): never {
  console.error(error);
  process.exit(1);
}

const [, , tokenFile] = process.argv;
if (!tokenFile) throw new Error("the token file is not named");
const scene = (await Bun.stdin.json()) as Scene;
const app = await startApp({ config: readConfig(), onBroken: endAtOnce });
const lines = await stage(app.context, scene);
await Bun.write(tokenFile, lines.map((line) => `${line}\n`).join(""));
// what comes into the index later would be done during the runs
await app.indexer.settled();
if (scene.ended) {
  // A year passes: what had its time is due as soon as a server starts.
  await app.jobs.stop();
  await app.context.writer.write((tx) =>
    tx.sql.run(tx.sql.build.updateTable("jobs").set({ due_at: tx.now })),
  );
}
await app.stop({ drainSeconds: 0 });
