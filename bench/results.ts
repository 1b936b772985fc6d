import { barOf, meets, type Figures } from './bars';
import { median, ratios, spread } from './statistics';

/** Whom a figure belongs to: the gateway, the strong rival, the tutorial's. */
export type Variant = 'ours' | 'b' | 'd';

/** One line of `bench/results.json`. `required` and `aim` are null where nothing is promised. */
export interface Row extends Figures {
  path: string;
  metric: string;
  required: number | null;
  aim: number | null;
  met: boolean | null;
}

/** A row, and what the table shows of its rounds beside the median. */
export interface Line {
  row: Row;
  /** Ratios to B of each round. */
  rounds: number[];
  /** Whether `aim` is met too. */
  aimMet: boolean | null;
}

/** The line of one figure that was measured in rounds: medians, and medians of the ratios round by round. */
export function lineOf(path: string, metric: string, rounds: Partial<Record<Variant, readonly number[]>>): Line {
  const { ours = [], b = [], d = [] } = rounds;
  const toB = ratios(ours, b);
  return judged(
    path,
    metric,
    {
      ours: rounded(median(ours)) ?? NaN,
      b: rounded(b.length > 0 ? median(b) : null),
      d: rounded(d.length > 0 ? median(d) : null),
      ratio_b: rounded(toB.length > 0 ? median(toB) : null),
      ratio_d: rounded(d.length > 0 ? median(ratios(ours, d)) : null),
    },
    toB,
  );
}

function judged(path: string, metric: string, figures: Figures, rounds: number[]): Line {
  const bar = barOf(path, metric);
  const row: Row = {
    path,
    metric,
    ...figures,
    required: bar?.required ?? null,
    aim: bar?.aim ?? null,
    met: bar ? meets(bar, figures) : null,
  };
  return { row, rounds, aimMet: bar ? meets(bar, figures, 'aim') : null };
}

// Four digits are more than a shared machine can repeat.
function rounded(figure: number | null): number | null {
  return figure === null ? null : Number(figure.toPrecision(4));
}

const COLUMNS = ['path', 'metric', 'ours', 'B', 'D', 'ours/B (min…max)', 'ours/D', 'required', 'aim', ''];

/** All lines as one table for a terminal. */
export function tableOf(lines: readonly Line[]): string {
  const cells = [COLUMNS, ...lines.map(cellsOf)];
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

function cellsOf({ row, rounds, aimMet }: Line): string[] {
  const bar = barOf(row.path, row.metric);
  const sign = bar?.sense === 'at_most' ? '≤' : '≥';
  const unit = !bar || bar.judged === 'ours' ? '' : { ratio_b: ' B', ratio_d: ' D', over_b: ' over B' }[bar.judged];
  const verdict = row.met === null ? '' : row.met ? (aimMet ? 'aim met' : 'met') : 'MISSED';
  return [
    row.path,
    row.metric,
    ...[row.ours, row.b, row.d].map(show),
    row.ratio_b === null ? '' : `${show(row.ratio_b)}${range(rounds)}`,
    show(row.ratio_d),
    bar ? `${sign} ${bar.required}${unit}` : '',
    bar ? `${sign} ${bar.aim}${unit}` : '',
    verdict,
  ];
}

function range(rounds: readonly number[]): string {
  if (rounds.length < 2) return '';
  const { min, max } = spread(rounds);
  return ` (${min.toFixed(2)}…${max.toFixed(2)})`;
}

function show(figure: number | null): string {
  if (figure === null) return '';
  if (Math.abs(figure) >= 1000) return String(Math.round(figure));
  return String(Number(figure.toFixed(Math.abs(figure) >= 10 ? 1 : 2)));
}
