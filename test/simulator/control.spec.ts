// Proves that a control call with a mistake is refused whole, in words that name each field, and that a call reaches the site it names.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, CDF, ledgerOf, Merchant, order, start, until, XAF, XOF, type Answer } from './harness';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await start();
});
afterAll(() => simulator.close());
beforeEach(() => call('POST', `${simulator.url}/_sim/reset`));

const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
  call(method, `${simulator.url}/_sim/${path}`, body);
async function created(changes: Record<string, unknown> = {}, site = XOF): Promise<string> {
  const sent = order(changes, site);
  await call('POST', `${simulator.url}/v2/payment`, sent);
  return String(sent.transaction_id);
}

const DELAY = { operation: 'payment', kind: 'delay' };

it.each([
  ['a misspelt field', { rules: [{ ...DELAY, stauts: 500 }] }, 'rules[0].stauts is unknown'],
  ['a status that is no number', { rules: [{ ...DELAY, status: 'abc' }] }, 'rules[0].status must be a whole number'],
  ['a status that HTTP cannot send', { rules: [{ ...DELAY, status: 99 }] }, 'rules[0].status'],
  ['a probability above 1', { rules: [{ ...DELAY, probability: 50 }] }, 'rules[0].probability'],
  ['half a time', { rules: [{ ...DELAY, times: 0.5 }] }, 'rules[0].times'],
  ['a delay that is text', { rules: [{ ...DELAY, delay_ms: '1 s' }] }, 'rules[0].delay_ms'],
  ['a Retry-After that is text', { rules: [{ ...DELAY, retry_after: '7\r\nX: y' }] }, 'rules[0].retry_after'],
  ['an unknown kind', { rules: [DELAY, { operation: 'payment', kind: 'forged' }] }, 'rules[1].kind'],
  ['an unknown operation', { rules: [{ operation: 'refund', kind: 'delay' }] }, 'rules[0].operation'],
  ['a rule that is null', { rules: [null] }, 'rules[0] must be an object'],
  ['a misspelt plan', { sead: 1, rules: [DELAY] }, 'sead is unknown'],
  ['a seed that is text', { seed: '1', rules: [DELAY] }, 'seed'],
  ['no rules', {}, 'rules is missing'],
  ['too many rules', { rules: Array.from({ length: 1_001 }, () => DELAY) }, 'rules'],
  ['null', null, 'the body must be an object'],
  ['a text', '"rules"', 'the body must be an object'],
  ['no JSON', '{', 'JSON'],
])('faults with %s: 400, and the rules stay', async (_what, plan, words) => {
  const before = { seed: 7, rules: [{ ...DELAY, times: 3 }] };
  await control('PUT', 'faults', before);
  const refused = await control('PUT', 'faults', plan === null ? 'null' : plan);
  expect([refused.status, refused.body.error]).toEqual([400, expect.stringContaining(words)]);
  expect((await control('GET', 'faults')).body).toMatchObject(before);
});

it.each([
  ['a misspelt setting', { strict: true, strictt: true }, 'strictt is unknown'],
  ['a misspelt part of notify', { strict: true, notify: { copys: 2 } }, 'notify.copys is unknown'],
  ['copies below 0', { strict: true, notify: { copies: -1 } }, 'notify.copies'],
  ['copies beyond measure', { strict: true, notify: { copies: 1e9 } }, 'notify.copies'],
  ['a pause that is text', { strict: true, notify: { retry_seconds: [1, 'x'] } }, 'notify.retry_seconds[1]'],
  ['a status that is text', { strict: true, error_http_status: '400' }, 'error_http_status must be one of 200, 400'],
  ['half a site', { strict: true, sites: [{ site_id: '1' }] }, 'sites[0].apikey is missing'],
  ['a misspelt site', { strict: true, sites: [{ ...XOF, min_amuont: 5 }] }, 'sites[0].min_amuont is unknown'],
  ['a currency that is none', { strict: true, sites: [{ ...XOF, currency: 'EUR' }] }, 'sites[0].currency'],
  ['a list', [], 'the body must be an object'],
])('settings with %s: 400, and nothing of it is taken', async (_what, patch, words) => {
  const refused = await control('PUT', 'settings', patch);
  expect([refused.status, refused.body.error]).toEqual([400, expect.stringContaining(words)]);
  expect((await control('GET', 'settings')).body).toMatchObject({ strict: false, notify: { copies: 1 } });
});

