// Proves what a client's check says in each state of a payment, that it asks CinetPay when its word is old, and that nobody learns of another's.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { clientOf, formOf, wireOrder, type Client } from './client';

let gateway: TestGateway;
let stage: Stage;
let client: Client;
let transaction_id: string;
let payment_token: string;
beforeAll(async () => {
  // No worker: only a client's question makes us ask.
  gateway = await startTestGateway({ env: { ROLES: 'api', CHECK_SCHEDULE_SECONDS: '86400' } });
  stage = stageOf(gateway);
  client = clientOf(gateway);
});
afterAll(() => gateway.close());

async function place(overrides: Record<string, unknown> = {}): Promise<void> {
  const order = wireOrder({ metadata: { cart: 7 }, ...overrides });
  transaction_id = String(order.transaction_id);
  payment_token = (await client.pay(order)).body.data.payment_token;
}

beforeEach(async () => {
  await stage.faults();
  await place();
});

const check = (): Promise<Answer> => client.check({ transaction_id });
const asked = async (): Promise<number> => (await stage.requests(transaction_id, 'check')).length;
/** As if so many seconds had passed since CinetPay's last word and since the last wake. */
const later = (seconds: number): Promise<unknown> =>
  gateway.db.query(
    `WITH old AS (UPDATE cinetpay_answers SET asked_at = asked_at - $2 * interval '1 second' WHERE transaction_id = $1)
    UPDATE transactions SET wake_allowed_at = wake_allowed_at - $2 * interval '1 second' WHERE transaction_id = $1`,
    [transaction_id, seconds],
  );
const change = (columns: string): Promise<unknown> =>
  gateway.db.query(`UPDATE transactions SET ${columns} WHERE transaction_id = $1`, [transaction_id]);

const DATE = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
const state = (status: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...{ amount: '2500', currency: 'XOF', status, payment_method: null, description: 'TRANSACTION DESCRIPTION' },
  ...{ metadata: '{"cart":7}', operator_id: null, payment_date: ' ', fund_availability_date: null, ...more },
});

function expectState({ status, body }: Answer, code: string, message: string, data: Record<string, unknown>): void {
  expect(status).toBe(200);
  // CinetPay's SDK for Laravel reads a description of every answer but 00.
  const described = code === '00' ? {} : { description: expect.stringMatching(/\w/) };
  const api_response_id = expect.stringMatching(/^\d{10}\.\d{4}$/);
  expect(body).toEqual({ code, message, data, ...described, api_response_id });
}

const expectWaiting = (answer: Answer): void =>
  expectState(answer, '662', 'WAITING_CUSTOMER_PAYMENT', state('WAITING_FOR_CUSTOMER'));

describe('a payment', () => {
  it('that nobody has paid is waited for', async () => expectWaiting(await check()));

  it('that is paid is 00 with everything CinetPay says of it', async () => {
    await stage.act(transaction_id, 'pay', { payment_method: 'MOMO' });
    const paid = state('ACCEPTED', {
      ...{ payment_method: 'MOMO', operator_id: expect.any(String), payment_date: DATE },
      fund_availability_date: expect.stringMatching(/^\d{4}-\d\d-\d\d 00:00:00$/),
    });
    expectState(await check(), '00', 'SUCCES', paid);
    expectState(await check(), '00', 'SUCCES', paid);
    expect(await asked()).toBe(1);
    const { rows } = await gateway.db.query(
      "SELECT data ->> 'payment_date' AS date FROM cinetpay_answers WHERE transaction_id = $1 AND code = '00'",
      [transaction_id],
    );
    expect((await check()).body.data.payment_date).toBe(rows[0].date);
  });

  it.each([
    ['refuse', '600', 'PAYMENT_FAILED'],
    ['cancel', '627', 'TRANSACTION_CANCEL'],
  ] as const)('after "%s" is REFUSED with its code %s', async (what, code, message) => {
    await stage.act(transaction_id, what);
    const { status, body } = await check();
    expect([status, body.code, body.message, body.data.status]).toEqual([200, code, message, 'REFUSED']);
    expect(body.data).toMatchObject({ amount: '2500', currency: 'XOF', payment_date: ' ' });
  });

  it('that an admin refused is 600', async () => {
    const admin = await gateway.createKey('root', ['admin']);
    const path = `/v1/payments/${transaction_id}/review`;
    const wish = { resolution: 'refused', note: 'by telephone' };
    const review = await gateway.call('POST', path, wish, { authorization: `Bearer ${admin}` });
    expect(review.status).toBe(200);
    expectState(await check(), '600', 'PAYMENT_FAILED', state('REFUSED'));
  });

  it('that CinetPay does not know yet is waited for', async () => {
    await stage.faults({ operation: 'payment', kind: 'status', status: 503 });
    await place();
    expect((await stage.row(transaction_id)).status).toBe('created');
    expectWaiting(await check());
  });

  it('that is expired is waited for, without a question', async () => {
    await change(`status = 'expired'`);
    expectWaiting(await check());
    expect(await asked()).toBe(0);
  });

  it('whose money contradicts the order is waited for', async () => {
    await stage.act(transaction_id, 'pay');
    await stage.faults({ operation: 'check', kind: 'wrong_amount' });
    const { body } = await check();
    expect([body.code, body.data.status, body.data.amount]).toEqual(['662', 'WAITING_FOR_CUSTOMER', '2500']);
    expect((await stage.row(transaction_id)).needs_review).toBe(true);
    await change(`status = 'refused', checks_from = now()`);
    expect((await check()).body.code).toBe('662');
  });

  it('that is paid twice over is paid', async () => {
    await stage.act(transaction_id, 'pay');
    await check();
    await change('needs_review = true');
    expect((await check()).body.code).toBe('00');
  });

  it('that CinetPay rejected is 600', async () => {
    await change(`status = 'rejected', next_check_at = NULL`);
    expectState(await check(), '600', 'PAYMENT_FAILED', state('REFUSED'));
    expect(await asked()).toBe(0);
  });

  it('that came through /v1 can be asked about too', async () => {
    const placed = await stage.place();
    const { body } = await client.check({ transaction_id: placed.body.transaction_id });
    expect([body.code, body.data.description]).toEqual(['662', 'Order 1234']);
  });
});

