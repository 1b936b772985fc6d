// Proves that every order that cannot be is refused with CinetPay's code and a sentence that names what is wrong, before anything is saved.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_SITES } from '../../simulator/state/settings';
import { request, startTestGateway, type TestGateway } from '../support/gateway';
import { sitesFile } from '../support/sites-file';
import { stageOf, type Stage } from '../support/stage';
import { clientOf, newTransactionId, wireOrder, type Client } from './client';
import { expectFault, invalid, type Fault } from './expected';

let gateway: TestGateway;
let stage: Stage;
let client: Client;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
  stage = stageOf(gateway);
  client = clientOf(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => stage.faults());

const unauthorized = (description: unknown): Fault => ({ code: '609', message: 'AUTH_NOT_FOUND', description });
const badSite = (description: unknown): Fault => ({ code: '613', message: 'ERROR_SITE_ID_NOTVALID', description });
const UNKNOWN_KEY = 'The apikey is none of this gateway (cpk_...), or it was revoked';

describe('an order', () => {
  it.each<[what: string, fields: Record<string, unknown>, fault: Fault]>([
    ['without an apikey', { apikey: undefined }, invalid('apikey is required')],
    ['with an empty apikey', { apikey: '' }, invalid('apikey is required')],
    ['whose apikey is misspelt', { apikey: undefined, api_key: 'k', apiKey: 'k' }, invalid('apikey is required')],
    ["with CinetPay's own apikey", { apikey: '1000011dec0ffee.10000001' }, unauthorized(UNKNOWN_KEY)],
    ['with a key that nobody has', { apikey: `cpk_${'a'.repeat(43)}` }, unauthorized(UNKNOWN_KEY)],
    ['with a key of the newer API', { apikey: 'sk_test_1234' }, unauthorized(UNKNOWN_KEY)],
    ['with a number for an apikey', { apikey: 12345 }, unauthorized(UNKNOWN_KEY)],
    ['without a site_id', { site_id: undefined }, invalid('site_id is required')],
    ['with a site_id that is no number', { site_id: 'XXXXX' }, badSite('The site_id is not made of digits.')],
    ['with a negative site_id', { site_id: -5 }, badSite('The site_id is not made of digits.')],
    ['without an id', { transaction_id: undefined }, invalid('transaction_id is required')],
    ['whose id is misspelt', { transaction_id: undefined, transactionId: 'A' }, invalid('transaction_id is required')],
    [
      'with an id of 101 characters',
      { transaction_id: 'x'.repeat(101) },
      invalid('transaction_id takes 1 to 100 characters'),
    ],
    [
      'with a line break in its id',
      { transaction_id: 'a\nb' },
      invalid('transaction_id may not hold control characters'),
    ],
    ['with dots for an id', { transaction_id: '..' }, invalid('transaction_id may not be made of dots alone')],
    [
      'with a description that CinetPay would read as spaces',
      { description: '#' },
      invalid('description must hold more than spaces and # / $ _ &, which reach CinetPay as spaces'),
    ],
    [
      'with a locked number of home',
      { lock_phone_number: true, customer_phone_number: '07 07 07 07 07' },
      invalid(expect.stringMatching(/^customer_phone_number must be the country's prefix/)),
    ],
    ['without an amount', { amount: undefined }, invalid('amount is required')],
    ['with half a franc', { amount: 2500.5 }, invalid('amount must be an integer')],
    ['with decimals', { amount: '2500.50' }, invalid('amount must be an integer')],
    ['with words for an amount', { amount: '2 500' }, invalid('amount must be an integer')],
    ['for nothing', { amount: 0 }, invalid('amount must be at least 1')],
    ['for less than nothing', { amount: -5 }, invalid('amount must be at least 1')],
    [
      'whose amount is no multiple of 5',
      { amount: 2501 },
      invalid('amount must be a multiple of 5 unless the currency is USD'),
    ],
    ['in euros', { currency: 'EUR' }, invalid('currency must be one of XOF, XAF, CDF, GNF, USD')],
    ['without a description', { description: '' }, invalid('description is required')],
    ['without a return_url', { return_url: undefined }, invalid('return_url is required')],
    [
      'with half a return_url',
      { return_url: 'shop.example' },
      invalid(expect.stringMatching(/^return_url must be an http/)),
    ],
    [
      'with a script for a return_url',
      { return_url: 'javascript:alert(1)' },
      invalid(expect.stringMatching(/^return_url/)),
    ],
    [
      'to be notified at the metadata service',
      { notify_url: 'http://169.254.169.254/' },
      invalid(expect.stringMatching(/^notify_url leads to a private/)),
    ],
    [
      'to be notified at home',
      { notify_url: 'http://192.168.1.4/notify' },
      invalid(expect.stringMatching(/^notify_url leads to a private/)),
    ],
    ['with an unknown channel', { channels: 'OM' }, invalid(expect.stringMatching(/^channels must be ALL/))],
    ['in Portuguese', { lang: 'pt' }, invalid('lang must be fr or en')],
    [
      'with four lines for the invoice',
      { invoice_data: { a: '', b: '', c: '', d: '' } },
      invalid(expect.stringMatching(/^invoice_data must hold at most 3/)),
    ],
    ['with a text for an invoice', { invoice_data: 'x' }, invalid(expect.stringMatching(/^invoice_data must/))],
    ['with a word for a boolean', { lock_phone_number: 'perhaps' }, invalid('lock_phone_number must be true or false')],
    [
      'with a locked phone that is none',
      { lock_phone_number: true },
      invalid(expect.stringMatching(/^customer_phone_number is required/)),
    ],
    [
      'for cards without a customer',
      { channels: 'CREDIT_CARD' },
      invalid(expect.stringMatching(/^customer_surname is required for channels CREDIT_CARD; customer_name is/)),
    ],
    ['with a list for a name', { customer_name: ['a'] }, invalid('customer_name must be a text')],
    [
      'with everything wrong',
      { amount: 'x', currency: 'EUR', description: null },
      invalid('amount must be an integer; currency must be one of XOF, XAF, CDF, GNF, USD; description is required'),
    ],
    [
      'in a currency that its site does not collect',
      { currency: 'XAF' },
      invalid(
        "You cannot create a transaction in a different currency than the one allowed to your account. Transaction currency:'XAF' Account currency:'XOF'",
      ),
    ],
  ])('%s', async (_what, fields, fault) => {
    const order = wireOrder({ apikey: gateway.apiKey, ...fields });
    expectFault(await client.pay(order), fault);
    if (typeof order.transaction_id === 'string') expect(await stage.row(order.transaction_id)).toBeUndefined();
  });

  it("with another caller's id is refused without a word about it", async () => {
    const order = wireOrder({ amount: 7700 });
    await client.pay(order);
    const stranger = clientOf({ url: gateway.url, apiKey: await gateway.createKey('stranger') });
    const answer = await stranger.pay({ ...order, amount: 100 });
    expectFault(answer, invalid('Choose another transaction_id.'));
    expect((await stranger.pay(order)).body.description).toBe('Choose another transaction_id.');
  });

  it('with a key of each scope is taken, and with a revoked one is not', async () => {
    for (const scope of ['payments', 'drop_in', 'admin'] as const) {
      const key = await gateway.createKey(`scoped-${scope}`, [scope]);
      expect((await clientOf({ url: gateway.url, apiKey: key }).pay()).body.code).toBe('201');
    }
    const key = await gateway.createKey('gone');
    await gateway.db.query("UPDATE api_keys SET revoked_at = now() WHERE caller = 'gone'");
    expectFault(await clientOf({ url: gateway.url, apiKey: key }).pay(), unauthorized(UNKNOWN_KEY));
  });

  it('needs no Authorization header and reads none', async () => {
    const body = { ...wireOrder(), apikey: gateway.apiKey, site_id: '1' };
    const answer = await request('POST', `${gateway.url}/v2/payment`, body, { authorization: 'Bearer nonsense' });
    expect(answer.body.code).toBe('201');
    const header = { authorization: `Bearer ${gateway.apiKey}` };
    expectFault(await request('POST', `${gateway.url}/v2/payment`, wireOrder(), header), invalid('apikey is required'));
  });

  it('does not open /v1 with a key for /v2', async () => {
    const key = await gateway.createKey('old-shop', ['drop_in']);
    const answer = await gateway.call('GET', '/v1/payments', undefined, { authorization: `Bearer ${key}` });
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
  });
});

describe('what CinetPay refuses', () => {
  it.each<[what: string, fields: Record<string, unknown>, fault: Fault]>([
    [
      'a locked phone that cannot pay',
      { lock_phone_number: true, customer_phone_number: '12345678' },
      { code: '624', message: 'UNKNOWN_ERROR', description: expect.stringContaining('customer_phone_number') },
    ],
    [
      'too small an amount',
      { amount: 50 },
      { code: '641', message: 'ERROR_AMOUNT_TOO_LOW', description: expect.stringContaining('100 XOF') },
    ],
  ])('%s is handed on in its own words, again and again', async (_what, fields, fault) => {
    const order = wireOrder(fields);
    expectFault(await client.pay(order), fault);
    expectFault(await client.pay(order), fault);
    expect(await stage.requests(order.transaction_id as string, 'payment')).toHaveLength(1);
    expect((await client.check({ transaction_id: order.transaction_id })).body).toMatchObject({
      code: '600',
      data: { status: 'REFUSED' },
    });
  });

  it('because of our own credentials is not blamed on the client', async () => {
    await stage.settings({ sites: [{ site_id: '100001', apikey: 'x', secret_key: 'y', currency: 'XOF' }] });
    const { body, status } = await client.pay();
    expect([status, body.code, body.message]).toEqual([400, '609', 'AUTH_NOT_FOUND']);
    expect(body.description).toMatch(/^CinetPay refused the credentials of this site/);
    await stage.settings({ sites: DEMO_SITES });
  });
});

describe('the choice of a site', () => {
  let shop: Client;
  let other: TestGateway;
  const site = (site_id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    ...{ site_id, apikey: `${site_id}.k`, secret_key: 's', currency: 'XOF', ...more },
  });
  beforeAll(async () => {
    const CINETPAY_SITES_FILE = sitesFile([
      ...[site('1', { min_amount: 200, max_amount: 1000 }), site('2')],
      ...[site('3', { currency: 'XAF', callers: ['somebody'] }), site('4', { currency: 'GNF', min_amount: 1000 })],
    ]);
    other = await startTestGateway({ env: { CINETPAY_SITES_FILE, ROLES: 'api' } });
    shop = clientOf(other);
  });
  afterAll(() => other.close());

  it.each<[what: string, fields: Record<string, unknown>, fault: Fault]>([
    ['that several fit', { site_id: '99' }, badSite(expect.stringContaining('Several sites collect XOF'))],
    ['that is not open to the caller', { site_id: '3', currency: 'XAF' }, badSite(expect.any(String))],
    [
      'that nobody has',
      { site_id: '99', currency: 'CDF' },
      invalid(
        expect.stringMatching(/^You cannot create a transaction in a different currency .+Transaction currency:'CDF'$/),
      ),
    ],
    [
      'that takes more',
      { site_id: '1', amount: 100 },
      { code: '641', message: 'ERROR_AMOUNT_TOO_LOW', description: 'The minimum amount is 200 XOF' },
    ],
    [
      'that takes less',
      { site_id: '1', amount: 5000 },
      { code: '642', message: 'ERROR_AMOUNT_TOO_HIGH', description: 'The maximum amount is 1000 XOF' },
    ],
    [
      'by currency that takes more',
      { site_id: '99', amount: 100, currency: 'GNF' },
      { code: '641', message: 'ERROR_AMOUNT_TOO_LOW', description: 'The minimum amount is 1000 GNF' },
    ],
  ])('%s', async (_what, fields, fault) => {
    expectFault(await shop.pay({ site_id: '1', ...fields }), fault);
  });
});

it('keeps the key and the customer out of every fault', async () => {
  const secret = { apikey: gateway.apiKey, customer_phone_number: '0707070707', customer_email: 'canary@shop.example' };
  for (const fields of [{ amount: 'x' }, { customer_name: ['canary'] }, { currency: 'XAF' }]) {
    const { text } = await client.pay(wireOrder({ ...secret, ...fields, transaction_id: newTransactionId() }));
    expect(text).not.toMatch(/canary|0707|cpk_/);
  }
});
