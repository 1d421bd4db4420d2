import { parseArgs } from "node:util";

export interface Options {
  measures: string[];
  /** Messages that the server is filled with; more than half of them are in the room that is measured. */
  messages: number;
  /** Loads of the page, switches of the room and messages sent: each so many times, of which the median counts. */
  times: number;
  /** Messages that are scrolled through, there and back. */
  scrolled: number;
  presses: number;
  minutes: number;
}

export const usage = `bun bench/web/main.ts [measure …] [options]

  measures            start switch send scroll key memory; all of them where none is named
  --messages <n>      messages on the server, four in seven of them in the room that is measured (175000)
  --times <n>         loads of the page, switches of the room and messages sent, of which the median counts (9)
  --scrolled <n>      messages that are scrolled through, there and back (3000)
  --presses <n>       keys pressed while 50 messages a second arrive (300)
  --minutes <n>       minutes of 50 messages a second until the memory is looked at (10)`;

function numberFrom(text: string, name: string, least: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least) throw new Error(`--${name} must be a number from ${least}`);
  return value;
}

export function readOptions(words: string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      messages: { type: "string", default: "175000" },
      times: { type: "string", default: "9" },
      scrolled: { type: "string", default: "3000" },
      presses: { type: "string", default: "300" },
      minutes: { type: "string", default: "10" },
    },
  });
  const stray = positionals.find((name) => !known.includes(name));
  if (stray) throw new Error(`there is no measure ${stray}`);
  return {
    measures: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : [...known],
    messages: numberFrom(values.messages, "messages", 500),
    times: numberFrom(values.times, "times", 1),
    scrolled: numberFrom(values.scrolled, "scrolled", 1),
    presses: numberFrom(values.presses, "presses", 1),
    minutes: numberFrom(values.minutes, "minutes", 0),
  };
}
