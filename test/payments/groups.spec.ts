// Proves that orders and settlements which share a statement are written as they are alone, and payments read: every column, every
// guard, and each with its own fault; that none of them waits for a row which somebody holds; and that these statements never read a table from end to end.
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { KEEP, KEEP_MANY } from '../../src/notifications/notification.store';
import { INSERT_MANY } from '../../src/payments/insert.statements';
import { newTransaction } from '../../src/payments/new-transaction';
import { SETTLE, SETTLE_MANY } from '../../src/payments/settle.statements';
import type { Asked, Settlement } from '../../src/payments/settlement';
import type { NewTransaction, Saved } from '../../src/payments/transaction.rows';
import { SHOW_MANY } from '../../src/payments/transaction.statements';
import { TransactionStore } from '../../src/payments/transaction.store';
import { connect } from '../support/database';
import { order, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

const MANY = 40;
let gateway: TestGateway;
let stage: Stage;
let store: TransactionStore;
/** Holds rows as another process would. */
let holder: Client;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
  stage = stageOf(gateway);
  store = gateway.app.get(TransactionStore);
  holder = await connect(gateway.database.url);
});
afterAll(async () => {
  await holder.end();
  await gateway.close();
});

const numbers = Array.from({ length: MANY }, (_, n) => n);
const newOrder = (changes: Partial<NewTransaction> = {}): NewTransaction => ({
  ...newTransaction(order() as any, { caller: 'shop', key: null }, gateway.config.sites[0]!, gateway.url),
  ...changes,
});
async function save(changes: Partial<NewTransaction> = {}): Promise<Saved> {
  return (await store.insert(newOrder(changes), null))!;
}
const ANSWER: Asked['answer'] = {
  ...{ operation: 'payment', outcome: 'rejected', durationMs: 3, httpStatus: 400, code: '641', message: 'NOT_ALLOWED' },
  ...{ description: null, apiResponseId: null, data: null },
};
/** A settlement that expires a payment. */
function expiry({ row, lease }: Saved, changes: Partial<Settlement> = {}): Settlement {
  const patch = { status: 'expired' as const, initiation: null, next_initiation_at: null };
  const decision = { patch, cause: 'initiation' as const, events: ['payment.expired' as const] };
  return { row, decision, now: new Date(), lease, asked: { answer: ANSWER, at: new Date() }, ...changes };
}
/** How many statements wrote so many rows. */
async function statementsOf(table: string, ids: string[]): Promise<number> {
  const text = `SELECT count(DISTINCT xmin::text)::int AS statements FROM ${table} WHERE transaction_id = ANY($1)`;
  return (await gateway.db.query(text, [ids])).rows[0].statements;
}

describe('orders that come together', () => {
  it('share commits, and every column is what it is alone', async () => {
    const fields = {
      ...{
        description: 'Say "é" \\ \\u0000 {}, 5 % off',
        metadata: '{"a":[1,"\\n"]}',
        lang: 'en',
        channels: 'MOBILE_MONEY',
      },
      customer: { first_name: "N'Guessan", address: '12, "rue" \\ des Jardins', phone_number: '+2250504315545' },
    };
    const alone = await stage.place(fields);
    const all = await Promise.all(numbers.map(() => stage.place(fields)));
    const ids = all.map(({ body }) => body.transaction_id as string);
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([201]));
    for (const table of ['transaction_moves', 'cinetpay_answers'])
      expect(await statementsOf(table, ids)).toBeLessThan(MANY);

    const shape = async (id: string): Promise<any> => {
      const text = JSON.stringify([await stage.row(id), await stage.history(id), await stage.events(id)]);
      return text
        .replaceAll(id, 'ID')
        .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, 'AN INSTANT')
        .replaceAll(/\/checkout\/\w+|"checkout_token":"\w+"/g, 'A TOKEN')
        .replaceAll(
          /"(payment_token|api_response_id|payment_url|duration_ms|answer_id|id)":("[^"]*"|\d+)/g,
          '"$1":SOME',
        )
        .replaceAll(/\/payment\/\w+/g, 'A COUNTER');
    };
    const expected = await shape(alone.body.transaction_id);
    for (const id of ids.slice(0, 10)) expect(await shape(id)).toBe(expected);
  });

  it('fail each by itself', async () => {
    const taken = await save({ idempotency_key: newId() });
    const orders = [
      ...numbers.map(() => newOrder()),
      ...[newOrder({ amount: 0 }), newOrder({ idempotency_key: taken.row.idempotency_key })],
    ];
    const results = await Promise.allSettled(orders.map((one) => store.insert(one, null)));
    for (const [n, one] of orders.slice(0, MANY).entries()) {
      expect(results[n]).toMatchObject({ status: 'fulfilled', value: { row: { transaction_id: one.transaction_id } } });
      expect(await stage.row(one.transaction_id)).toMatchObject({ status: 'created', lease_number: 1 });
    }
    expect(results[MANY]).toMatchObject({ reason: { constraint: 'payment_amount_check' } });
    expect(results[MANY + 1]).toEqual({ status: 'fulfilled', value: undefined });
  });

  it('of which several are the same: one is saved, the others find it', async () => {
    const key = newId();
    const results = await Promise.all(numbers.map(() => store.insert(newOrder({ idempotency_key: key }), null)));
    expect(results.filter((saved) => saved !== undefined)).toHaveLength(1);
    const { rows } = await gateway.db.query(
      'SELECT count(*)::int AS rows FROM transactions WHERE idempotency_key = $1',
      [key],
    );
    expect(rows).toEqual([{ rows: 1 }]);
  });
});

