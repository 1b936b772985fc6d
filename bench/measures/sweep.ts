import { setTimeout as pause } from 'node:timers/promises';
import { query } from '../postgres';
import { rowOf, type Row } from '../results';
import { targetOf, type World } from '../world';
import { CONNECTIONS } from './throughput';

/** Enough for some seconds each. */
const OURS = 3_000;
const OF_D = 120;
const CINETPAY_MS = 50;
const DUE_AFTER_MS = 1_000;
const PATIENCE_MS = 90_000;

/** A reconciliation of payments that are all due, against a loop that asks about one after the other. */
export async function measureSweep(world: World): Promise<Row[]> {
  const rates = { ours: [await sweepOurs(world)], d: [await sweepD(world)] };
  world.say(`sweep: ours ${rates.ours[0]!.toFixed(0)} checks/s, D ${rates.d[0]!.toFixed(1)} checks/s`);
  return [rowOf('sweep', 'checks_per_second', rates)];
}

async function sweepOurs(world: World): Promise<number> {
  const place = await world.gatewayGround('sweep_ours');
  // Made where nobody works on them; by the time of the worker's start all of them are due.
  const schedule = { CHECK_SCHEDULE_SECONDS: `${DUE_AFTER_MS / 1000},86400` };
  const maker = await world.gateway(place, { ...schedule, ROLES: 'api' });
  const target = targetOf(maker, place.apiKey);
  await world.load.ask({ target, path: 'P1', connections: CONNECTIONS, requests: OURS });
  await maker.stop();
  await pause(DUE_AFTER_MS);
  await world.stub.ask({ delayMs: CINETPAY_MS, check: 'paid' });
  const worker = await world.gateway(place, schedule);
  const until = Date.now() + PATIENCE_MS;
  while ((await accepted(place.databaseUrl)) < OURS) {
    if (Date.now() > until) throw new Error('the sweep did not end');
    await pause(50);
  }
  await worker.stop();
  const { requests, spanMs } = await world.stub.ask({ delayMs: 0, check: 'waiting' });
  return ((requests - 1) / spanMs) * 1000;
}

async function accepted(databaseUrl: string): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM transactions WHERE status = 'accepted'`;
  return (await query<{ count: number }>(databaseUrl, sql))[0]!.count;
}

async function sweepD(world: World): Promise<number> {
  const d = await world.rival('d', await world.ground('sweep_d'));
  await world.load.ask({ target: targetOf(d), path: 'P1', connections: CONNECTIONS, requests: OF_D });
  await world.stub.ask({ delayMs: CINETPAY_MS, check: 'paid' });
  const response = await fetch(`http://127.0.0.1:${d.port}/reconciliation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ take: OF_D }),
  });
  const { checked } = (await response.json()) as { checked: number };
  if (checked !== OF_D) throw new Error(`D asked about ${checked} payments, not ${OF_D}`);
  await d.stop();
  const { requests, spanMs } = await world.stub.ask({ delayMs: 0, check: 'waiting' });
  return ((requests - 1) / spanMs) * 1000;
}
