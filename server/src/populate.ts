import { startApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { isClaimed } from "./features/server/server.ts";
import { systemClock } from "./platform/clock.ts";
import { fillLobby } from "./populating/lobby.ts";

const year = 365 * 86_400_000;
/** Times the clock is asked for people, rooms and marks, about. */
const otherWrites = 1_200;

/**
 * Fills an empty server with a lobby to try things in: people, rooms and a year of messages, the same each time.
 * usage: populate [messages] [people]
 */
async function populate(): Promise<void> {
  const [messages = 100_000, people = 40] = process.argv.slice(2).map(Number);
  if (!(messages >= 0 && people >= 4)) throw new Error("usage: populate [messages] [people, at least 4]");
  const until = systemClock.now();
  let now = until - year;
  // Whatever is written asks the time: about a year passes meanwhile.
  const pace = Math.floor(year / (messages + otherWrites));
  const clock = {
    now: () => {
      now = Math.min(until, now + pace);
      return now;
    },
    monotonic: systemClock.monotonic,
  };
  const config = { ...readConfig(), port: 0, admin: null };
  const app = await startApp({ config, clock, onBroken: endAtOnce });
  try {
    if (await isClaimed(app.context.database))
      throw new Error(`${config.dataDir} is in use: populate an empty folder`);
    const password = Buffer.from(app.context.randomBytes(12)).toString("base64url");
    const began = systemClock.monotonic();
    await fillLobby(app.context, {
      ...{ people, messages, password, seed: 2_026 },
      told: (done) => {
        if (done % 10_240 === 0) process.stdout.write(`  ${done} messages\n`);
      },
    });
    const seconds = ((systemClock.monotonic() - began) / 1_000).toFixed(1);
    process.stdout.write(`\n  ${people} people and ${messages} messages in ${seconds} s.\n`);
    process.stdout.write(`  Sign in as admin, alice, bob or carol with the password ${password}\n\n`);
  } finally {
    await app.stop({ drainSeconds: 0 });
  }
}

function endAtOnce(error: Error): void {
  process.stderr.write(`populate: ${error.message}\n`);
  process.exit(70);
}

populate().catch((error: unknown) => {
  process.stderr.write(`populate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
