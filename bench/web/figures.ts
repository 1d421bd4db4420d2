/** The value below which this share of them lies; NaN of nothing. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function shareOf(values: readonly number[], fits: (value: number) => boolean): number {
  return values.filter(fits).length / values.length;
}
