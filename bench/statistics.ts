/** Least, middle and greatest of some figures. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** The middle figure, or the mean of the two in the middle; NaN of none. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[half]!;
  return sorted.length === 0 ? NaN : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** What part `share` (0 to 1) of some figures is not greater than; NaN of none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

/** Least, middle and greatest. */
export function spread(figures: readonly number[]): Spread {
  return { min: Math.min(...figures), median: median(figures), max: Math.max(...figures) };
}

/** Round by round, ours over another's: both of a round ran within seconds, so the machine was the same for both. */
export function ratios(ours: readonly number[], others: readonly number[]): number[] {
  return ours.slice(0, others.length).map((figure, round) => figure / others[round]!);
}
