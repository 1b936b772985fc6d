/** What a bar is held against: a ratio to B or to D, how much more than B, or our own figure. */
export type Judged = 'ratio_b' | 'ratio_d' | 'over_b' | 'ours';

/** One promise about speed: what has to be reached, and what we would like to reach. */
export interface Bar {
  path: string;
  metric: string;
  judged: Judged;
  sense: 'at_least' | 'at_most';
  required: number;
  aim: number;
}

/** What one figure of a run was, for the gateway and its rivals. */
export interface Figures {
  ours: number;
  b: number | null;
  d: number | null;
  ratio_b: number | null;
  ratio_d: number | null;
}

const atLeast = (path: string, metric: string, judged: Judged, required: number, aim: number): Bar => ({
  path,
  metric,
  judged,
  sense: 'at_least',
  required,
  aim,
});
const atMost = (path: string, metric: string, judged: Judged, required: number, aim: number): Bar => ({
  ...atLeast(path, metric, judged, required, aim),
  sense: 'at_most',
});

/**
 * Every bar the gateway is held to. Required is what was reached on 28 November 2026, less the noise of a shared machine, so
 * that no speed is lost in silence. The aim is where we want to be (docs/performance.md).
 */
export const BARS: readonly Bar[] = [
  atLeast('P1', 'requests_per_second', 'ratio_b', 0.72, 1),
  atMost('P1', 'cpu_us_per_request', 'ratio_b', 1.65, 1.2),
  atLeast('P1', 'requests_per_second_against_d', 'ratio_d', 4, 6),
  atLeast('P1', 'share_of_database_limit', 'ours', 0.38, 0.6),
  atLeast('P2', 'requests_per_second', 'ratio_b', 0.95, 1.5),
  atMost('P2', 'cpu_us_per_request', 'ratio_b', 1.45, 1),
  atLeast('P2', 'requests_per_second_against_d', 'ratio_d', 6.5, 10),
  atLeast('P2', 'share_of_database_limit', 'ours', 0.5, 0.75),
  atLeast('P3', 'requests_per_second', 'ratio_b', 1.05, 1.5),
  atMost('P3', 'cpu_us_per_request', 'ratio_b', 1.25, 0.8),
  atLeast('P3', 'requests_per_second_against_d', 'ratio_d', 3.5, 6),
  atLeast('P3', 'share_of_database_limit', 'ours', 0.45, 0.7),
  atMost('P1 at 150/s', 'p50_ms', 'over_b', 4, 1),
  atMost('P1 at 150/s', 'p99_ms', 'over_b', 15, 5),
  atLeast('sweep', 'checks_per_second', 'ratio_d', 18, 30),
  atMost('claim', 'ms_at_1000000_over_10000', 'ours', 1.3, 1.1),
  atLeast('deliveries', 'deliveries_per_second', 'ours', 900, 2000),
  atMost('boot', 'ms_to_first_200', 'ratio_b', 2.3, 1.4),
  atMost('memory', 'idle_mb', 'ratio_b', 2.1, 1.4),
  atMost('memory', 'loaded_mb', 'ratio_b', 2, 1.3),
  atMost('throttle soak', 'answers_5xx', 'ours', 0, 0),
  atMost('throttle soak', 'cpu_last_over_first', 'ours', 1.3, 1.3),
];

/** How much of the database's own limit B has to reach: against a weak rival every ratio would be worthless. */
export const STRENGTH_OF_B: Readonly<Record<string, number>> = { P1: 0.4, P2: 0.4, P3: 0.15 };

/** The bar of a figure, if it has one. */
export function barOf(path: string, metric: string): Bar | undefined {
  return BARS.find((bar) => bar.path === path && bar.metric === metric);
}

/** Whether the figures meet what the bar requires, or with `aim` what it aims at. A missing figure meets nothing. */
export function meets(bar: Bar, figures: Figures, limit: 'required' | 'aim' = 'required'): boolean {
  const figure = judgedFigure(bar, figures);
  if (figure === null || Number.isNaN(figure)) return false;
  return bar.sense === 'at_least' ? figure >= bar[limit] : figure <= bar[limit];
}

function judgedFigure(bar: Bar, figures: Figures): number | null {
  switch (bar.judged) {
    case 'ratio_b':
      return figures.ratio_b;
    case 'ratio_d':
      return figures.ratio_d;
    case 'over_b':
      return figures.b === null ? null : figures.ours - figures.b;
    case 'ours':
      return figures.ours;
  }
}

/** Where B is too weak to be a rival: the paths, with what it reached of the database's limit. */
export function weaknesses(reached: Readonly<Record<string, number>>): string[] {
  return Object.entries(STRENGTH_OF_B)
    .filter(([path, share]) => !((reached[path] ?? NaN) >= share))
    .map(([path, share]) => `${path}: ${(reached[path] ?? NaN).toFixed(2)} of the database's limit, not ${share}`);
}
