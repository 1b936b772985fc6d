import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type as system } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { weaknesses } from './bars';
import type { Path } from './load/job';
import { profile } from './measures/profile';
import { measureBoot } from './measures/boot';
import { measureDeliveries } from './measures/deliveries';
import { measureGrowth } from './measures/growth';
import { measurePaced } from './measures/paced';
import { measureSoak } from './measures/soak';
import { measureSweep } from './measures/sweep';
import { FULL, measureThroughput, QUICK, type Plan } from './measures/throughput';
import type { Postgres } from './postgres';
import { write } from './report';
import { tableOf, type Results, type Row } from './results';
import { startWorld, type World } from './world';

type Measure = (world: World) => Promise<Row[]>;

/** What a full run measures beside P1 to P3. */
const OTHERS: Record<string, Measure> = {
  paced: measurePaced,
  boot: measureBoot,
  sweep: measureSweep,
  deliveries: measureDeliveries,
  soak: measureSoak,
  growth: measureGrowth,
};

const USAGE = `npm run bench -- [--quick | --only ${Object.keys(OTHERS).join(',')} | --profile P1|P2|P3]`;

/** `npm run bench`: exit code 1 when a required bar is missed or B is a weak rival. */
async function main(): Promise<void> {
  const choice = choiceOf(process.argv.slice(2));
  const root = join(__dirname, '..', '..');
  const began = Date.now();
  const say = (line: string): void =>
    void process.stdout.write(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
  const world = await startWorld(root, say);
  const onSignal = (): void => void world.close().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    if (choice.profile) return await profile(world, root, choice.profile, QUICK.roundMs * 2);
    const rows: Row[] = [];
    let weak: string[] = [];
    if (choice.plan) {
      const measured = await measureThroughput(world, choice.plan);
      rows.push(...measured.rows);
      weak = weaknesses(measured.shareOfB);
    }
    for (const measure of choice.others) rows.push(...(await measure(world)));
    if (choice.isKept) write(root, resultsOf(root, world.postgres, rows));
    print(rows, weak, world.postgres);
  } finally {
    await world.close();
  }
}

interface Choice {
  plan?: Plan;
  others: Measure[];
  profile?: Path;
  /** Whether bench/results.json is written. */
  isKept: boolean;
}

function choiceOf(args: string[]): Choice {
  const options = { quick: { type: 'boolean' }, only: { type: 'string' }, profile: { type: 'string' } } as const;
  const { quick, only, profile: path } = parseArgs({ args, options }).values;
  if (path !== undefined) return { profile: path as Path, others: [], isKept: false };
  if (quick) return { plan: QUICK, others: [], isKept: true };
  if (only === undefined) return { plan: FULL, others: Object.values(OTHERS), isKept: true };
  const others = only.split(',').map((name) => OTHERS[name]);
  if (others.some((measure) => measure === undefined)) throw new Error(USAGE);
  return { others: others as Measure[], isKept: false };
}

function resultsOf(root: string, { fsync, synchronousCommit, version }: Postgres, rows: Row[]): Results {
  const processors = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const parts = [
    `${processors.length} cores of ${processors[0]?.model ?? 'unknown'}`,
    memory,
    `${system()} ${release()}`,
  ];
  const machine = [...parts, `Node ${process.versions.node}`, `PostgreSQL ${version}`].join(', ');
  return { machine, commit: commitOf(root), fsync, synchronous_commit: synchronousCommit, rows };
}

function commitOf(root: string): string {
  const git = (...args: string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', ':!bench/results.json') !== '';
    return git('rev-parse', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}

function print(rows: Row[], weak: string[], { fsync, synchronousCommit }: Postgres): void {
  const missed = rows.filter(({ met }) => met === false);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`\n${tableOf(rows)}\n`);
  say(`The server says: fsync ${fsync}, synchronous_commit ${synchronousCommit}.`);
  for (const path of weak) say(`B is a weak rival in ${path}`);
  for (const { path, metric } of missed) say(`MISSED: ${path} ${metric}`);
  const durable = fsync === 'on' && synchronousCommit === 'on';
  if (!durable) say('The database was not durable: nothing that was measured counts.');
  say(`${rows.filter(({ met }) => met).length} bars met, ${missed.length} missed`);
  if (missed.length > 0 || weak.length > 0 || !durable) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
