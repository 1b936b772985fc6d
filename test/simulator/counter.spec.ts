// Proves that a person without JavaScript can pay, refuse, cancel, wait and walk away at the counter, and that nothing a merchant sends breaks the page.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import type { Transaction } from '../../simulator/state/transaction';
import { call, CDF, ledgerOf, Merchant, order, start, until, USD, XOF, type Answer } from './harness';

let simulator: RunningSimulator;
let merchant: Merchant;
beforeAll(async () => {
  [simulator, merchant] = await Promise.all([start(), new Merchant().open()]);
});
afterAll(() => Promise.all([simulator.close(), merchant.close()]));
beforeEach(() => call('POST', `${simulator.url}/_sim/reset`));

interface Counter {
  id: string;
  url: string;
  token: string;
}
async function counter(changes: Record<string, unknown> = {}, site = XOF): Promise<Counter> {
  const sent = order({ notify_url: merchant.url, ...changes }, site);
  const { data } = (await call('POST', `${simulator.url}/v2/payment`, sent)).body;
  return { id: sent.transaction_id as string, url: data.payment_url, token: data.payment_token };
}
const look = (at: Counter): Promise<Answer> => call('GET', at.url);
const submit = (at: Counter, fields: Record<string, string>): Promise<Answer> =>
  call('POST', at.url, new URLSearchParams(fields).toString(), { 'Content-Type': 'application/x-www-form-urlencoded' });
const shown = async (at: Counter): Promise<Transaction> =>
  (await call('GET', `${simulator.url}/_sim/transactions/${at.id}`)).body.transaction as Transaction;

const CARD = {
  ...{ customer_name: 'Doe', customer_surname: 'John', customer_email: 'j@example.com', customer_zip_code: '06510' },
  ...{ customer_phone_number: '2250504315545', customer_address: 'BP 0024', customer_city: 'Abidjan' },
  ...{ customer_country: 'CI', customer_state: 'CI' },
};

describe('the page', () => {
  it('shows what is to be paid, in the order’s language, with everything escaped', async () => {
    const nasty = '<script>alert(1)</script>"\'';
    const at = await counter({
      lang: 'FR',
      description: nasty,
      invoice_data: { 'Reste à payer': '25 000fr', [nasty]: nasty },
    });
    const { text, status } = await look(at);
    expect(status).toBe(200);
    expect(text).toContain('<html lang="fr">');
    expect(text).toMatch(/2\s500 XOF/);
    expect(text).toContain('Reste à payer');
    expect(text).not.toContain('<script');
    expect((await look(await counter({ lang: 'en' }))).text).toContain('<html lang="en">');
  });

  it('offers the currency’s operators in the asked channels, cards only with a whole card block', async () => {
    const all = (await look(await counter(CARD))).text;
    for (const operator of ['OM', 'WAVECI', 'VISAM', 'TmoneyTG']) expect(all).toContain(`value="${operator}"`);
    expect((await look(await counter())).text).not.toContain('VISAM');
    const mobile = (await look(await counter({ ...CARD, channels: 'MOBILE_MONEY' }))).text;
    expect(mobile).toContain('value="FLOOZ"');
    expect(mobile).not.toMatch(/WAVE|VISAM/);
    const card = (await look(await counter({ ...CARD, channels: 'CREDIT_CARD' }, USD))).text;
    expect(card).toContain('VISAMCDUSD');
    expect(card).not.toContain('MPESA');
    expect((await look(await counter({ channels: 'WALLET' }, USD))).text).not.toContain('value="pay"');
    expect((await look(await counter({}, CDF))).text).toContain('value="MPESACD"');
  });

  it('fixes a locked phone number', async () => {
    const at = await counter({ lock_phone_number: true, customer_phone_number: '2250504315545' });
    expect((await look(at)).text).toContain('value="2250504315545" readonly');
    await submit(at, { act: 'pay', payment_method: 'MOMO', phone: '2250700000000' });
    expect(await shown(at)).toMatchObject({ paid_prefix: '225', paid_number: '0504315545', payment_method: 'MOMO' });
  });

  it('does not know foreign tokens', async () => {
    expect((await call('GET', `${simulator.url}/payment/abc`)).status).toBe(404);
    expect((await call('POST', `${simulator.url}/payment/abc`)).status).toBe(404);
  });
});

it.each([
  ['pay', 'accepted', 'SUCCES'],
  ['refuse', 'refused', 'PAYMENT_FAILED'],
  ['cancel', 'cancelled', 'TRANSACTION_CANCEL'],
])('%s: notifies, then posts the browser back with transaction_id and token', async (act, state, message) => {
  const at = await counter();
  const { text } = await submit(at, { act, payment_method: 'OM', phone: '0707070707' });
  expect(await shown(at)).toMatchObject({ state, paid_number: '0707070707', paid_prefix: '225' });
  expect(text).toContain('method="post" action="https://shop.example/thanks"');
  expect(text).toContain(`name="transaction_id" value="${at.id}"`);
  expect(text).toContain(`name="token" value="${at.token}"`);
  expect(text).toContain('.submit()');
  await until(
    () => merchant.posts().filter(({ raw }) => raw.includes(`cpm_trans_id=${at.id}&`)),
    (posts) => posts.length === 1 && posts[0]?.raw.endsWith(`cpm_error_message=${message}`) === true,
  );
});

