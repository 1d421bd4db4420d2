// @ts-check
import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { bunEnvironment, bunFlags, prepare, root, runMain, SetupError } from "./toolchain.mjs";

/** Runs Bun with the given words in the project's root: `node scripts/run.mjs bench/main.ts --quick`. */
await runMain(() => {
  const bun = prepare({ web: false });
  const result = spawnSync(bun, [...bunFlags, ...process.argv.slice(2)], {
    cwd: root,
    env: bunEnvironment(bun),
    stdio: "inherit",
  });
  if (result.error) throw new SetupError(`Bun could not be started: ${result.error.message}`);
  process.exitCode = result.status ?? 128 + (result.signal ? constants.signals[result.signal] : 0);
});
