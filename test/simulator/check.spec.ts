// Proves that POST /v2/payment/check answers exactly the documented fields in every state, and follows the settings where sources disagree.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, ledgerOf, order, RESPONSE_ID, start, XAF, XOF, type Answer } from './harness';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await start();
});
afterAll(() => simulator.close());
beforeEach(() => call('POST', `${simulator.url}/_sim/reset`));

const post = (path: string, body?: unknown): Promise<Answer> => call('POST', `${simulator.url}${path}`, body);
const put = (settings: unknown): Promise<Answer> => call('PUT', `${simulator.url}/_sim/settings`, settings);
const keys = { apikey: XOF.apikey, site_id: XOF.site_id };
const check = (transaction_id: string): Promise<Answer> => post('/v2/payment/check', { ...keys, transaction_id });
const act = (id: string, what: string, wishes?: unknown): Promise<Answer> =>
  post(`/_sim/transactions/${id}/${what}`, wishes);

async function created(changes: Record<string, unknown> = {}): Promise<{ id: string; token: string }> {
  const sent = order(changes);
  const { body } = await post('/v2/payment', sent);
  return { id: sent.transaction_id as string, token: body.data.payment_token };
}

const PENDING = {
  code: '662',
  message: 'WAITING_CUSTOMER_PAYMENT',
  description: 'waiting customer payment',
  data: {
    ...{ amount: '2500', currency: 'XOF', status: 'WAITING_FOR_CUSTOMER', payment_method: null, description: 'Order' },
    ...{ metadata: 'user001', operator_id: null, payment_date: ' ', fund_availability_date: null },
  },
  api_response_id: expect.stringMatching(RESPONSE_ID),
};
const DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const MIDNIGHT = /^\d{4}-\d\d-\d\d 00:00:00$/;

it('pending, then accepted', async () => {
  const { id } = await created({ metadata: 'user001' });
  expect((await check(id)).body).toEqual(PENDING);
  expect((await act(id, 'pay', { payment_method: 'MOMO', phone: '2250504315545' })).body).toEqual({
    ...{ transaction_id: id, state: 'accepted', changed: true },
  });
  const paid = await check(id);
  expect(paid.status).toBe(200);
  expect(paid.body).toEqual({
    code: '00',
    message: 'SUCCES',
    data: {
      ...{ amount: '2500', currency: 'XOF', status: 'ACCEPTED', payment_method: 'MOMO', description: 'Order' },
      ...{ metadata: 'user001', operator_id: expect.stringMatching(/^MP\d{6}\.\d{4}\.A\d{5}$/) },
      ...{ payment_date: expect.stringMatching(DATE), fund_availability_date: expect.stringMatching(MIDNIGHT) },
    },
    api_response_id: expect.stringMatching(RESPONSE_ID),
  });
});

it('cancelled: 627 over HTTP 200, no date of payment, yet a day of availability', async () => {
  const { id } = await created();
  await act(id, 'cancel');
  expect((await check(id)).body).toEqual({
    code: '627',
    message: 'TRANSACTION_CANCEL',
    description: 'transaction cancel',
    data: {
      ...{ amount: '2500', currency: 'XOF', status: 'REFUSED', payment_method: 'OM', description: 'Order' },
      ...{ metadata: null, operator_id: null, payment_date: ' ' },
      fund_availability_date: expect.stringMatching(MIDNIGHT),
    },
    api_response_id: expect.stringMatching(RESPONSE_ID),
  });
});

it.each([
  ['refuse', {}, '600', 'PAYMENT_FAILED', 'REFUSED'],
  ['refuse', { code: '602' }, '602', 'INSUFFICIENT_BALANCE', 'REFUSED'],
  ['cancel', { status: 'CANCELED' }, '627', 'TRANSACTION_CANCEL', 'CANCELED'],
  ['wait', {}, '623', 'WAITING_CUSTOMER_TO_VALIDATE', 'WAITING_FOR_CUSTOMER'],
  ['wait', { code: '664' }, '664', 'WAITING_CUSTOMER_PAYMENT_AT_OPERATOR_SIDE', 'WAITING_FOR_CUSTOMER'],
])('%s %o is %s', async (what, wishes, code, message, status) => {
  const { id } = await created();
  await act(id, what, wishes);
  const { body } = await check(id);
  expect([body.code, body.message, body.data.status]).toEqual([code, message, status]);
  expect(body.description).toMatch(/\w/);
});

