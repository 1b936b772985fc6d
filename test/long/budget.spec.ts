// Proves with real processes that three replicas keep one budget under a burst, that customers go before the clock, and that a pause is kept.
import { afterEach, describe, expect, it } from 'vitest';
import { pause } from '../../src/common/clock';
import { busiestSecond } from '../cinetpay/budgets';
import { startDatabaseLine, type DatabaseLine } from '../support/database-line';
import { figure, startFleet, type Fleet } from './fleet';
import { callsOf, firstAsked, percentile, placeMany, put, statusesOf, untilAllHaveCounters, type Call } from './orders';

let fleet: Fleet;
afterEach(() => fleet.close());

describe('three replicas with a budget of 5 calls a second', () => {
  it('give 300 orders their counters with no second above 6 and no 429; later orders wait a third of what checks wait', async () => {
    fleet = await startFleet(3, { CINETPAY_RATE_PER_SECOND: '5', CHECK_SCHEDULE_SECONDS: '36000' });
    await put(fleet, 'settings', { rate_per_second: 6 });
    const answers = await placeMany(fleet, 300);
    expect(Object.keys(statusesOf(answers)).every((status) => ['201', '202'].includes(status))).toBe(true);
    const seconds = await untilAllHaveCounters(fleet, 150_000);
    figure(
      `300 orders at once: ${JSON.stringify(statusesOf(answers))}, all have counters after ${seconds.toFixed(0)} s`,
    );
    expectQuiet(await callsOf(fleet), 6);

    const checked: string[] = answers.map(({ body }) => body.transaction_id);
    const due = Date.now();
    await fleet.db.query('UPDATE transactions SET next_check_at = clock_timestamp()');
    const late: string[] = (await placeMany(fleet, 60)).map(({ body }) => body.transaction_id);
    await untilAllHaveCounters(fleet, 60_000);
    const checkWaits = await waits(checked, 'check', due, 120_000);
    const orderWaits = await waits(late, 'payment', due, 1_000);
    const [orders, checks] = [percentile(orderWaits, 0.95), percentile(checkWaits, 0.95)];
    figure(`while 300 checks are due: 60 orders wait ${orders.toFixed(1)} s, checks ${checks.toFixed(1)} s (p95)`);
    expect(orders).toBeLessThanOrEqual(checks / 3);
    expectQuiet(await callsOf(fleet), 6);
  });
});

describe('four replicas with a budget of 5 calls a second, which stand still in the middle of it', () => {
  const lines: DatabaseLine[] = [];
  afterEach(() => Promise.all(lines.splice(0).map((line) => line.close())));

  it('make no second above 6 when they go on', async () => {
    const env = { CINETPAY_RATE_PER_SECOND: '5', CHECK_SCHEDULE_SECONDS: '36000' };
    fleet = await startFleet(4, env, async (database) => {
      for (let n = 0; n < 4; n++) lines.push(await startDatabaseLine(database));
      return lines.map((line) => line.database.url);
    });
    const placing = placeMany(fleet, 200, 12);
    for (let round = 0; round < 8; round++) {
      // Each as its slot is being confirmed: what it then hears is old when it goes on.
      const still = fleet.replicas.map(
        (replica, n) =>
          new Promise<void>((resolve) => lines[n]!.once('budget_confirm', () => (replica.pause(), resolve()))),
      );
      await Promise.race([Promise.all(still), pause(3_000)]);
      await pause(500 + 100 * round);
      for (const replica of fleet.replicas) replica.resume();
      await pause(1_000);
    }
    await placing;
    await untilAllHaveCounters(fleet, 120_000);
    expectQuiet(await callsOf(fleet), 6);
  });
});

/** Seconds from `from` until CinetPay was asked, each. */
async function waits(ids: string[], operation: Call['operation'], from: number, timeoutMs: number): Promise<number[]> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const asked = firstAsked(await callsOf(fleet), operation, from);
    const missing = ids.filter((id) => !asked.has(id)).length;
    if (missing === 0) return ids.map((id) => (asked.get(id)! - from) / 1000);
    if (Date.now() > until) throw new Error(`${missing} were never asked about`);
    await pause(2_000);
  }
}

