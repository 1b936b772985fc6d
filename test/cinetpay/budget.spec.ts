// Proves on a real Postgres that three replicas keep one budget, one pause and one probe, and that every lane gets its share.
import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Budget } from '../../src/cinetpay/budget';
import type { CallOutcome, Lane } from '../../src/cinetpay/outcomes';
import { pause } from '../../src/common/clock';
import { Sql } from '../../src/database/sql';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { BAD_APIKEY, BLOCKED, busiestSecond, NOT_SENT, SITE, startBudget, throttled, UNCLEAR, UNPAID } from './budgets';

let database: TestDatabase;
let db: Client;
let modules: TestingModule[];

beforeEach(async () => {
  database = await createTestDatabase();
  db = await connect(database.url);
  modules = [];
});

afterEach(async () => {
  await Promise.all(modules.map((module) => module.close()));
  await db.end();
  await database.drop();
});

async function replicas(count: number, rate: number): Promise<Budget[]> {
  const started = await Promise.all(Array.from({ length: count }, () => startBudget(database.url, rate)));
  modules.push(...started.map(({ module }) => module));
  return started.map(({ budget }) => budget);
}

let ids = 0;
const ask = (budget: Budget, lane: Lane, call: () => CallOutcome | Promise<CallOutcome> = () => UNPAID) =>
  budget.run(SITE, lane, `T${ids++}`, () => Promise.resolve(call()));

const state = async (): Promise<Record<string, unknown>> =>
  (await db.query<Record<string, unknown>>('SELECT * FROM site_states')).rows[0]!;

/** 150 initiations at once on three replicas at 20 calls a second. @returns when each call was made, in milliseconds, and all outcomes */
async function burst(meanwhile: () => void = () => undefined): Promise<{ times: number[]; outcomes: any[] }> {
  const budgets = await replicas(3, 20);
  const began = performance.now();
  const times: number[] = [];
  const asked = Array.from({ length: 150 }, (_, i) =>
    ask(budgets[i % 3]!, 'initiation', () => {
      times.push(performance.now() - began);
      return UNPAID;
    }),
  );
  const timer = setTimeout(meanwhile, 1_000);
  const outcomes = await Promise.all(asked);
  clearTimeout(timer);
  return { times, outcomes };
}

it('spaces the calls of three replicas, and books three seconds ahead', async () => {
  const { times, outcomes } = await burst();
  expect(busiestSecond(times)).toBeLessThanOrEqual(21);
  expect(times.length).toBeGreaterThanOrEqual(40);
  // A slot that a busy machine misses is booked again, three seconds ahead of then: the burst takes longer and makes more calls.
  expect(times.length).toBeLessThanOrEqual(20 * Math.max(3, times.at(-1)! / 1_000) + 3);
  const refused = outcomes.filter(({ kind }) => kind === 'no_slot');
  expect(refused.length).toBe(150 - times.length);
  for (const outcome of refused) expect(outcome).toMatchObject({ retryInMs: expect.any(Number) });
});

it('keeps to its rate in every second although the process stands still in the middle of a burst', async () => {
  const { times } = await burst(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500));
  expect(busiestSecond(times)).toBeLessThanOrEqual(21);
  const longest = Math.max(...times.slice(1).map((time, index) => time - times[index]!));
  expect(longest).toBeGreaterThan(1_000);
});

it('gives checks a fifth of the slots while initiations take all they get', async () => {
  const budgets = await replicas(2, 20);
  const got: Lane[] = [];
  let over = false;
  const worker = async (budget: Budget, lane: Lane): Promise<void> => {
    while (!over) {
      const { kind } = await ask(budget, lane, () => (got.push(lane), UNPAID));
      if (kind === 'no_slot') await pause(50);
    }
  };
  const all = [
    ...Array.from({ length: 80 }, () => worker(budgets[0]!, 'initiation')),
    ...Array.from({ length: 20 }, () => worker(budgets[1]!, 'scheduled')),
  ];
  // The first three seconds were booked at once, by whoever came first.
  await pause(3_500);
  got.length = 0;
  await pause(4_000);
  const [checks, calls] = [got.filter((lane) => lane === 'scheduled').length, got.length];
  over = true;
  await Promise.all(all);
  expect(calls).toBeGreaterThan(50);
  expect(checks / calls).toBeGreaterThan(0.12);
  expect(checks / calls).toBeLessThan(0.28);
});

it('lets a woken check go before scheduled ones', async () => {
  const [budget] = await replicas(1, 5);
  await ask(budget!, 'scheduled');
  const order: Lane[] = [];
  const asked = (['scheduled', 'scheduled', 'woken', 'woken'] as const).map((lane) =>
    ask(budget!, lane, () => (order.push(lane), UNPAID)),
  );
  await Promise.all(asked);
  expect(order.slice(0, 2)).toEqual(['woken', 'woken']);
});

