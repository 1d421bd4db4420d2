import { writeSync } from "node:fs";
import { type App, startApp } from "./app.ts";
import { ConfigError, readConfig } from "./config.ts";
import { systemClock } from "./platform/clock.ts";
import { LockError } from "./platform/lock.ts";
import { type Logger, standardLogger } from "./platform/logger.ts";

/** As `sysexits.h` numbers them: the settings are wrong; something that cannot happen has. */
const exitConfig = 78;
const exitBroken = 70;
/** Milliseconds after which a stop that hangs is cut short. */
const stopWithin = 29_000;

async function main(): Promise<void> {
  // What the server keeps is for nobody else on the machine.
  process.umask(0o077);
  const config = readConfig();
  const logger = standardLogger(config.logLevel, systemClock);
  watchBugs(logger);
  const app = await startApp({ config, logger, onBroken: endAtOnce });
  if (app.setup) printSetup(app.setup.link);
  else if (process.stdout.isTTY) process.stdout.write(`\n  Parley is at ${config.publicUrl}\n\n`);
  const stop = stopper(app, logger);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** Not through the log, which blanks secrets: this one is for whoever reads the terminal. */
function printSetup(link: string): void {
  process.stdout.write(
    `\n  This server has no admin yet. Make the first one within an hour, here:\n\n  ${link}\n\n`,
  );
}

/** CONFIG-7. The first signal lets everyone finish; a second one does not wait for them. */
function stopper(app: App, logger: Logger): () => void {
  let stopping = false;
  return () => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info("server.stopping");
    setTimeout(() => {
      logger.error("server.stop_took_too_long");
      process.exit(1);
    }, stopWithin).unref();
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error("server.stop_failed", { error });
        process.exit(1);
      },
    );
  };
}

/** WRITE-6. Whatever is answered from now on could be a lie; whoever starts the process again gets the truth. */
function endAtOnce(error: Error): void {
  // Written at once: a line that is still buffered would be lost with the process.
  writeSync(2, `parley: ${error.message}: stopping, because nobody can tell what was stored\n`);
  process.exit(exitBroken);
}

function watchBugs(logger: Logger): void {
  const end = (error: unknown) => {
    logger.error("server.bug", { error });
    process.exit(exitBroken);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}

/** What the person who started it can act on is told in plain words. */
function explain(error: unknown): number {
  const isTheirs = error instanceof ConfigError || error instanceof LockError;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`parley: ${text}\n`);
  if (!isTheirs && error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
  return error instanceof ConfigError ? exitConfig : 1;
}

main().catch((error: unknown) => {
  process.exit(explain(error));
});
