// Proves that two minutes without CinetPay cost no order, and that what waited then comes in the order it was placed and inside the budget.
import { afterEach, expect, it } from 'vitest';
import { pause } from '../../src/common/clock';
import { busiestSecond } from '../cinetpay/budgets';
import { figure, startFleet, type Fleet } from './fleet';
import { callsOf, firstAsked, percentile, placeMany, statusesOf, untilAllHaveCounters } from './orders';

const RATE = 50;
const ORDERS = 2_000;
let fleet: Fleet;

afterEach(() => fleet.close());

it('2,000 orders outlast two minutes without CinetPay, then get their counters oldest first, inside the budget', async () => {
  const env = { CINETPAY_RATE_PER_SECOND: String(RATE), CHECK_SCHEDULE_SECONDS: '36000', LOG_LEVEL: 'warn' };
  fleet = await startFleet(3, env);
  await fleet.simulator.stop();
  const gone = performance.now();
  const answers = await placeMany(fleet, ORDERS, 16);
  const placedS = (performance.now() - gone) / 1000;
  expect(statusesOf(answers)).toEqual({ 202: ORDERS });
  expect(fleet.log()).toContain('"reason":"unreachable"');
  await pause(Math.max(0, 120_000 - (performance.now() - gone)));
  await fleet.simulator.start();
  const back = Date.now();
  // Nobody resumes it: probes came 30, 90 and 210 seconds after the pause began.
  const seconds = await untilAllHaveCounters(fleet, 300_000);
  const calls = await callsOf(fleet);
  const busiest = busiestSecond(calls.map(({ at }) => at));
  figure(
    `${ORDERS} orders in ${placedS.toFixed(0)} s, all have counters ${seconds.toFixed(0)} s after CinetPay was back`,
  );
  figure(`the first call ${calls[0]!.at - back} ms after, at most ${busiest} of ${RATE} a second`);
  expect(calls).toHaveLength(ORDERS);
  expect(busiest).toBeLessThanOrEqual(RATE + 1);
  const strays = await displacements();
  const [middle, far, most] = [0.5, 0.99, 1].map((share) => percentile(strays, share));
  figure(`places out of the order of arrival: median ${middle}, p99 ${far}, at most ${most}`);
  // What replicas have claimed at the same time, and three seconds of booked slots, may overtake each other.
  expect(far).toBeLessThanOrEqual(3 * 32 + 3 * RATE);
});

/** How far each order's turn was from its place among those that nobody had tried during the outage. */
async function displacements(): Promise<number[]> {
  const { rows } = await fleet.db.query<{ transaction_id: string }>(
    'SELECT transaction_id FROM transactions WHERE initiation_attempts <= 1 ORDER BY created_at, transaction_id',
  );
  const asked = firstAsked(await callsOf(fleet), 'payment');
  const turns = rows.map(({ transaction_id: id }) => asked.get(id)!);
  const sorted = [...turns].sort((a, b) => a - b);
  return turns.map((at, place) => Math.abs(sorted.indexOf(at) - place));
}
