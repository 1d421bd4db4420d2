import { medianOf, type Series } from "./results.ts";
import type { TargetName } from "./targets.ts";

/** A figure that the server must reach. */
export interface Ask {
  /** Left out: on both engines. */
  engine?: "sqlite" | "postgres";
  asked: string;
  judge(series: readonly Series[]): { measured: string; reached: boolean };
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function shareOf(part: string, floor: TargetName, least: number): Ask {
  return {
    asked: `≥ ${least} × ${floor}`,
    judge(series) {
      const ours = medianOf(series, part, "parley", "deliveries_per_second");
      const theirs = medianOf(series, part, floor, "deliveries_per_second");
      return {
        measured: `${(ours / theirs).toFixed(2)} × (${round(ours)} of ${round(theirs)} deliveries/s)`,
        reached: ours / theirs >= least,
      };
    },
  };
}

export function atLeast(part: string, figure: string, least: number, unit: string): Ask {
  return {
    asked: `≥ ${round(least)} ${unit}`,
    judge(series) {
      const value = medianOf(series, part, "parley", figure);
      return { measured: `${round(value)} ${unit}`, reached: value >= least };
    },
  };
}

export function atMost(part: string, figure: string, most: number, unit: string): Ask {
  return {
    asked: `≤ ${most.toLocaleString("en-US")} ${unit}`,
    judge(series) {
      const value = medianOf(series, part, "parley", figure);
      return { measured: `${value.toFixed(2)} ${unit}`, reached: value <= most };
    },
  };
}

/** That none of these parts exceeds it; says which comes closest. */
export function worst(parts: readonly string[], figure: string, most: number, unit: string): Ask {
  return {
    asked: `each ≤ ${most.toLocaleString("en-US")} ${unit}`,
    judge(series) {
      const values = parts.map((part) => ({ part, value: medianOf(series, part, "parley", figure) }));
      // one that was not measured makes all of it unmeasured
      const { part, value } = values.reduce((one, other) =>
        Number.isNaN(one.value) || one.value >= other.value ? one : other,
      );
      return { measured: `${value.toFixed(2)} ${unit} (${part})`, reached: value <= most };
    },
  };
}

export interface Growth {
  what: string;
  figure: string;
  /** The two parts that are compared. */
  from: string;
  to: string;
  /** A share: 0.1 is a tenth. */
  most: number;
  /** By how much the kernel alone lets it grow. */
  floor?: TargetName;
}

export function growth({ what, figure, from, to, most, floor }: Growth): Ask {
  const between = (series: readonly Series[], target: TargetName) =>
    medianOf(series, to, target, figure) / medianOf(series, from, target, figure) - 1;
  return {
    asked: `${what} ≤ ${most * 100} %`,
    judge(series) {
      const grown = between(series, "parley");
      const beside = floor ? `; ${floor}: ${(between(series, floor) * 100).toFixed(1)} %` : "";
      return { measured: `${(grown * 100).toFixed(1)} %${beside}`, reached: grown <= most };
    },
  };
}
