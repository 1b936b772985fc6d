// Proves that notifications are what CinetPay sends: a ping, then a form of sixteen fields in order, signed; late, many or again as set.
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FORM_FIELDS, xToken, type NotificationForm } from '../../simulator/notify/x-token';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, ledgerOf, Merchant, order, start, until, XOF, type Answer, type Received } from './harness';

let simulator: RunningSimulator;
let merchant: Merchant;
beforeAll(async () => {
  simulator = await start();
});
afterAll(() => simulator.close());
beforeEach(async () => {
  await call('POST', `${simulator.url}/_sim/reset`);
  merchant = await new Merchant().open();
});
afterEach(() => merchant.close());

const put = (settings: unknown): Promise<Answer> => call('PUT', `${simulator.url}/_sim/settings`, settings);
const putFaults = (rules: unknown[]): Promise<Answer> =>
  call('PUT', `${simulator.url}/_sim/faults`, { seed: 1, rules });
const act = (id: string, what: string, wishes?: unknown): Promise<Answer> =>
  call('POST', `${simulator.url}/_sim/transactions/${id}/${what}`, wishes);

async function created(changes: Record<string, unknown> = {}): Promise<string> {
  const sent = order({ notify_url: merchant.url, ...changes });
  const answer = await call('POST', `${simulator.url}/v2/payment`, sent);
  expect(answer.body.code).toBe('201');
  return sent.transaction_id as string;
}

const posts = (count: number): Promise<Received[]> =>
  until(
    () => merchant.posts(),
    (seen) => seen.length >= count,
  );
const field = ({ fields }: Received, name: string): string => fields.find(([key]) => key === name)?.[1] ?? '';
const signed = ({ fields, headers }: Received): boolean => {
  const message = fields.map(([, value]) => value).join('');
  return createHmac('sha256', XOF.secret_key).update(message).digest('hex') === headers['x-token'];
};

describe('x-token', () => {
  const values = [
    ...['123456', 'TX20240101A', '2024-01-01 12:00:00', '1000', 'XOF', '0123456789abcdef0123456789abcdef', 'OM'],
    ...['0707070707', '225', 'fr', 'V4', 'Single', 'Payment', 'eyJhIjoxfQ==', 'Test order', 'SUCCES'],
  ];
  const vectorA = Object.fromEntries(FORM_FIELDS.map((name, index) => [name, values[index]])) as NotificationForm;

  it.each([
    ['A', {}, '6913ff211de3a49ae17f5ebd53bd9d9363e8f66f9b6f23492be61bd4b6f5b80e'],
    ['B', { cpm_custom: '' }, '4c752e6af29aa61a7dd7a51391742c500c0033ec37f0137b12caa5bb6010289d'],
    [
      'C',
      {
        ...{ payment_method: '', cel_phone_num: '', cpm_phone_prefixe: '', cpm_custom: '' },
        ...{ cpm_designation: 'Achat été', cpm_error_message: 'TRANSACTION_CANCEL' },
      },
      'f4af88c0ebe5f0900572e7ac370ccdf4ac363992055090bc269b23b533325e50',
    ],
  ])('vector %s', (_name, changes, expected) => {
    expect(xToken({ ...vectorA, ...changes }, 'test-secret-key')).toBe(expected);
  });
});

it('pings once by GET, then posts sixteen fields in signing order, signed with the site’s secret', async () => {
  const id = await created({ metadata: 'bDA=', description: 'Achat été', lang: 'en' });
  await act(id, 'pay', { payment_method: 'FLOOZ', phone: '2250104315545' });
  const [first] = await posts(1);
  expect(merchant.received.map(({ method }) => method)).toEqual(['GET', 'POST']);
  expect(first?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(first?.fields).toEqual([
    ['cpm_site_id', XOF.site_id],
    ['cpm_trans_id', id],
    ['cpm_trans_date', expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)],
    ['cpm_amount', '2500'],
    ['cpm_currency', 'XOF'],
    ['signature', expect.stringMatching(/^[0-9a-f]{32}$/)],
    ['payment_method', 'FLOOZ'],
    ['cel_phone_num', '0104315545'],
    ['cpm_phone_prefixe', '225'],
    ['cpm_language', 'en'],
    ['cpm_version', 'V4'],
    ['cpm_payment_config', 'Single'],
    ['cpm_page_action', 'Payment'],
    ['cpm_custom', 'bDA='],
    ['cpm_designation', 'Achat été'],
    ['cpm_error_message', 'SUCCES'],
  ]);
  expect(signed(first as Received)).toBe(true);
});