it('finds by transaction_id first, else by token or payment_token', async () => {
  const { id, token } = await created({ metadata: 'user001' });
  for (const names of [{ token }, { payment_token: token }, { transaction_id: id, token: 'other' }]) {
    expect((await post('/v2/payment/check', { ...keys, ...names })).body).toEqual(PENDING);
  }
  expect((await post('/v2/payment/check', keys)).body.code).toBe('608');
});

it('unknown transaction, and another site’s: 608 without data, or 662 by setting', async () => {
  const { id, token } = await created();
  const other = { apikey: XAF.apikey, site_id: XAF.site_id };
  for (const names of [{ transaction_id: 'NOBODY' }, { transaction_id: id }, { token }]) {
    const { body } = await post('/v2/payment/check', { ...other, ...names });
    expect([body.code, 'data' in body]).toEqual(['608', false]);
  }
  await put({ unknown_check: '662', error_http_status: 400 });
  expect((await check('NOBODY')).body).toMatchObject({
    code: '662',
    description: expect.stringMatching(/\w/),
    data: { status: 'WAITING_FOR_CUSTOMER' },
  });
});

it('a counter nobody opened answers as set; an opened one 662', async () => {
  const { id, token } = await created();
  await put({ unopened_check: '623' });
  expect((await check(id)).body.code).toBe('623');
  await put({ unopened_check: '608' });
  expect((await check(id)).body.code).toBe('608');
  await fetch(`${simulator.url}/payment/${token}`);
  expect((await check(id)).body.code).toBe('662');
});

it('bad credentials: 609, 613', async () => {
  expect((await post('/v2/payment/check', { ...keys, apikey: 'x', transaction_id: 'A' })).body.code).toBe('609');
  expect((await post('/v2/payment/check', { ...keys, site_id: '1', transaction_id: 'A' })).body.code).toBe('613');
});

it('refused can be paid on the same counter, unless set otherwise; accepted never changes', async () => {
  const { id } = await created();
  await act(id, 'refuse');
  expect((await act(id, 'pay')).body).toMatchObject({ state: 'accepted', changed: true });
  for (const what of ['pay', 'refuse', 'cancel', 'wait']) {
    expect((await act(id, what)).body).toMatchObject({ state: 'accepted', changed: false });
  }
  await put({ accept_after_refused: false });
  const second = await created();
  await act(second.id, 'refuse');
  expect((await act(second.id, 'pay')).body).toMatchObject({ state: 'refused', changed: false });
  const { captures } = await ledgerOf(simulator);
  expect(captures).toEqual([expect.objectContaining({ transaction_id: id, amount: 2500, currency: 'XOF' })]);
});

it('a counter can have a lifetime, after which the check says 625; amounts can be written with decimals', async () => {
  const { id, token } = await created();
  await put({ amount_format: 'decimal' });
  expect((await check(id)).body.data.amount).toBe('2500.00');
  await put({ counter_lifetime_seconds: 0 });
  expect((await check(id)).body.code).toBe('625');
  expect((await fetch(`${simulator.url}/payment/${token}`)).status).toBe(410);
  expect((await act(id, 'pay')).body).toMatchObject({ state: 'created', changed: false });
});

it('settings merge, and a reset brings back the first ones', async () => {
  await put({ strict: true, notify: { copies: 3 } });
  const { body } = await put({ rate_per_second: 5 });
  expect(body).toMatchObject({ strict: true, rate_per_second: 5, notify: { copies: 3, delay_ms: 0 } });
  await post('/_sim/reset');
  const fresh = (await call('GET', `${simulator.url}/_sim/settings`)).body;
  expect(fresh).toMatchObject({ strict: false, rate_per_second: null, notify: { copies: 1 } });
});