it('wait keeps the counter open; walking away changes nothing', async () => {
  const at = await counter();
  expect((await submit(at, { act: 'wait', payment_method: 'MOMO' })).text).toContain('role="status"');
  expect(await shown(at)).toMatchObject({ state: 'waiting', code: '623' });
  const left = await submit(at, { act: 'leave' });
  expect(left.text).toContain('href=""');
  expect(await shown(at)).toMatchObject({ state: 'waiting' });
  await submit(at, { act: 'pay' });
  expect(await shown(at)).toMatchObject({ state: 'accepted', payment_method: 'MOMO' });
});

it('paying in two tabs takes the money once', async () => {
  const at = await counter();
  await Promise.all([submit(at, { act: 'pay' }), submit(at, { act: 'pay' }), look(at)]);
  expect((await ledgerOf(simulator)).captures).toHaveLength(1);
  expect((await look(at)).text).toContain('id="return"');
});

it('a refused payment can be tried again, unless set otherwise', async () => {
  const at = await counter();
  await submit(at, { act: 'refuse' });
  expect((await look(at)).text).toContain('value="pay"');
  await call('PUT', `${simulator.url}/_sim/settings`, { accept_after_refused: false });
  expect((await look(at)).text).not.toContain('value="pay"');
});

it.each([
  ['an act that does not exist', { act: 'steal' }],
  ['an operator that is not offered', { act: 'pay', payment_method: 'VISAM' }],
  ['a phone number that is none', { act: 'pay', phone: 'mine' }],
])('refuses %s', async (_what, fields) => {
  const at = await counter();
  expect((await submit(at, fields)).status).toBe(400);
  expect(await shown(at)).toMatchObject({ state: 'created' });
});

describe('seamless', () => {
  it('serves the script with the official functions and this simulator’s address', async () => {
    const { text, headers } = await call('GET', `${simulator.url}/seamless/main.js`);
    expect(headers.get('content-type')).toContain('text/javascript');
    for (const name of ['setConfig', 'getCheckout', 'waitResponse', 'onError', 'onClose']) expect(text).toContain(name);
    expect(text).toContain(JSON.stringify(simulator.url));
  });

  it('gives the result to the browser that started it, in the documented shape', async () => {
    const at = await counter({ return_url: undefined, device_id: 'device1', metadata: 'm' });
    const ask = (): Promise<Answer> => call('GET', `${simulator.url}/v2/seamless/result/device1`);
    expect((await ask()).status).toBe(204);
    const { text } = await submit(at, { act: 'pay', payment_method: 'OM' });
    expect(text).not.toContain('<form');
    const answer = await ask();
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.body).toEqual({
      ...{ amount: '2500', currency: 'XOF', status: 'ACCEPTED', payment_method: 'OM', description: 'Order' },
      ...{ metadata: 'm', operator_id: expect.any(String), payment_date: expect.stringMatching(/^\d{4}-/) },
    });
  });

  describe('a page that lost its socket', () => {
    const move = (fields: unknown): Promise<Answer> => call('POST', `${simulator.url}/v2/seamless/device`, fields);
    const moved = { old_device_id: 'device1', new_device_id: 'device2' };

    it('goes on under its new device, which its open order has from then on', async () => {
      const at = await counter({ return_url: undefined, device_id: 'device1' });
      const answer = await move(moved);
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
      expect(answer.body).toMatchObject({ code: '202', description: expect.stringMatching(/\w/) });
      expect(await shown(at)).toMatchObject({ device_id: 'device2' });
      await submit(at, { act: 'pay' });
      expect((await call('GET', `${simulator.url}/v2/seamless/result/device2`)).status).toBe(200);
      const { calls } = await ledgerOf(simulator);
      expect(calls.find(({ operation }) => operation === 'device')).toMatchObject({
        ...{ site_id: XOF.site_id, transaction_id: at.id, answered: 200, code: '202' },
      });
    });

    it('is told the same when no order waits, and 608 only where a device is missing', async () => {
      expect((await move(moved)).body.code).toBe('202');
      const refused = await move({ new_device_id: 'device2' });
      expect([refused.status, refused.body.code]).toEqual([400, '608']);
      expect(refused.body.description).toContain('old_device_id');
      expect((await ledgerOf(simulator)).calls.map(({ site_id, code }) => [site_id, code])).toEqual([
        ...[
          [null, '202'],
          [null, '608'],
        ],
      ]);
    });

    it('counts against the rate of its site, and can be hit by a fault', async () => {
      await counter({ return_url: undefined, device_id: 'device1' });
      await call('PUT', `${simulator.url}/_sim/settings`, { rate_per_second: 0 });
      expect((await move(moved)).status).toBe(429);
      await call('PUT', `${simulator.url}/_sim/faults`, {
        rules: [{ operation: 'device', kind: 'status', status: 503 }],
      });
      expect((await move(moved)).status).toBe(503);
    });
  });
});
