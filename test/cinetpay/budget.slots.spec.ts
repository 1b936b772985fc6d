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

/** What happens to the first answer of a statement. */
function atFirst(statement: string, happens: (found: any[]) => any[] | Promise<any[]>): void {
  const sql = module.get(Sql);
  const rows = sql.rows.bind(sql);
  let isFirst = true;
  sql.rows = async (asked, values) => {
    const found = await rows<any>(asked, values);
    if (!isFirst || asked.name !== statement) return found;
    isFirst = false;
    return happens(found);
  };
}
const bookings = (): number => statements.filter((name) => name === 'budget_book').length;

it('gives up a slot that it missed while it stood still after the confirmation, and books another', async () => {
  await start(RATE);
  await budget.run(SITE, 'initiation', 'T', () => Promise.resolve(UNPAID));
  lengthenTheWay(0, 0);
  atFirst('budget_confirm', ([row]) => {
    // However busy this machine is: the slot is 15 ms ahead when the process stands still.
    setImmediate(() => standStill(500));
    return [{ ...row, late_ms: -15 }];
  });
  await budget.run(SITE, 'initiation', 'T1', () => Promise.resolve(UNPAID));
  expect(bookings()).toBe(2);
});

it.each([
  ['confirmation', 'budget_confirm', 0],
  ['booking', 'budget_book', RATE + 1],
])('gives up a slot whose %s lay there unread while it stood still', async (_, statement, free) => {
  await start(RATE);
  await budget.run(SITE, 'initiation', 'T', () => Promise.resolve(UNPAID));
  // A slot that nobody has to wait for is not confirmed: one now, and those of the second in which a scheduled check goes on asking.
  await eventually(async () => (await budget.outlook(SITE.site_id, 'scheduled')) >= free);
  lengthenTheWay(0, 0);
  atFirst(statement, (found) => {
    standStill(500);
    return found;
  });
  await budget.run(SITE, 'initiation', 'T1', () => Promise.resolve(UNPAID));
  expect(bookings()).toBe(2);
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
