// Proves that claiming what is due costs milliseconds beside 100,000 unresolved payments, because it walks the partial indexes and reads no other row,
// also beside the backlog of another site.
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLAIM_INITIATIONS, CLAIM_SCHEDULED, CLAIM_WOKEN, WAITS } from '../../src/payments/claim.statements';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';

const MANY = 100_000;
/** Pieces that a lane claims at once. */
const ROOM = 32;

let database: TestDatabase;
let db: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  db = await connect(database.url);
  await db.query(`INSERT INTO transactions (transaction_id, caller, origin, site_id, integration, amount, currency, description, channels, lang,
      lock_phone_number, card_available, wire_body, checkout_token, status, created_at, checks_from, next_check_at, payment_url)
    SELECT 'T' || n, 'shop', 'api', '100001', 'redirect', 2500, 'XOF', 'Order', 'ALL', 'fr', false, false, repeat('x', 300), 't' || n,
      'pending', now(), now(), now() + n * interval '1 second', 'https://checkout.cinetpay.com/payment/x'
    FROM generate_series(3600, ${MANY + 3599}) AS n`);
  await db.query('ANALYZE transactions');
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

interface Claimed {
  /** In Postgres. */
  ms: number;
  taken: number;
  /** The index of each scan of the table; undefined reads it whole. */
  scans: (string | undefined)[];
}

/** Runs a claim as the worker does, looks at it, and undoes it. */
async function claim(site: string): Promise<Claimed> {
  await db.query('BEGIN');
  const explain = `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE claim('${site}', ${ROOM})`;
  const [{ Plan: plan, 'Execution Time': ms }] = (await db.query(explain)).rows[0]['QUERY PLAN'];
  await db.query('ROLLBACK');
  return {
    ms,
    taken: plan['Actual Rows'],
    scans: nodesOf(plan)
      .filter(isOfTable)
      .map((node) => node['Index Name']),
  };
}

function nodesOf(plan: any): any[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
const isOfTable = (node: any): boolean =>
  node['Relation Name'] === 'transactions' && node['Node Type'] !== 'ModifyTable';

/**
 * The quickest of several: what it costs, not what else the machine was doing. Of a prepared statement, as the worker has it, and after so many
 * runs that Postgres has chosen between a plan for these values and one for any.
 */
async function best(text: string, site = '100001'): Promise<Claimed> {
  await db.query(`PREPARE claim (text, int) AS ${text}`);
  const runs: Claimed[] = [];
  for (let i = 0; i < 14; i++) runs.push(await claim(site));
  await db.query('DEALLOCATE claim');
  return runs.slice(7).sort((a, b) => a.ms - b.ms)[0]!;
}

const PAST = `now() - interval '1 minute'`;
const LANES = [
  ['scheduled checks', CLAIM_SCHEDULED, 'transactions_site_id_next_check_at_idx', `next_check_at = ${PAST}`],
  ['woken checks', CLAIM_WOKEN, 'transactions_site_id_woken_idx', `next_check_at = ${PAST}, woken_at = now()`],
  [
    'initiations',
    CLAIM_INITIATIONS,
    'transactions_site_id_next_initiation_at_idx',
    `initiation = 'send', next_initiation_at = ${PAST}`,
  ],
] as const;

describe(`a claim beside ${MANY} unresolved payments`, () => {
  it.each(LANES)('of %s takes what is due by its partial index, in milliseconds', async (_, { text }, index, due) => {
    const idle = await best(text);
    expect([idle.taken, idle.scans.includes(index), idle.scans.includes(undefined)]).toEqual([0, true, false]);
    expect(idle.ms).toBeLessThan(2);
    const some = Array.from({ length: 100 }, (_one, n) => `T${3600 + n * 900}`);
    await db.query(`UPDATE transactions SET ${due} WHERE transaction_id = ANY($1)`, [some]);
    const busy = await best(text);
    expect([busy.taken, busy.scans.includes(index), busy.scans.includes(undefined)]).toEqual([ROOM, true, false]);
    expect(busy.ms).toBeLessThan(10);
    const over = `next_check_at = now() + interval '1 day', woken_at = NULL, initiation = NULL, next_initiation_at = NULL`;
    await db.query(`UPDATE transactions SET ${over} WHERE transaction_id = ANY($1)`, [some]);
  });

  it("and an insert's look for older orders that wait walks the initiations' index", async () => {
    const look = `SELECT transaction_id FROM transactions WHERE site_id = $1 AND ${WAITS} LIMIT $2`;
    const { taken, scans, ms } = await best(look);
    expect([taken, scans]).toEqual([0, ['transactions_site_id_next_initiation_at_idx']]);
    expect(ms).toBeLessThan(2);
  });

  it('of scheduled checks costs no more when all of them are due at once', async () => {
    await db.query(`UPDATE transactions SET next_check_at = next_check_at - interval '10 days'`);
    await db.query('VACUUM ANALYZE transactions');
    const { taken, ms } = await best(CLAIM_SCHEDULED.text);
    expect(taken).toBe(ROOM);
    expect(ms).toBeLessThan(10);
  });

  it.each(LANES)('of %s of one site reads nothing of the backlog of another', async (_, { text }, index, due) => {
    await db.query(`UPDATE transactions SET ${due}`);
    await db.query('VACUUM ANALYZE transactions');
    const other = await best(text, '100002');
    expect([other.taken, other.scans]).toEqual([0, expect.arrayContaining([index])]);
    expect(other.ms).toBeLessThan(2);
  });
});
