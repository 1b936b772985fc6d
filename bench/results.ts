import { barOf, meets, type Figures } from './bars';
import { median, ratios, spread } from './statistics';

/** Whom a figure belongs to: the gateway, the strong rival, the tutorial's. */
export type Variant = 'ours' | 'b' | 'd';

/** One row of `bench/results.json`. `required` and `aim` are null where nothing is promised. */
export interface Row extends Figures {
  path: string;
  metric: string;
  /** Of the rounds' ratios to B, least and greatest; null where there were no rounds. */
  ratio_b_min: number | null;
  ratio_b_max: number | null;
  required: number | null;
  aim: number | null;
  met: boolean | null;
}

/** `bench/results.json`. */
export interface Results {
  machine: string;
  commit: string;
  fsync: string;
  synchronous_commit: string;
  rows: Row[];
}

/** The row of one figure that was measured in rounds: medians, and medians of the ratios round by round. */
export function rowOf(path: string, metric: string, rounds: Partial<Record<Variant, readonly number[]>>): Row {
  const { ours = [], b = [], d = [] } = rounds;
  const toB = ratios(ours, b);
  const figures = {
    ours: rounded(median(ours)) ?? NaN,
    b: rounded(b.length > 0 ? median(b) : null),
    d: rounded(d.length > 0 ? median(d) : null),
    ratio_b: rounded(toB.length > 0 ? median(toB) : null),
    ratio_d: rounded(d.length > 0 ? median(ratios(ours, d)) : null),
  };
  const { min, max } = spread(toB);
  const bar = barOf(path, metric);
  return {
    ...{ path, metric, ...figures },
    ratio_b_min: rounded(toB.length > 1 ? min : null),
    ratio_b_max: rounded(toB.length > 1 ? max : null),
    ...{ required: bar?.required ?? null, aim: bar?.aim ?? null, met: bar ? meets(bar, figures) : null },
  };
}

// Four digits are more than a shared machine can repeat.
function rounded(figure: number | null): number | null {
  return figure === null ? null : Number(figure.toPrecision(4));
}

const COLUMNS = ['path', 'metric', 'ours', 'B', 'D', 'ours/B (min…max)', 'ours/D', 'required', 'aim', ''];

/** All rows as one table for a terminal. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [COLUMNS, ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const left = (column: number): boolean => column < 2 || column === COLUMNS.length - 1;
  return cells
    .map((row) =>
      row
        .map((cell, at) => (left(at) ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf(row: Row): string[] {
  const bar = barOf(row.path, row.metric);
  const sign = bar?.sense === 'at_most' ? '≤' : '≥';
  const unit = !bar || bar.judged === 'ours' ? '' : { ratio_b: ' B', ratio_d: ' D', over_b: ' over B' }[bar.judged];
  const verdict = row.met === null ? '' : row.met ? (meets(bar!, row, 'aim') ? 'aim met' : 'met') : 'MISSED';
  return [
    row.path,
    row.metric,
    ...[row.ours, row.b, row.d].map(show),
    row.ratio_b === null ? '' : `${show(row.ratio_b)}${rangeOf(row)}`,
    show(row.ratio_d),
    bar ? `${sign} ${bar.required}${unit}` : '',
    bar ? `${sign} ${bar.aim}${unit}` : '',
    verdict,
  ];
}

function rangeOf({ ratio_b_min: min, ratio_b_max: max }: Row): string {
  return min === null || max === null ? '' : ` (${min.toFixed(2)}…${max.toFixed(2)})`;
}

/** A figure as a person reads it: three digits are enough. */
export function show(figure: number | null): string {
  if (figure === null) return '';
  if (Math.abs(figure) >= 1000) return String(Math.round(figure));
  return String(Number(figure.toFixed(Math.abs(figure) >= 10 ? 1 : 2)));
}