it('stops every replica for as long as a 429 says, then sends one probe alone until it is answered', async () => {
  const budgets = await replicas(3, 50);
  const calls: { at: number; end: number; outcome: string }[] = [];
  let throttling = true;
  let answered = Infinity;
  let over = false;
  const call = async (): Promise<CallOutcome> => {
    const at = performance.now();
    const seen = { at, end: Infinity, outcome: throttling ? 'throttled' : 'ok' };
    calls.push(seen);
    const first = throttling;
    // The first answers at once, what is sent in the pause is the probe and takes its time.
    await pause(first ? 5 : 400);
    seen.end = performance.now();
    if (!first) return UNPAID;
    answered = Math.min(answered, seen.end);
    return throttled(1_500);
  };
  const worker = async (budget: Budget): Promise<void> => {
    while (!over) if ((await ask(budget, 'initiation', call)).kind === 'no_slot') await pause(20);
  };
  const all = budgets.flatMap((budget) => Array.from({ length: 10 }, () => worker(budget)));
  while (answered === Infinity) await pause(5);
  await pause(200);
  throttling = false;
  await pause(2_800);
  over = true;
  await Promise.all(all);
  // A busy machine may take a while to send what was let go before the answer came.
  const after = calls.filter(({ at }) => at > answered + 300);
  const [probe, next] = after;
  expect(probe!.at - answered).toBeGreaterThanOrEqual(1_490);
  expect(next!.at).toBeGreaterThanOrEqual(probe!.end);
  const firstSecond = after.filter(({ at }) => at > probe!.end && at < probe!.end + 800).length;
  expect(firstSecond).toBeGreaterThan(2);
  expect(firstSecond).toBeLessThan(25);
  expect(await state()).toMatchObject({ pause_cause: null, pause_count: 0, probe_until: null });
});

it.each([
  ['unreachable', NOT_SENT],
  ['blocked', BLOCKED],
  ['credentials', BAD_APIKEY],
])(
  'pauses as %s after three transactions, not after one that fails thrice, nor with a success between',
  async (cause, fault) => {
    const [budget] = await replicas(1, 1_000);
    const one = (id: string, outcome: CallOutcome) => budget!.run(SITE, 'woken', id, () => Promise.resolve(outcome));
    for (const id of ['A', 'A', 'A', 'B']) await one(id, fault);
    await one('C', UNPAID);
    for (const id of ['C', 'D']) await one(id, fault);
    await one('X', UNCLEAR);
    expect(await budget!.pauseOf(SITE.site_id)).toBeUndefined();
    await one('E', fault);
    const paused = await budget!.pauseOf(SITE.site_id);
    expect(paused).toMatchObject({ cause });
    const seconds = (paused!.until!.getTime() - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThan(31);
    const refused = await one('F', UNPAID);
    expect(refused.kind).toBe('no_slot');
    for (const lane of ['initiation', 'woken', 'scheduled'] as const)
      expect(await budget!.outlook(SITE.site_id, lane)).toBe(0);
  },
);

it('doubles the pause when the probe fails, and takes a probe without an answer for a failure', async () => {
  const [budget] = await replicas(1, 1_000);
  for (const id of ['A', 'B', 'C']) await budget!.run(SITE, 'woken', id, () => Promise.resolve(NOT_SENT));
  for (const seconds of [60, 120, 240, 300, 300]) {
    await db.query(`UPDATE site_states SET paused_until = clock_timestamp() - interval '1 ms'`);
    await budget!.run(SITE, 'initiation', 'P', () => Promise.resolve(UNCLEAR));
    const { rows } = await db.query<{ left: number; pause_cause: string }>(
      `SELECT extract(epoch FROM paused_until - clock_timestamp())::float8 AS left, pause_cause FROM site_states`,
    );
    expect(rows[0]!.pause_cause).toBe('unreachable');
    expect(Math.round(rows[0]!.left)).toBe(seconds);
  }
});

it('costs next to nothing at a million a second', async () => {
  const [budget] = await replicas(1, 1_000_000);
  await ask(budget!, 'initiation');
  let statements = 0;
  const sql = modules[0]!.get(Sql);
  const rows = sql.rows.bind(sql);
  sql.rows = (...values) => (statements++, rows(...values));
  for (let round = 0; round < 50; round++)
    await Promise.all(Array.from({ length: 200 }, () => ask(budget!, 'initiation')));
  expect(statements).toBeLessThan(100);
});

it('gives up a slot when the site was paused while it waited', async () => {
  const [budget] = await replicas(1, 2);
  let calls = 0;
  const asked = Array.from({ length: 4 }, () => ask(budget!, 'initiation', () => (calls++, UNPAID)));
  await asked[0];
  await db.query(`UPDATE site_states SET pause_cause = 'operator', pause_number = pause_number + 1`);
  const outcomes = await Promise.all(asked);
  expect(calls).toBe(1);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['unpaid', 'no_slot', 'no_slot', 'no_slot']);
});

it('keeps to a pause by itself when the database was away as CinetPay asked for it', async () => {
  const [budget] = await replicas(1, 100);
  const outcome = await ask(budget!, 'initiation', async () => {
    await db.query('ALTER TABLE site_states RENAME TO away');
    return throttled(60_000);
  });
  expect(outcome.kind).toBe('throttled');
  await db.query('ALTER TABLE away RENAME TO site_states');
  expect((await ask(budget!, 'initiation')).kind).toBe('no_slot');
  expect(await budget!.pauseOf(SITE.site_id)).toMatchObject({ cause: 'throttled' });
});
