import type { Machine } from "./machine.ts";
import { doubtsAbout, medianOf, type Series } from "./results.ts";
import type { Workload } from "./workloads.ts";

/** What one workload gave on one engine, as it is kept between runs of the bench. */
export interface Measured {
  workload: string;
  engine: "sqlite" | "postgres";
  date: string;
  runs: number;
  seconds: number;
  machine: Machine;
  series: Series[];
}

function cell(value: number, digits: number): string {
  if (Number.isNaN(value)) return "–";
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** One line for each target of each part: the medians. */
function rowsOf(workload: Workload, { series }: Measured): string[][] {
  return series.map(({ part, target }) => [
    part,
    target,
    ...workload.columns.map(({ figure, digits }) => cell(medianOf(series, part, target, figure), digits)),
  ]);
}

function headingsOf(workload: Workload): string[] {
  return ["", "target", ...workload.columns.map(({ heading }) => heading)];
}

/** A line for each figure that was asked. */
export function verdicts(
  workload: Workload,
  record: Measured,
): { asked: string; measured: string; reached: string }[] {
  if (!record.series.some(({ target }) => target === "parley")) return [];
  return workload.asks
    .filter(({ engine }) => !engine || engine === record.engine)
    .map(({ asked, judge }) => {
      const { measured, reached } = judge(record.series);
      if (measured.startsWith("NaN")) return { asked, measured: "–", reached: "not measured" };
      return { asked, measured, reached: reached ? "yes" : "no" };
    });
}

export function asText(workload: Workload, record: Measured): string {
  const lines = [headingsOf(workload), ...rowsOf(workload, record)];
  const widths = headingsOf(workload).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const table = lines.map((line) =>
    line
      .map((text, column) =>
        column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
  const judged = verdicts(workload, record).map(
    ({ asked, measured, reached }) => `asked ${asked}: measured ${measured} (${reached})`,
  );
  const doubts = record.series.flatMap(doubtsAbout).map((doubt) => `! ${doubt}`);
  return ["", `${workload.name} (${record.engine}): ${workload.about}`, ...table, ...judged, ...doubts].join(
    "\n",
  );
}

function tableRow(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function sectionOf(workload: Workload, record: Measured): string[] {
  const headings = headingsOf(workload);
  const doubts = record.series.flatMap(doubtsAbout);
  return [
    `## ${workload.name.toUpperCase()} (${record.engine})`,
    "",
    `${workload.about}.`,
    "",
    circumstances(record),
    "",
    tableRow(headings),
    tableRow(headings.map((_, column) => (column < 2 ? "---" : "---:"))),
    ...rowsOf(workload, record).map(tableRow),
    "",
    ...doubts.flatMap((doubt) => [`- Doubtful: ${doubt}.`]),
    ...(doubts.length > 0 ? [""] : []),
  ];
}

function machineLine({ processor, cores, memory, system, kernel, runtime }: Machine): string {
  return `${processor}, ${cores} cores, ${memory}; ${system}, kernel ${kernel}; ${runtime}`;
}

/** The disk is asked anew every time: on a shared machine it is what drifts most. */
function circumstances({ date, runs, seconds, machine }: Measured): string {
  const disk = `the disk did ${machine.syncs.toLocaleString("en-US")} synced 4 KiB appends a second`;
  return `${date}; runs: ${runs}, each of ${seconds} s; ${disk}.`;
}

const preamble = `# Results

Written by \`npm run bench\`, which measures the workloads named on its command line and keeps the others. The server is
pinned to one core, the load generator to another (PostgreSQL to none); every run has a fresh data folder; the figures are
medians. Compare with the floor of the same table: it was run in turns with the server, and absolute figures drift on
shared machines.

- \`floor\`: a C epoll server, each delivery is one \`write()\`
- \`floor-batch\`: one write for each member and round
- \`floor-durable\`: floor-batch with an append and \`fdatasync\` before each round
- \`parley\`: this server; every acknowledgement is durable`;

export function asMarkdown(entries: readonly { workload: Workload; record: Measured }[]): string {
  const asked = entries.flatMap(({ workload, record }) =>
    verdicts(workload, record).map(({ asked, measured, reached }) =>
      tableRow([workload.name.toUpperCase(), record.engine, asked, measured, reached, record.date]),
    ),
  );
  const machines = new Map(entries.map(({ record }) => [machineLine(record.machine), record]));
  return [
    preamble,
    "",
    ...[...machines.keys()].map((line) => `Machine: ${line}.`),
    "",
    tableRow(["", "engine", "asked", "measured", "reached", "when"]),
    tableRow(["---", "---", "---", "---", "---", "---"]),
    ...asked,
    "",
    ...entries.flatMap(({ workload, record }) => sectionOf(workload, record)),
  ].join("\n");
}
