// Proves that a new order does not reach CinetPay before older ones that wait for the budget: not after a pause, not while the budget is too small, not when the process misses slots.
import { afterEach, expect, it } from 'vitest';
import { pause } from '../../src/common/clock';
import { newId } from '../../src/common/ids';
import { eventually, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

let gateway: TestGateway;
let stage: Stage;
const placed: Promise<Answer>[] = [];
afterEach(async () => {
  for (const { status } of await Promise.all(placed.splice(0))) expect([201, 202]).toContain(status);
  await gateway.close();
});

async function start(ratePerSecond: number): Promise<void> {
  gateway = await startTestGateway({ env: { CINETPAY_RATE_PER_SECOND: String(ratePerSecond) } });
  stage = stageOf(gateway);
}

/** Places so many at once. @returns their ids as soon as all are saved: some are not answered before their turn */
async function place(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  const answers = ids.map((transaction_id) => stage.place({ transaction_id }));
  placed.push(...answers);
  await eventually(async () => {
    const { rowCount } = await gateway.db.query('SELECT 1 FROM transactions WHERE transaction_id = ANY($1)', [ids]);
    expect(rowCount).toBe(count);
  });
  return ids;
}

/** Places one new order after the other for as long as older ones wait. @returns how many, and the older ones that one of them went before */
async function placeWhileTheyWait(
  older: string[],
  meanwhile = (): void => undefined,
): Promise<{ late: number; overtaken: string[] }> {
  for (let late = 3; ; late += 3) {
    await place(3);
    await pause(50);
    if (late % 15 === 0) meanwhile();
    const asked = await turns();
    if (older.some((id) => !asked.includes(id))) continue;
    const first = asked.findIndex((id) => !older.includes(id));
    return { late, overtaken: first < 0 ? [] : asked.slice(first).filter((id) => older.includes(id)) };
  }
}

/** Transactions in the order in which CinetPay first heard of them and took it. */
async function turns(): Promise<string[]> {
  const { calls } = await stage.ledger();
  const taken = calls.filter(({ operation, answered }: any) => operation === 'payment' && answered === 200);
  return [...new Set<string>(taken.map(({ transaction_id }: any) => transaction_id))];
}

/** Keeps the whole process from doing anything, so that it misses the slots of this time. */
function standStill(): void {
  const end = performance.now() + 500;
  while (performance.now() < end);
}

/** The share of the older ones that may be overtaken: a slot may be missed while the last of them has nobody behind it to change with. */
const MISSED = 0.1;

it('after a pause', async () => {
  await start(50);
  await stage.faults({ operation: 'payment', kind: 'status', status: 429, retry_after: 1, times: 1 });
  const { status, body } = await stage.place();
  expect(status).toBe(202);
  const { late, overtaken } = await placeWhileTheyWait([body.transaction_id, ...(await place(60))]);
  expect(late).toBeGreaterThan(5);
  expect(overtaken.length).toBeLessThanOrEqual(60 * MISSED);
});

it('while the budget is too small', async () => {
  await start(20);
  const { late, overtaken } = await placeWhileTheyWait(await place(100));
  expect(late).toBeGreaterThan(5);
  expect(overtaken.length).toBeLessThanOrEqual(100 * MISSED);
  await eventually(async () => {
    const { rowCount } = await gateway.db.query('SELECT 1 FROM transactions WHERE next_initiation_at IS NOT NULL');
    expect(rowCount).toBe(0);
  }, 15_000);
  expect((await stage.place()).status).toBe(201);
});

it('while the process stands still at times', async () => {
  await start(20);
  const { late, overtaken } = await placeWhileTheyWait(await place(100), standStill);
  expect(late).toBeGreaterThan(5);
  expect(overtaken.length).toBeLessThanOrEqual(100 * MISSED);
});