it('names every fault at once, and counts those beyond twenty', async () => {
  const { body } = await control('PUT', 'settings', { strict: 1, magic_amounts: 2 });
  expect(body.error).toBe('settings: strict must be true or false; magic_amounts must be true or false');
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`x${index}`, 1]));
  expect((await control('PUT', 'settings', many)).body.error).toMatch(/x19 is unknown; and 5 more$/);
});

it('takes the gateway’s own site file', async () => {
  const site = { ...XOF, name: 'Shop', default: true, seamless: false, callers: ['shop'], secret_keys_previous: [] };
  expect((await control('PUT', 'settings', { sites: [site] })).status).toBe(200);
});

describe('what a customer does', () => {
  it.each([
    ['pay', { payment_method: 'NOPE' }, 'payment_method must be one of OM, '],
    ['pay', { payment_method: 'OMCM' }, 'payment_method'],
    ['pay', { payment_methd: 'OM' }, 'payment_methd is unknown'],
    ['pay', { phone: 'mine' }, 'phone'],
    ['pay', { phone: 707070707 }, 'phone'],
    ['pay', { code: '600' }, 'code is unknown'],
    ['refuse', { code: '00' }, 'code'],
    ['refuse', { status: '' }, 'status'],
    ['wait', { code: '600' }, 'code must be one of 623, '],
    ['cancel', '{', 'JSON'],
    ['cancel', 'null', 'the body must be an object'],
  ])('%s %j: 400, and the payment stays as it was', async (act, wishes, words) => {
    const id = await created();
    const refused = await control('POST', `transactions/${id}/${act}`, wishes);
    expect([refused.status, refused.body.error]).toEqual([400, expect.stringContaining(words)]);
    expect((await control('GET', `transactions/${id}`)).body.state).toBe('created');
  });

  it('nobody’s payment: 404', async () => {
    expect((await control('POST', 'transactions/NOBODY/pay')).status).toBe(404);
    expect((await control('GET', 'transactions/NOBODY')).status).toBe(404);
  });
});

describe('one id at three sites', () => {
  const state = async (id: string, site: { site_id: string }): Promise<string> =>
    (await control('GET', `transactions/${id}?site_id=${site.site_id}`)).body.state as string;

  it('site_id selects, in the query or in the body; without it the newest is meant', async () => {
    const id = await created({ transaction_id: 'ONE' });
    await created({ transaction_id: id }, XAF);
    await created({ transaction_id: id }, CDF);
    await control('POST', `transactions/${id}/pay?site_id=${XOF.site_id}`);
    await control('POST', `transactions/${id}/refuse`, { site_id: Number(XAF.site_id) });
    await control('POST', `transactions/${id}/cancel`);
    expect([await state(id, XOF), await state(id, XAF), await state(id, CDF)]).toEqual([
      ...['accepted', 'refused', 'cancelled'],
    ]);
    const { body } = await control('GET', `transactions/${id}?site_id=${XOF.site_id}`);
    expect(body.requests).toMatchObject([{ site_id: XOF.site_id }]);
    expect((await control('GET', `transactions/${id}`)).body.requests).toHaveLength(3);
    expect((await control('POST', `transactions/${id}/pay`, { site_id: '9' })).status).toBe(404);
    expect((await control('POST', `transactions/${id}/pay`, { site_id: ['1'] })).status).toBe(400);
  });

  it('an amount chooses for its own site alone, and the ledger tells whose notification it was', async () => {
    const merchant = await new Merchant().open();
    const id = await created({ transaction_id: 'TWO', amount: 1960, notify_url: merchant.url });
    await created({ transaction_id: id }, XAF);
    await control('POST', `transactions/${id}/pay`, { site_id: XOF.site_id });
    const asked = { transaction_id: id, apikey: XOF.apikey, site_id: XOF.site_id };
    const checked = await call('POST', `${simulator.url}/v2/payment/check`, asked);
    expect(checked.body.data.amount).toBe('1965');
    const { notifications } = await until(
      () => ledgerOf(simulator),
      (ledger) => ledger.notifications.some(({ answered }) => answered === 200),
    );
    expect(notifications).toMatchObject([{ transaction_id: id, site_id: XOF.site_id }]);
    await merchant.close();
  });
});
