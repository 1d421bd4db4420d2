import type { Machine } from "../machine.ts";
import type { Figure, Measure } from "./measures.ts";
import type { Options } from "./options.ts";

/** What one measure gave, as it is kept between runs of the bench. */
export interface Measured {
  measure: string;
  date: string;
  options: Options;
  browser: string;
  machine: Machine;
  figures: Record<string, number>;
}

type Entry = readonly [Measure, Measured];

function shown(value: number | undefined, { unit, digits }: Figure): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const number = value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit ? `${number} ${unit}` : number;
}

function askOf(figure: Figure): string {
  const { most, least, unit } = figure;
  const round = (value: number) => `${value.toLocaleString("en-US")}${unit && ` ${unit}`}`;
  if (most !== undefined) return most === 0 ? "none" : `≤ ${round(most)}`;
  return least === undefined ? "" : `≥ ${round(least)}`;
}

function verdict({ most, least }: Figure, value = Number.NaN): string {
  if (most === undefined && least === undefined) return "";
  if (Number.isNaN(value)) return "not measured";
  return value <= (most ?? value) && value >= (least ?? value) ? "yes" : "no";
}

function linesOf([measure, { figures, date }]: Entry): string[][] {
  return measure.figures.map((figure) => {
    const value = figures[figure.name];
    return [figure.what, askOf(figure), shown(value, figure), verdict(figure, value), date];
  });
}

export function asText(entry: Entry): string {
  const lines = linesOf(entry).map(([what = "", asked = "", measured = "", reached = ""]) => {
    const judged = asked && `asked ${asked} (${reached})`;
    return `${what.padEnd(46)} ${measured.padStart(12)}  ${judged}`.trimEnd();
  });
  return ["", `${entry[0].name}: ${entry[0].about}`, ...lines].join("\n");
}

function machineOf({ machine, browser }: Measured): string {
  const { processor, cores, memory, system, kernel } = machine;
  return `${processor}, ${cores} cores, ${memory}; ${system}, kernel ${kernel}; ${browser}`;
}

const preamble = `# Results of the web client

Written by \`npm run bench:web\`, which measures what is named on its command line and keeps the rest. A real server full
of messages, and a browser without a graphics card, on the same machine: absolute figures drift where others share it.`;

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function circumstances([{ name, about }, { options }]: Entry): string {
  const { messages, times, scrolled, presses, minutes } = options;
  const counts = new Map([
    ["scroll", `${scrolled.toLocaleString("en-US")} messages each way`],
    ["key", `${presses} keys`],
    ["memory", `${minutes} minutes`],
  ]);
  const count = counts.get(name) ?? `${times} times`;
  return `- ${name}: ${about}; ${count}, ${messages.toLocaleString("en-US")} messages on the server.`;
}

export function asMarkdown(entries: readonly Entry[]): string {
  return [
    preamble,
    "",
    ...new Set(entries.map(([, measured]) => `Machine: ${machineOf(measured)}.`)),
    "",
    ...entries.map(circumstances),
    "",
    row(["", "asked", "measured", "reached", "when"]),
    row(["---", "---", "---:", "---", "---"]),
    ...entries.flatMap(linesOf).map(row),
    "",
  ].join("\n");
}
