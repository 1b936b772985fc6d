import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { pause } from '../../src/common/clock';
import { Callers } from './callers';
import { Customers } from './customers';
import { faultPlan } from './faults';
import { FeedReader } from './feed-reader';
import { violations, type Ledger, type Violation } from './invariants';
import { seeded } from './random';
import { RATE_PER_SECOND, startWorld, type World } from './world';

/** Per 500 payments (reliability page): at least 20 kills, 2 of them of Postgres. */
const KILLS_PER_PAYMENT = 22 / 500;
const POSTGRES_KILLS_PER_PAYMENT = 2 / 500;
const MS_PER_PAYMENT = 180;
const QUIESCENCE_MS = 180_000;

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
}

/** One run: orders, customers, faults and kills at once; then quiet; then judgement. */
export async function run(options: Options): Promise<Outcome> {
  const began = Date.now();
  const random = seeded(options.seed);
  const world = await startWorld(random);
  try {
    const callers = new Callers(world.replicas, world.apiKey, random, `${options.seed}`);
    const feed = new FeedReader(callers);
    feed.start();
    const kills = await storm(world, callers, random, options);
    await calm(world, options);
    await feed.finish();
    return await judge(world, callers, feed, kills, options, began);
  } finally {
    await world.close();
  }
}

interface Kills {
  replicas: number;
  postgres: number;
  /** Milliseconds since 1970. */
  at: number[];
}

async function storm(world: World, callers: Callers, random: () => number, options: Options): Promise<Kills> {
  const lastsMs = Math.max(options.payments * MS_PER_PAYMENT, (options.minutes ?? 0) * 60_000);
  const customers = new Customers(callers, world.simulator.url, random);
  world.receiver.failures = 0.05;
  await putFaults(world, faultPlan(options.seed, false));
  const stop = new AbortController();
  const killing = killAll(world, random, options, lastsMs, stop.signal);
  const bursts = burst429(world, options.seed, lastsMs, stop.signal);
  const lives: Promise<void>[] = [];
  for (let number = 1; number <= options.payments; number++) {
    lives.push(life(callers, customers, number));
    if (number % 50 === 0) options.progress(`seed ${options.seed}: ${number} of ${options.payments} orders placed`);
    await pause((lastsMs / options.payments) * 2 * random());
  }
  await Promise.all(lives);
  const kills = await killing;
  stop.abort();
  await bursts;
  return kills;
}

async function life(callers: Callers, customers: Customers, number: number): Promise<void> {
  const id = await callers.order(number);
  if (id !== undefined) await customers.visit(number, id);
}

async function killAll(
  world: World,
  random: () => number,
  { payments }: Options,
  lastsMs: number,
  signal: AbortSignal,
): Promise<Kills> {
  const killedAt: number[] = [];
  const postgres = Math.max(1, Math.ceil(payments * POSTGRES_KILLS_PER_PAYMENT));
  const replicas = Math.max(1, Math.ceil(payments * KILLS_PER_PAYMENT) - postgres);
  const victims = [
    ...new Array<'replica'>(replicas).fill('replica'),
    ...new Array<'postgres'>(postgres).fill('postgres'),
  ];
  const order = victims.map((victim) => ({ victim, at: random() * lastsMs })).sort((a, b) => a.at - b.at);
  let now = 0;
  for (const { victim, at } of order) {
    await pause(at - now, signal);
    now = at;
    killedAt.push(Date.now());
    if (victim === 'postgres') await world.storage.kill();
    else world.replicas[Math.floor(random() * world.replicas.length)]!.kill();
  }
  return { replicas, postgres, at: killedAt };
}

async function burst429(world: World, seed: number, lastsMs: number, signal: AbortSignal): Promise<void> {
  const bursts = 3;
  for (let n = 1; n <= bursts && !signal.aborted; n++) {
    await pause(lastsMs / (bursts + 1), signal);
    await putFaults(world, faultPlan(seed + n, true));
    await pause(500, signal);
    await putFaults(world, faultPlan(seed + n, false));
  }
}

async function putFaults(world: World, plan: unknown): Promise<void> {
  await fetch(`${world.simulator.url}/_sim/faults`, { method: 'PUT', body: JSON.stringify(plan) });
}

/** The faults stop. Time is moved forward in the rows, so that late checks and expiry need not be waited for. */
async function calm(world: World, options: Options): Promise<void> {
  await putFaults(world, { rules: [] });
  world.receiver.failures = 0;
  await Promise.all(world.replicas.map((replica) => replica.ready()));
  const db = await connect(world);
  try {
    await until(
      db,
      options,
      'half-done initiations',
      `SELECT count(*)::int AS open FROM transactions WHERE status = 'created' AND NOT needs_review`,
      120_000,
    );
    await db.query(
      `UPDATE transactions SET checks_from = checks_from - interval '60 days', next_check_at = now() WHERE next_check_at IS NOT NULL`,
    );
    await until(
      db,
      options,
      'due checks',
      `SELECT count(*)::int AS open FROM transactions WHERE next_check_at <= now()`,
      QUIESCENCE_MS,
    );
    await until(
      db,
      options,
      'unpublished events',
      `SELECT count(*)::int AS open FROM events WHERE position IS NULL`,
      QUIESCENCE_MS,
    );
    await until(
      db,
      options,
      'pending deliveries',
      `SELECT count(*)::int AS open FROM webhook_deliveries WHERE status = 'pending'`,
      QUIESCENCE_MS,
    );
  } finally {
    await db.end();
  }
}

async function until(db: Client, options: Options, what: string, sql: string, patienceMs: number): Promise<void> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await db.query<{ open: number }>(sql);
    if (rows[0]?.open === 0) return;
    // The judges name what did not come to rest.
    if (Date.now() > end)
      return options.progress(`seed ${options.seed}: ${rows[0]?.open} ${what} did not come to rest`);
    await pause(250);
  }
}

async function judge(
  world: World,
  callers: Callers,
  feed: FeedReader,
  kills: Kills,
  options: Options,
  began: number,
): Promise<Outcome> {
  const ledger = (await (await fetch(`${world.simulator.url}/_sim/ledger`)).json()) as Ledger;
  const db = await connect(world);
  try {
    const found = await violations({
      ...{ db, ledger, feed, placed: callers.placed, received: world.receiver.received, canaries: world.canaries },
      bodies: (id) => bodiesOf(world, id),
      ratePerSecond: RATE_PER_SECOND,
      killedAt: kills.at,
      logs: readFileSync(world.logFile, 'utf8'),
    });
    const { hits } = (await (await fetch(`${world.simulator.url}/_sim/faults`)).json()) as {
      hits: Record<string, number>;
    };
    const faults = Object.values(hits).reduce((sum, count) => sum + count, 0);
    return {
      ...{
        seed: options.seed,
        payments: options.payments,
        faults,
        captures: ledger.captures.length,
        violations: found,
      },
      ...{
        kills: kills.replicas + kills.postgres,
        postgresKills: kills.postgres,
        seconds: Math.round((Date.now() - began) / 1000),
      },
    };
  } finally {
    await db.end();
  }
}

async function bodiesOf(world: World, id: string): Promise<string[]> {
  const answer = await fetch(`${world.simulator.url}/_sim/transactions/${id}`);
  const { requests } = (await answer.json()) as { requests: { operation: string; raw_body: string }[] };
  return requests.filter((request) => request.operation === 'payment').map((request) => request.raw_body);
}

async function connect(world: World): Promise<Client> {
  const client = new Client({ connectionString: world.storage.databaseUrl });
  await client.connect();
  return client;
}
