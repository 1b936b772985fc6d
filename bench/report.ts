import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { show, tableOf, type Results, type Row } from './results';

/** The pages that show figures of the bench, each between `<!-- figures: name -->` and `<!-- /figures -->`. */
export const PAGES = ['README.md', 'docs/performance.md', 'docs/scaling.md'];

/** Writes `bench/results.json`, and the figures of a full run into the pages, so that none is ever copied by hand. */
export function write(root: string, results: Results): void {
  writeFileSync(join(root, 'bench', 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  if (!isFull(results)) return;
  for (const page of PAGES) {
    const path = join(root, page);
    writeFileSync(path, withFigures(readFileSync(path, 'utf8'), results));
  }
}

/** Whether everything was measured, not P1 to P3 alone. */
export function isFull({ rows }: Results): boolean {
  return CAPACITY.every(([path, metric]) => rows.some((row) => row.path === path && row.metric === metric));
}

/** A page with the figures of these results in their places. */
export function withFigures(page: string, results: Results): string {
  const blocks: Record<string, (results: Results) => string> = { table, summary, capacity };
  return page.replace(
    /(<!-- figures: (\w+) -->\n)[^]*?(<!-- \/figures -->)/g,
    (_, begin: string, name: string, end) => {
      return `${begin}\n\`\`\`text\n${blocks[name]!(results)}\n\`\`\`\n\n${String(end)}`;
    },
  );
}

function table({ machine, fsync, synchronous_commit, rows }: Results): string {
  return `${tableOf(rows)}\n\n${machine}\nfsync ${fsync}, synchronous_commit ${synchronous_commit}`;
}

const NAMES = { P1: 'start a payment', P2: 'take a notification', P3: 'show a payment' };

function summary({ machine, rows }: Results): string {
  const lines = Object.entries(NAMES).map(([path, name]) => {
    const { ours, ratio_b, ratio_d } = find(rows, path, 'requests_per_second');
    const rate = `${show(ours)}/s`.padStart(7);
    return `${name.padEnd(20)} ${rate}   ${show(ratio_b)} of the lean rival's, ${show(ratio_d)} times the tutorial's`;
  });
  return [...lines, '', `one process, with Postgres, CinetPay's stub and the load on the same machine:`, machine].join(
    '\n',
  );
}

const CAPACITY: [path: string, metric: string, meaning: string][] = [
  ['P1', 'requests_per_second', 'payments started a second, CinetPay answering at once'],
  ['P1', 'cpu_us_per_request', 'µs of Node for each'],
  ['P1', 'postgres_cpu_us_per_request', 'µs of Postgres for each'],
  [
    'P1',
    'kb_on_disk_per_payment',
    'KB on disk for each that is started, with its indexes, answer, move and event; one that is paid takes more',
  ],
  ['P2', 'requests_per_second', 'notifications taken a second'],
  ['P3', 'requests_per_second', 'payments shown a second'],
  ['sweep', 'checks_per_second', 'checks a second, CinetPay taking 50 ms'],
  ['deliveries', 'deliveries_per_second', 'webhooks a second to one receiver that takes 20 ms'],
  ['claim', 'ms_at_1000000', 'ms to claim 200 due payments of 1,000,000'],
  [
    'P1',
    'requests_per_second_at_1000000_over_10000',
    'times as many started a second at 1,000,000 as at 10,000 payments',
  ],
  [
    'P3',
    'requests_per_second_at_1000000_over_10000',
    'times as many shown a second at 1,000,000 as at 10,000 payments',
  ],
  [
    'P3',
    'postgres_cpu_per_request_at_1000000_over_10000',
    'times as many µs of Postgres for each of these, whose row it has to fetch from outside its 128 MB',
  ],
  ['memory', 'loaded_mb', 'MB of the process under load'],
];

function capacity({ machine, rows }: Results): string {
  const ours = (path: string, metric: string): number => find(rows, path, metric).ours;
  const measured = CAPACITY.map(([path, metric, meaning]) => [ours(path, metric), meaning] as const);
  const derived = [
    [1e6 / ours('P1', 'cpu_us_per_request'), 'payments a second for which one core of Node is enough'],
    [1e6 / ours('P1', 'postgres_cpu_us_per_request'), 'payments a second for which one core of Postgres is enough'],
    [(ours('P1', 'kb_on_disk_per_payment') * 86_400 * 365) / 1e6, 'GB a year of payments started, one a second'],
  ] as const;
  const lines = [...measured, ...derived].map(([figure, meaning]) => `${show(figure).padStart(6)}  ${meaning}`);
  return [...lines, '', machine].join('\n');
}

function find(rows: readonly Row[], path: string, metric: string): Row {
  const row = rows.find((one) => one.path === path && one.metric === metric);
  if (!row) throw new Error(`bench/results.json has no ${path} ${metric}: it takes a full run`);
  return row;
}