it('tells of every change, in order, with one ping in all', async () => {
  const id = await created();
  for (const what of ['wait', 'refuse', 'pay']) await act(id, what);
  const messages = (await posts(3)).map((post) => field(post, 'cpm_error_message'));
  expect(messages).toEqual(['WAITING_CUSTOMER_TO_VALIDATE', 'PAYMENT_FAILED', 'SUCCES']);
  expect(merchant.received.filter(({ method }) => method === 'GET')).toHaveLength(1);
});

it('copies, delay and reversed order as set', async () => {
  await put({ notify: { copies: 2, delay_ms: 80, order: 'reversed' } });
  const id = await created();
  await act(id, 'refuse');
  await act(id, 'pay');
  expect(merchant.received).toEqual([]);
  const messages = (await posts(4)).map((post) => field(post, 'cpm_error_message'));
  expect(messages).toEqual(['SUCCES', 'SUCCES', 'PAYMENT_FAILED', 'PAYMENT_FAILED']);
});

it('the ledger keeps what was answered; nobody listening is none; no second try unless set', async () => {
  merchant.status = 503;
  const id = await created();
  await act(id, 'pay');
  const deaf = await created({ notify_url: 'http://127.0.0.1:9/notify' });
  await act(deaf, 'pay');
  const ledger = await until(
    () => ledgerOf(simulator),
    ({ notifications }) => notifications.length === 2 && notifications.every((one) => one.answered !== null),
  );
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/);
  const entry = { at, site_id: XOF.site_id, message: 'SUCCES', genuine: true };
  expect(ledger.notifications).toEqual(
    expect.arrayContaining([
      { ...entry, transaction_id: id, answered: 503 },
      { ...entry, transaction_id: deaf, answered: 'none' },
    ]),
  );
  expect(ledger.pings).toHaveLength(2);
  await put({ notify: { retry_seconds: [0.01, 0.01] } });
  await act(await created(), 'pay');
  await posts(4);
});

describe('faults', () => {
  it('lost: nothing leaves', async () => {
    await putFaults([{ operation: 'notify', kind: 'lost', times: 1 }]);
    const id = await created();
    await act(id, 'refuse');
    await act(id, 'pay');
    expect((await posts(1)).map((post) => field(post, 'cpm_error_message'))).toEqual(['SUCCES']);
  });

  it('late: after those that were announced later', async () => {
    await putFaults([{ operation: 'notify', kind: 'late', delay_ms: 100, times: 1 }]);
    const id = await created();
    await act(id, 'refuse');
    await act(id, 'pay');
    const messages = (await posts(2)).map((post) => field(post, 'cpm_error_message'));
    expect(messages).toEqual(['SUCCES', 'PAYMENT_FAILED']);
  });

  it('duplicate: twice the same', async () => {
    await putFaults([{ operation: 'notify', kind: 'duplicate' }]);
    await act(await created(), 'pay');
    const [first, second] = await posts(2);
    expect(second?.raw).toBe(first?.raw);
  });

  it('forged: one with a token nobody signed, beside the real one', async () => {
    await putFaults([{ operation: 'notify', kind: 'forged' }]);
    await act(await created(), 'refuse');
    const both = await posts(2);
    expect(both.map(signed).sort()).toEqual([false, true]);
    const lie = both.find((post) => !signed(post)) as Received;
    expect(field(lie, 'cpm_error_message')).toBe('SUCCES');
  });

  it('wrong_amount and wrong_currency: signed lies', async () => {
    await putFaults([
      { operation: 'notify', kind: 'wrong_amount', times: 1 },
      { operation: 'notify', kind: 'wrong_currency', times: 1 },
    ]);
    const id = await created();
    await act(id, 'refuse');
    await act(id, 'pay');
    const both = await posts(2);
    expect(both.map(signed)).toEqual([true, true]);
    expect(both.map((post) => [field(post, 'cpm_amount'), field(post, 'cpm_currency')])).toEqual([
      ['2505', 'XOF'],
      ['2500', 'XAF'],
    ]);
  });

  it('early: paid and notified before the initiation is answered', async () => {
    await putFaults([{ operation: 'notify', kind: 'early', times: 1 }]);
    const id = await created();
    expect(merchant.posts().map((post) => field(post, 'cpm_trans_id'))).toEqual([id]);
  });
});
