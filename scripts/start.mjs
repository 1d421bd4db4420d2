// @ts-check
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { bunFlags, prepare, root, runMain, say } from "./toolchain.mjs";

const windows = process.platform === "win32";
/** Ctrl-C reaches us twice, from the terminal and from npm: within this time it is one press. */
const samePressMs = 1000;

function start() {
  const bun = prepare({ web: true });
  const server = spawn(bun, [...bunFlags, "server/src/main.ts", ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
    // In a process group of its own the server hears of Ctrl-C from us alone, so once.
    detached: !windows,
  });
  forwardSignals(server);
  server.on("error", (error) => {
    say(`the server could not be started: ${error.message}`);
    process.exit(1);
  });
  server.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
  });
}

/** @param {import("node:child_process").ChildProcess} server */
function forwardSignals(server) {
  let forwardedAt = Number.NEGATIVE_INFINITY;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    if (performance.now() - forwardedAt < samePressMs) return;
    forwardedAt = performance.now();
    server.kill(signal);
  };
  // A console on Windows hands Ctrl-C to the server itself; we only have to outlive it.
  process.on("SIGINT", () => windows || forward("SIGINT"));
  process.on("SIGTERM", () => forward("SIGTERM"));
  process.on("SIGHUP", () => forward("SIGTERM"));
}

await runMain(start);