describe("CinetPay's word", () => {
  it('is asked for when it is older than 2 s, and not before', async () => {
    await check();
    await Promise.all(Array.from({ length: 5 }, check));
    expect(await asked()).toBe(1);
    await later(1);
    await check();
    expect(await asked()).toBe(1);
    await later(2);
    await stage.act(transaction_id, 'pay');
    expect((await check()).body.code).toBe('00');
    expect(await asked()).toBe(2);
  });

  it('is not waited for when it does not come: the last one stands', async () => {
    await stage.faults({ operation: 'check', kind: 'status', status: 503 });
    expectWaiting(await check());
    expect((await stage.row(transaction_id)).status).toBe('pending');
  });

  it('is one question however many ask at once', async () => {
    await stage.faults({ operation: 'check', kind: 'delay', delay_ms: 300 });
    await Promise.all(Array.from({ length: 20 }, check));
    expect(await asked()).toBe(1);
  });

  it('is not asked for where the budget has nothing left', async () => {
    await gateway.db.query(`UPDATE site_states SET paused_until = 'infinity', pause_cause = 'operator'`);
    expectWaiting(await check());
    expect(await asked()).toBe(0);
    await gateway.db.query('UPDATE site_states SET paused_until = NULL, pause_cause = NULL');
  });
});

describe('a question', () => {
  it('may name the payment by token or payment_token, and the id decides where both are there', async () => {
    const first = { id: transaction_id, token: payment_token };
    await place({ amount: 5000 });
    for (const name of ['token', 'payment_token']) {
      const { body } = await client.check({ [name]: first.token });
      expect([body.code, body.data.amount]).toEqual(['662', '2500']);
    }
    const both = await client.check({ transaction_id, token: first.token, payment_token: first.token });
    expect(both.body.data.amount).toBe('5000');
    const two = await client.check({ token: first.token, payment_token });
    expect(two.body.data.amount).toBe('2500');
    const empty = await client.check({ transaction_id: '', token: null, payment_token: first.token });
    expect(empty.body.data.amount).toBe('2500');
  });

  it('may send one text as id and as token, and means whichever it is; a token beside another id counts for nothing', async () => {
    for (const either of [transaction_id, payment_token]) {
      const { body } = await client.check({ transaction_id: either, token: either });
      expect([body.code, body.data.amount]).toEqual(['662', '2500']);
    }
    const { body } = await client.check({ transaction_id: 'NOBODYS', token: payment_token });
    expect([body.code, body.data]).toEqual(['608', undefined]);
  });

  it('may be a form, and may hold more', async () => {
    const fields = { apikey: gateway.apiKey, site_id: 100001, transaction_id, cpm_version: 'V4' };
    const { body } = await client.send(formOf(fields), 'application/x-www-form-urlencoded', '/check');
    expect(body.code).toBe('662');
  });

  it('may name a numeric id as a number', async () => {
    await place({ transaction_id: 7700155 });
    expect((await client.check({ transaction_id: 7700155 })).body.code).toBe('662');
  });

  it.each<[what: string, fields: () => Record<string, unknown>, described: string]>([
    ['an unknown id', () => ({ transaction_id: 'NOBODYS' }), 'transaction_id names no transaction'],
    ['an unknown token', () => ({ token: 'a'.repeat(42) }), 'token names no transaction'],
    ['what can be no token', () => ({ payment_token: "' OR 1=1 --" }), 'payment_token names no transaction'],
    ['an id for a token', () => ({ token: transaction_id }), 'token names no transaction'],
    ['nothing', () => ({}), 'transaction_id or token is required'],
    ['an id that is no text', () => ({ transaction_id: { a: 1 } }), 'transaction_id must be a text'],
  ])('about %s is answered with 608 and no data', async (_what, fields, description) => {
    const { status, body } = await client.check(fields());
    expect(status).toBe(400);
    expect(body).toEqual({
      ...{ code: '608', message: 'MINIMUM_REQUIRED_FIELDS', description },
      api_response_id: expect.any(String),
    });
  });

  it("about another caller's payment is answered like one about none, even to an admin", async () => {
    for (const [caller, scopes] of [
      ['other', ['payments']],
      ['rooter', ['admin']],
    ] as const) {
      const stranger = clientOf({ url: gateway.url, apiKey: await gateway.createKey(caller, [...scopes]) });
      for (const fields of [{ transaction_id }, { token: payment_token }, { payment_token }]) {
        const [name] = Object.keys(fields);
        const { status, body, text } = await stranger.check(fields);
        expect([status, body.code, body.description]).toEqual([400, '608', `${name!} names no transaction`]);
        expect(text).not.toMatch(/2500|XOF|DESCRIPTION|cart/);
      }
    }
    expect(await asked()).toBe(0);
  });

  it('is told what the row says after a notification, without a question of its own', async () => {
    const worker = await startTestGateway({ database: gateway.database, simulator: gateway.simulator });
    try {
      await stage.act(transaction_id, 'pay');
      await request('POST', `${gateway.url}/checkout/${payment_token}/return`);
      await eventually(async () => (await stage.row(transaction_id)).status === 'accepted', 15_000);
      const before = await asked();
      expect((await check()).body.code).toBe('00');
      expect(await asked()).toBe(before);
    } finally {
      await worker.close();
    }
  });
});
