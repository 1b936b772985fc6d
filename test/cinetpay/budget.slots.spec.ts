// Proves that a slot which was waited for is used, however long the way to Postgres is: the way there and back is not charged as lateness. And that
// none is used any more once it was missed, or once CinetPay has said 429.
import type { TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Budget } from '../../src/cinetpay/budget';
import type { CallOutcome } from '../../src/cinetpay/outcomes';
import { pause } from '../../src/common/clock';
import { Sql } from '../../src/database/sql';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/gateway';
import { busiestSecond, SITE, startBudget, throttled, UNPAID } from './budgets';

const RATE = 10;

let database: TestDatabase;
let module: TestingModule;
let budget: Budget;
let statements: string[];

beforeEach(async () => {
  database = await createTestDatabase();
  statements = [];
});

async function start(ratePerSecond: number): Promise<void> {
  ({ budget, module } = await startBudget(database.url, ratePerSecond));
}

afterEach(async () => {
  await module.close();
  await database.drop();
});

/** Every statement takes this long to get to Postgres, and its answer to come back. */
function lengthenTheWay(thereMs: number, backMs: number): void {
  const sql = module.get(Sql);
  const rows = sql.rows.bind(sql);
  sql.rows = async (statement, values) => {
    statements.push(statement.name);
    await pause(thereMs);
    const found = await rows<any>(statement, values);
    await pause(backMs);
    return found;
  };
}

it.each([
  [40, 40],
  [80, 0],
  [0, 80],
])('sends ten calls at their times, %i ms from Postgres and %i ms back', async (thereMs, backMs) => {
  await start(RATE);
  await budget.run(SITE, 'initiation', 'T', () => Promise.resolve(UNPAID));
  lengthenTheWay(thereMs, backMs);
  const times: number[] = [];
  const call = () => (times.push(performance.now()), Promise.resolve(UNPAID));
  const asked = Array.from({ length: 10 }, (_, i) => budget.run(SITE, 'initiation', `T${i}`, call));
  expect((await Promise.all(asked)).map(({ kind }) => kind)).toEqual(Array.from({ length: 10 }, () => 'unpaid'));
  expect(times.at(-1)! - times[0]!).toBeLessThan(2_500);
  expect(busiestSecond(times)).toBeLessThanOrEqual(RATE + 1);
  // A busy machine may make some truly late; each costs a booking and a confirmation more.
  expect(statements.filter((name) => name === 'budget_book').length).toBeLessThanOrEqual(20);
  expect(statements.filter((name) => name === 'budget_confirm').length).toBeLessThanOrEqual(20);
});

it('gives up a slot that it missed while it stood still after the confirmation, and books another', async () => {
  await start(RATE);
  await budget.run(SITE, 'initiation', 'T', () => Promise.resolve(UNPAID));
  lengthenTheWay(0, 0);
  const sql = module.get(Sql);
  const rows = sql.rows.bind(sql);
  sql.rows = async (statement, values) => {
    const found = await rows<any>(statement, values);
    if (statement.name !== 'budget_confirm' || statements.filter((name) => name === statement.name).length > 1)
      return found;
    // However busy this machine is: the slot is 15 ms ahead when the process stands still.
    setImmediate(() => standStill(500));
    return [{ ...found[0], late_ms: -15 }];
  };
  await budget.run(SITE, 'initiation', 'T1', () => Promise.resolve(UNPAID));
  expect(statements.filter((name) => name === 'budget_book')).toHaveLength(2);
});

function standStill(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it('sends nothing more from the moment it has heard a 429, whatever slots it holds', async () => {
  await start(500);
  for (let round = 0; round < 5; round++) {
    let calls = 0;
    let heardAfter = Infinity;
    const call = async (): Promise<CallOutcome> => {
      const isLast = ++calls === 100;
      await pause(5);
      if (!isLast) return UNPAID;
      heardAfter = calls;
      return throttled(1_000);
    };
    const worker = async (): Promise<void> => {
      while ((await budget.run(SITE, 'initiation', `T${calls}`, call)).kind === 'unpaid');
    };
    await Promise.all(Array.from({ length: 30 }, worker));
    expect(calls).toBe(heardAfter);
    await module.get(Sql).rows({ name: 'forget', text: FORGET }, []);
    await eventually(async () => expect(await budget.pauseOf(SITE.site_id)).toBeUndefined());
  }
});

const FORGET = `UPDATE site_states SET pause_cause = NULL, paused_until = NULL, pause_count = 0, pause_number = pause_number + 1`;