function expectQuiet(calls: Call[], most: number): void {
  const busiest = busiestSecond(calls.map(({ at }) => at));
  figure(`${calls.length} calls, at most ${busiest} in a second, ${calls.filter(is429).length} of them answered 429`);
  expect(busiest).toBeLessThanOrEqual(most);
  expect(calls.filter(is429)).toEqual([]);
}

const is429 = ({ answered }: Call): boolean => answered === 429;

/** A call of another replica may be on its way by the time the pause is written down (docs/decisions/0008-slots.md); slots lie as far apart. */
const NEWS_MS = 100;

describe('a 429 of CinetPay', () => {
  const RATE = 10;
  const ENV = { CINETPAY_RATE_PER_SECOND: String(RATE), CHECK_SCHEDULE_SECONDS: '36000' };

  it.each([
    ['with Retry-After: 7', { kind: 'status', status: 429, retry_after: 7 }, 7_000],
    ['that is a page of HTML', { kind: 'html', status: 429 }, 1_000],
  ])('%s: nobody calls before its end, one probe goes first, and all work is done', async (_, fault, leastMs) => {
    fleet = await startFleet(3, ENV);
    await placeMany(fleet, 3);
    await put(fleet, 'faults', { seed: 1, rules: [{ operation: 'payment', times: 1, ...fault }] });
    const answers = await placeMany(fleet, 30);
    expect(Object.keys(statusesOf(answers)).every((status) => ['201', '202'].includes(status))).toBe(true);
    await untilAllHaveCounters(fleet, 90_000);
    const calls = await callsOf(fleet);
    const refused = calls.findIndex(is429);
    const refusedAt = calls[refused]!.at;
    const [probe, next] = calls.slice(refused + 1).filter(({ at }) => at > refusedAt + NEWS_MS);
    const waited = probe!.at - refusedAt;
    figure(`the probe came ${waited} ms after the 429, the next call ${next!.at - probe!.at} ms after the probe`);
    expect(waited).toBeGreaterThanOrEqual(leastMs - 50);
    expect(calls.filter(is429)).toHaveLength(1);
    expect(calls.slice(refused + 1).filter(({ at }) => at <= refusedAt + NEWS_MS).length).toBeLessThanOrEqual(1);
    expect(busiestSecond(calls.slice(refused + 1).map(({ at }) => at))).toBeLessThanOrEqual(RATE + 1);
  });

  it('for two minutes: single probes further and further apart, callers get 202, and all work is done in the end', async () => {
    fleet = await startFleet(3, ENV);
    await put(fleet, 'faults', {
      seed: 1,
      rules: ['payment', 'check'].map((operation) => ({ operation, kind: 'status', status: 429 })),
    });
    const from = Date.now();
    const statuses = new Set<number>();
    let orders = 0;
    while (Date.now() < from + 120_000) {
      for (const { status } of await placeMany(fleet, 3)) statuses.add(status);
      orders += 3;
      await pause(3_000);
    }
    await put(fleet, 'faults', { seed: 1, rules: [] });
    const all = (await callsOf(fleet)).map(({ at }) => at);
    const during = all.filter((at) => at === all[0] || at > all[0]! + NEWS_MS);
    const gaps = during.slice(1).map((at, index) => at - during[index]!);
    figure(
      `${during.length} calls in two minutes of 429, apart ${gaps.map((gap) => (gap / 1000).toFixed(0)).join(' ')} s`,
    );
    expect([...statuses]).toEqual([202]);
    expect(all.length - during.length).toBeLessThanOrEqual(1);
    expect(during.length).toBeLessThanOrEqual(40);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(950);
    const seconds = await untilAllHaveCounters(fleet, 150_000);
    figure(`${orders} orders had their counters ${seconds.toFixed(0)} s after the end`);
  });
});
