import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { pause } from '../../src/common/clock';
import { Callers } from './callers';
import { Customers } from './customers';
import type { Evidence, Ledger } from './evidence';
import { faultPlan } from './faults';
import { FeedReader } from './feed-reader';
import { violations, type Violation } from './invariants';
import { burst429, killAll, putFaults, type Kills } from './kills';
import { operate } from './operator';
import { seeded } from './random';
import { comeToRest } from './rest';
import { RATE_PER_SECOND, startWorld, type World } from './world';

/** About half of the budget, by the 3.2 calls a payment that a run makes: the rest is for pauses and what follows them. */
const MS_PER_PAYMENT = 150;

export interface Options {
  seed: number;
  payments: number;
  /** Stretches the run to at least this long. */
  minutes?: number;
  progress: (line: string) => void;
}

export interface Outcome {
  seed: number;
  payments: number;
  faults: number;
  kills: number;
  postgresKills: number;
  captures: number;
  seconds: number;
  violations: Violation[];
  /** Where the database and the log of a run with violations lie. */
  evidence: string;
}

/** One run: orders, customers, faults and kills at once; then quiet; then judgement. */
export async function run(options: Options): Promise<Outcome> {
  const began = Date.now();
  const progress = (line: string): void => options.progress(`seed ${options.seed}: ${line}`);
  const phase = stopwatch(progress);
  const random = seeded(options.seed);
  const world = await startWorld(random);
  const db = new Client({ connectionString: world.storage.databaseUrl });
  let isClean = false;
  try {
    const callers = new Callers(world, random, `${options.seed}`);
    const feed = new FeedReader(callers);
    feed.start();
    phase('started');
    const kills = await storm(world, callers, random, { ...options, progress });
    phase('the storm was over');
    await db.connect();
    await comeToRest(world, db, progress);
    await feed.finish();
    phase('all was at rest');
    const { ledger, found, faults } = await judge(world, callers, feed, kills, db);
    phase('judged');
    isClean = found.length === 0;
    return {
      ...{ seed: options.seed, payments: options.payments, faults, captures: ledger.captures.length },
      ...{ kills: kills.replicas + kills.postgres, postgresKills: kills.postgres },
      ...{ seconds: Math.round((Date.now() - began) / 1000), violations: found, evidence: world.folder },
    };
  } finally {
    await db.end();
    await world.close(!isClean);
  }
}

function stopwatch(progress: (line: string) => void): (what: string) => void {
  let last = Date.now();
  return (what) => {
    progress(`${what} after ${((Date.now() - last) / 1000).toFixed(1)} s`);
    last = Date.now();
  };
}

async function storm(world: World, callers: Callers, random: () => number, options: Options): Promise<Kills> {
  const lastsMs = Math.max(options.payments * MS_PER_PAYMENT, (options.minutes ?? 0) * 60_000);
  const customers = new Customers(callers, world.simulator.url, random);
  world.receiver.failures = 0.05;
  await putFaults(world, faultPlan(options.seed, false));
  const stop = new AbortController();
  const killing = killAll(world, random, options.payments, lastsMs, stop.signal);
  const others = [burst429(world, options.seed, lastsMs, stop.signal), operate(world, stop.signal)];
  const lives: Promise<void>[] = [];
  for (let number = 1; number <= options.payments; number++) {
    lives.push(life(callers, customers, number));
    if (number % 50 === 0) options.progress(`${number} of ${options.payments} orders placed`);
    await pause((lastsMs / options.payments) * 2 * random());
  }
  await Promise.all(lives);
  const kills = await killing;
  stop.abort();
  await Promise.all(others);
  return kills;
}

async function life(callers: Callers, customers: Customers, number: number): Promise<void> {
  const id = await callers.order(number);
  if (id !== undefined) await customers.visit(number, id);
}

async function judge(
  world: World,
  callers: Callers,
  feed: FeedReader,
  kills: Kills,
  db: Client,
): Promise<{ ledger: Ledger; found: Violation[]; faults: number }> {
  const ledger = await read<Ledger>(`${world.simulator.url}/_sim/ledger`);
  const found = await violations({
    ...{ db, ledger, feed, placed: callers.placed, received: world.receiver.received, watch: world.watch },
    bodies: (id) => bodiesOf(world, id),
    ratePerSecond: RATE_PER_SECOND,
    killedAt: kills.at,
    deaths: deathsIn(world),
    logs: readFileSync(world.logFile, 'utf8'),
    metrics: await Promise.all(world.replicas.map(async ({ url }) => (await fetch(`${url}/metrics`)).text())),
    asStranger: strangerOf(world),
  });
  const { hits } = await read<{ hits: Record<string, number> }>(`${world.simulator.url}/_sim/faults`);
  return { ledger, found, faults: Object.values(hits).reduce((sum, count) => sum + count, 0) };
}

// A gateway may refuse to start while its Postgres is dead; once it listens, nothing but our kill may end it.
function deathsIn({ replicas, storage }: World): string[] {
  return replicas
    .flatMap(({ deaths }) => deaths)
    .filter(({ listened, bornAt, diedAt }) => listened || !storage.wasAway(bornAt, diedAt))
    .map(({ what }) => what);
}

function strangerOf({ replicas, strangersKey }: World): Evidence['asStranger'] {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${strangersKey}`, 'content-type': 'application/json' };
    const request = body === undefined ? { headers: { authorization: headers.authorization } } : { headers };
    const answer = await fetch(replicas[0]!.url + path, { method, ...request, body: JSON.stringify(body) });
    return { status: answer.status, text: await answer.text() };
  };
}

async function bodiesOf(world: World, id: string): Promise<string[]> {
  const { requests } = await read<{ requests: { operation: string; raw_body: string }[] }>(
    `${world.simulator.url}/_sim/transactions/${id}`,
  );
  return requests.filter((request) => request.operation === 'payment').map((request) => request.raw_body);
}

async function read<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}
