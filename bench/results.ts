import type { Figures } from "./native.ts";
import type { TargetName } from "./targets.ts";

/** Every run of one part of a workload on one target. */
export interface Series {
  part: string;
  target: TargetName;
  runs: Figures[];
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** NaN where it was not measured. */
export function medianOf(
  series: readonly Series[],
  part: string,
  target: TargetName,
  figure: string,
): number {
  const runs = series.find((entry) => entry.part === part && entry.target === target)?.runs ?? [];
  return median(runs.map((run) => run[figure] ?? Number.NaN));
}

/** The largest of all runs: what must not have happened even once. */
export function worstOf({ runs }: Series, figure: string): number {
  return Math.max(0, ...runs.map((run) => run[figure] ?? 0));
}

const GENERATOR_LIMIT = 0.9;

const mustBeNone = ["failed", "closed", "gaps", "missing", "incomplete"] as const;

/** What makes a series doubtful. Slow readers may be given a gap or closed: that is what is measured there. */
export function doubtsAbout(series: Series): string[] {
  const name = `${series.part} on ${series.target}`;
  const busiest = worstOf(series, "generator_cpu");
  const doubts =
    busiest >= GENERATOR_LIMIT
      ? [
          `${name}: the generator used ${Math.round(busiest * 100)} % of its core, so the server may be faster`,
        ]
      : [];
  const allowed: readonly string[] = series.part.startsWith("slow") ? ["closed", "gaps"] : [];
  for (const figure of mustBeNone) {
    const count = worstOf(series, figure);
    if (count > 0 && !allowed.includes(figure)) doubts.push(`${name}: ${count} ${figure}`);
  }
  return doubts;
}
