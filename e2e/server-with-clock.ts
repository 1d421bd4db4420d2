/*
 * The server, but for its clock: whoever started the process says by how many milliseconds it is ahead, at the start by
 * CLOCK_AHEAD and then by a message. So no test waits for a minute to pass.
 */
import { startApp } from "../server/src/app.ts";
import { readConfig } from "../server/src/config.ts";
import { systemClock } from "../server/src/platform/clock.ts";

const { CLOCK_AHEAD: atStart, ...environment } = process.env;
let ahead = Number(atStart ?? 0);

process.on("message", (milliseconds) => {
  ahead = Number(milliseconds);
});

function endAtOnce(error: Error): never {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}

await startApp({
  config: readConfig(environment),
  clock: { now: () => systemClock.now() + ahead, monotonic: () => systemClock.monotonic() + ahead },
  onBroken: endAtOnce,
});
