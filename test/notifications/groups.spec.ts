// Proves that notifications which come together are kept as they came and wake each its own payment, that none of them waits for a payment whose
// row somebody holds, and that such a payment costs everybody else nothing.
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeForm } from '../../simulator/notify/form';
import { connect } from '../support/database';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { formOf, notify } from './forms';

const MANY = 40;
let gateway: TestGateway;
let stage: Stage;
/** Holds rows as another process would. */
let holder: Client;
beforeAll(async () => {
  // Nobody works here on what is woken: it can be seen waiting.
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
  stage = stageOf(gateway);
  holder = await connect(gateway.database.url);
});
afterAll(async () => {
  await holder.end();
  await gateway.close();
});

async function placed(): Promise<string[]> {
  const orders = await Promise.all(Array.from({ length: MANY }, () => stage.place()));
  return orders.map(({ body }) => body.transaction_id);
}
async function waitingForLocks(): Promise<number> {
  const text = `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  return (await gateway.db.query(text)).rows[0].waiting;
}
async function keptOf(id: string): Promise<any[]> {
  return (await gateway.db.query('SELECT * FROM notifications WHERE transaction_id = $1 ORDER BY id', [id])).rows;
}

describe('notifications that come together', () => {
  it('are kept byte for byte, each wakes its payment, and those about one payment are all counted', async () => {
    const ids = await placed();
    const formAbout = (id: string) => formOf(id, { cpm_custom: `é "${id}" \\ 100 %` });
    const unknown = formOf('NO-SUCH-PAYMENT');
    const sent = [...ids, ids[0]!, ids[0]!].map(formAbout);
    const answers = await Promise.all([...sent, unknown].map((form) => notify(gateway, form)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    for (const [n, id] of ids.entries()) {
      const kept = await keptOf(id);
      expect(kept.map(({ validity }) => validity)).toEqual(n === 0 ? ['valid', 'valid', 'valid'] : ['valid']);
      expect(kept[0].body.toString()).toBe(encodeForm(formAbout(id)));
      expect(await stage.row(id)).toMatchObject({ wake_number: kept.length, woken_at: expect.any(Date) });
    }
    expect(await keptOf('NO-SUCH-PAYMENT')).toMatchObject([{ validity: 'unknown_transaction' }]);
    const statements = `SELECT count(DISTINCT xmin::text)::int AS statements FROM notifications`;
    expect((await gateway.db.query(statements)).rows[0].statements).toBeLessThan(MANY);
  });

  it('do not wait for one whose payment somebody holds, and that one is kept as soon as it is free', async () => {
    const ids = await placed();
    const held = ids[5]!;
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM transactions WHERE transaction_id = $1 FOR UPDATE', [held]);
    const answers = new Map(ids.map((id) => [id, notify(gateway, formOf(id))]));
    const late = answers.get(held)!;
    answers.delete(held);
    for (const { status } of await Promise.all(answers.values())) expect(status).toBe(200);
    expect(await keptOf(held)).toEqual([]);
    await holder.query('COMMIT');
    expect((await late).status).toBe(200);
    expect(await keptOf(held)).toMatchObject([{ validity: 'valid' }]);
    expect(await stage.row(held)).toMatchObject({ wake_number: 1 });
  });

  it('do not wait for several about one payment that somebody holds, which came before', async () => {
    const [held, ...others] = await placed();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM transactions WHERE transaction_id = $1 FOR UPDATE', [held]);
    const late = Array.from({ length: MANY }, () => notify(gateway, formOf(held!)));
    await eventually(async () => (await waitingForLocks()) === 1);
    for (const id of others.slice(0, 3)) expect((await notify(gateway, formOf(id))).status).toBe(200);
    // However many there are, they take one connection.
    expect([await waitingForLocks(), await keptOf(held!)]).toEqual([1, []]);
    await holder.query('COMMIT');
    for (const { status } of await Promise.all(late)) expect(status).toBe(200);
    expect(await stage.row(held!)).toMatchObject({ wake_number: MANY });
  });
});

describe('customers who come back to a payment that somebody holds', () => {
  it('take one connection, however many there are and whoever they are', async () => {
    const { body } = await stage.place();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM transactions WHERE transaction_id = $1 FOR UPDATE', [body.transaction_id]);
    const visit = { redirect: 'manual', headers: { accept: 'text/html' } } as const;
    const visits = Array.from({ length: MANY }, () => fetch(`${body.checkout_url}/return`, visit));
    await eventually(async () => (await waitingForLocks()) === 1);
    expect((await stage.place()).status).toBe(201);
    expect(await waitingForLocks()).toBe(1);
    await holder.query('COMMIT');
    for (const { status } of await Promise.all(visits)) expect(status).toBe(303);
    expect((await stage.row(body.transaction_id)).wake_number).toBeGreaterThan(0);
  });
});