describe('settlements that come together', () => {
  it('share commits; what is outdated is refused, and nothing of it is written', async () => {
    const saved = await Promise.all(numbers.map(() => save()));
    const [outdated, lost, ...good] = saved;
    const results = await Promise.all([
      store.settle(expiry(outdated!, { row: { ...outdated!.row, revision: 7 } })),
      store.settle(expiry(lost!, { lease: 0 })),
      ...good.map((claim) => store.settle(expiry(claim))),
    ]);
    expect(results.slice(0, 2)).toEqual([undefined, undefined]);
    for (const { row } of [outdated!, lost!]) {
      expect(await stage.row(row.transaction_id)).toMatchObject({ status: 'created', revision: 1 });
      expect(await stage.events(row.transaction_id)).toEqual([]);
    }
    const ids = good.map(({ row }) => row.transaction_id);
    for (const [n, id] of ids.entries()) {
      expect(results[n + 2]).toMatchObject({ transaction_id: id, status: 'expired', revision: 2 });
      expect(await stage.row(id)).toMatchObject({ status: 'expired', revision: 2, lease_until: null });
      expect(await stage.events(id)).toEqual(['payment.expired']);
    }
    expect(await statementsOf('transactions', ids)).toBeLessThan(MANY / 2);
  });

  it('do not wait for the one whose row somebody holds, and it is written as soon as it is free', async () => {
    const saved = await Promise.all(numbers.map(() => save()));
    await holder.query('BEGIN');
    const held = saved[3]!.row.transaction_id;
    await holder.query('SELECT 1 FROM transactions WHERE transaction_id = $1 FOR UPDATE', [held]);
    let isWritten = false;
    const settled = saved.map((claim) => store.settle(expiry(claim)));
    const late = settled[3]!.then((row) => ((isWritten = true), row));
    const others = await Promise.all(settled.filter((_, n) => n !== 3));
    expect(others.every((row) => row?.status === 'expired')).toBe(true);
    expect(isWritten).toBe(false);
    await holder.query('COMMIT');
    expect(await late).toMatchObject({ transaction_id: held, status: 'expired' });
    expect(await stage.events(held)).toEqual(['payment.expired']);
  });

  it('of one payment: one is refused, as it was decided from a row that is no more', async () => {
    const claim = await save();
    const results = await Promise.all([store.settle(expiry(claim)), store.settle(expiry(claim))]);
    expect(results.filter((row) => row !== undefined)).toMatchObject([{ revision: 2 }]);
    expect(await stage.events(claim.row.transaction_id)).toEqual(['payment.expired']);
  });
});

describe('payments that are asked for together', () => {
  it('share statements, and each caller gets what it would get alone', async () => {
    const placed = await Promise.all(
      numbers.map((n) => stage.place({ description: `Order ${n}`, amount: 500 + 5 * n })),
    );
    const ids = placed.map(({ body }) => body.transaction_id as string);
    const alone = [];
    for (const id of ids) alone.push((await gateway.call('GET', `/v1/payments/${id}`)).body);
    const answers = await Promise.all(
      [...ids, 'UNKNOWN', ...ids].map((id) => gateway.call('GET', `/v1/payments/${id}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([...ids.map(() => 200), 404, ...ids.map(() => 200)]);
    expect(answers.slice(0, MANY).map(({ body }) => body)).toEqual(alone);
    expect(answers.slice(MANY + 1).map(({ body }) => body)).toEqual(alone);
  });
});

describe('the statement', () => {
  it.each([INSERT_MANY.plain, SETTLE, SETTLE_MANY, KEEP, KEEP_MANY, SHOW_MANY])(
    '$name finds its rows in a table that Postgres knows nothing about',
    async ({ name, text }) => {
      await holder.query('TRUNCATE transactions');
      const parameters = new Set(text.match(/\$\d+/g)).size;
      const nothing = Array.from({ length: parameters }, () => 'NULL').join();
      for (const mode of ['force_custom_plan', 'force_generic_plan']) {
        await holder.query(`SET plan_cache_mode = ${mode}`);
        await holder.query(`PREPARE ${name} AS ${text}`);
        const plan = (await holder.query(`EXPLAIN EXECUTE ${name}(${nothing})`)).rows
          .map((row) => row['QUERY PLAN'])
          .join('\n');
        await holder.query(`DEALLOCATE ${name}`);
        expect(plan).not.toMatch(/Seq Scan on transactions|Hash Join|Merge Join/);
      }
    },
  );
});
