import { limits } from "@parley/protocol/limits";
import { type HelloSocket, liveSocket } from "@parley/server/src/testing/live-socket.ts";
import { type Measure, optionsFor, WARM_UP_SECONDS } from "./measures.ts";
import { type Figures, startLoad } from "./native.ts";
import type { Site } from "./targets.ts";

/** Messages a second that people send meanwhile, one in each room after the other. */
const RATE = 100;
/** Milliseconds in which all that is scheduled is due. */
const SPAN = 60_000;
/** Milliseconds that putting everything by takes at most, and that the load needs to sign in. */
const AHEAD = 20_000;
/** Milliseconds for which what is late is waited for. */
const PATIENCE = 60_000;

interface Person {
  room: number;
  socket: HelloSocket;
}

async function connect(site: Site): Promise<Person[]> {
  const lines = (await Bun.file(site.tokens).text()).trim().split("\n");
  return Promise.all(
    lines.map(async (line) => {
      const [accessToken = "", opened = ""] = line.split(" ");
      const room = Number(opened.split(",")[0]);
      const url = `http://127.0.0.1:${site.port}`;
      return { room, socket: await liveSocket(url, { accessToken }, { open: [room] }) };
    }),
  );
}

/** Everybody puts their share by, each at an even distance from the next. */
async function schedule(people: readonly Person[], count: number, from: number): Promise<void> {
  const share = Math.ceil(count / people.length);
  if (share > limits.scheduled) throw new Error(`one person has ${limits.scheduled} at most`);
  const doOne = async (person: Person, number: number) => {
    const due = from + Math.floor((number * SPAN) / count);
    const input = { room: person.room, text: `due ${due}`, send_at: new Date(due).toISOString() };
    await person.socket.done("scheduled.create", input);
  };
  await Promise.all(
    people.map(async (person, index) => {
      for (let number = index; number < count; number += people.length) await doOne(person, number);
    }),
  );
}

/** Milliseconds by which each was late, as somebody in its room heard it. */
function latenesses(people: readonly Person[]): { heard: number[]; stop(): void } {
  const heard: number[] = [];
  const ears = new Map(people.map((person) => [person.room, person]));
  const reads = [...ears.values()].map(({ socket }) => {
    let seen = socket.texts.length;
    return () => {
      for (; seen < socket.texts.length; seen++) {
        for (const [, due] of socket.texts[seen]?.matchAll(/"text":"due (\d+)"/g) ?? []) {
          heard.push(Date.now() - Number(due));
        }
      }
    };
  });
  const timer = setInterval(() => {
    for (const read of reads) read();
  }, 2);
  return { heard, stop: () => clearInterval(timer) };
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Acknowledged sends at a fixed rate for a minute, in which so many scheduled messages are due. */
export function beside(count: number): Measure {
  return async (site): Promise<Figures> => {
    const people = await connect(site);
    const from = Date.now() + AHEAD;
    await schedule(people, count, from);
    if (Date.now() > from - 2 * WARM_UP_SECONDS * 1_000) throw new Error("scheduling took too long");
    const { heard, stop } = latenesses(people);
    await Bun.sleep(from - Date.now() - WARM_UP_SECONDS * 1_000);
    const options = { ...optionsFor(site, SPAN / 1_000), "rounds-per-second": RATE };
    const report = await startLoad("steady", options).report;
    const limit = Date.now() + PATIENCE;
    while (heard.length < count && Date.now() < limit) await Bun.sleep(100);
    stop();
    for (const { socket } of people) socket.destroy();
    const sorted = heard.toSorted((one, other) => one - other);
    return {
      ...report,
      // What was put by holds none of the signs that the generator counts.
      incomplete: count - heard.length,
      late_p50_ms: at(sorted, 0.5),
      late_p99_ms: at(sorted, 0.99),
      late_max_ms: at(sorted, 1),
    };
  };
}
