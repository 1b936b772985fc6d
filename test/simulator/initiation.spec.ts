// Proves that POST /v2/payment takes the official page's examples and answers as that page says, and refuses what it says is refused.
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, order, RESPONSE_ID, start, TOKEN, USD, XAF, XOF, type Answer } from './harness';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await start();
});
afterAll(() => simulator.close());
beforeEach(() => call('POST', `${simulator.url}/_sim/reset`));

const pay = (body: unknown, headers = {}): Promise<Answer> =>
  call('POST', `${simulator.url}/v2/payment`, body, headers);
const put = (settings: unknown): Promise<Answer> => call('PUT', `${simulator.url}/_sim/settings`, settings);

function expectCreated(answer: Answer): void {
  expect(answer.status).toBe(200);
  const token = answer.body.data.payment_token;
  expect(answer.body).toEqual({
    code: '201',
    message: 'CREATED',
    description: 'Transaction created with success',
    data: { payment_token: expect.stringMatching(TOKEN), payment_url: `${simulator.url}/payment/${token}` },
    api_response_id: expect.stringMatching(RESPONSE_ID),
  });
}

function expectRefused(answer: Answer, code: string, description: RegExp | string, status = 400): void {
  expect(answer.body).toEqual({
    code,
    message: expect.any(String),
    description: typeof description === 'string' ? description : expect.stringMatching(description),
    api_response_id: expect.stringMatching(RESPONSE_ID),
  });
  expect(answer.status).toBe(status);
}

const UNPROCESSABLE = 'An error occurred while processing the request: ';

/** The page's first example, byte for byte but for the keys. */
const FULL_EXAMPLE = `{
  "apikey": "${USD.apikey}",
  "site_id": "${USD.site_id}",
  "transaction_id": "YOUR_TRANSACTION_ID",
  "amount": 34,
  "currency": "USD",
  "alternative_currency": "",
  "description": " TEST INTEGRATION ",
  "customer_id": "172",
  "customer_name": "KOUADIO",
  "customer_surname": "Francisse",
  "customer_email": "[email protected]",
  "customer_phone_number": "+225004315545",
  "customer_address": "Antananarivo",
  "customer_city": "Antananarivo",
  "customer_country": "CM",
  "customer_state": "CM",
  "customer_zip_code": "065100",
  "notify_url": "https://webhook.site/d1dbbb89-52c7-49af-a689-b3c412df820d",
  "return_url": "https://webhook.site/d1dbbb89-52c7-49af-a689-b3c412df820d",
  "channels": "ALL",
  "metadata": "user1",
  "lang": "FR",
  "invoice_data": { "Donnee1": "", "Donnee2": "", "Donnee3": "" }
}`;

const SHORT_EXAMPLE = `{
  "amount": 2500,
  "currency": "XOF",
  "apikey": "${XOF.apikey}",
  "site_id": "${XOF.site_id}",
  "transaction_id": "REFID12354",
  "description": "TRANSACTION DESCRIPTION",
  "return_url": "https://www.exemple.com/return",
  "notify_url": "https://www.exemple.com/notify",
  "metadata": "user001",
  "customer_id": "001",
  "customer_name": "John",
  "customer_surname": "Doe",
  "channels": "MOBILE_MONEY"
}`;

describe.each([false, true])('strict: %s', (strict) => {
  beforeEach(() => put({ strict }));

  it('creates from the official examples', async () => {
    expectCreated(await pay(FULL_EXAMPLE));
    expectCreated(await pay(SHORT_EXAMPLE));
  });

  it('takes a seamless order: device_id instead of return_url', async () => {
    expectCreated(await pay(order({ return_url: undefined, device_id: 'abc' })));
  });

  it('takes a locked phone of prefix and number, and the card block of the page', async () => {
    expectCreated(await pay(order({ lock_phone_number: true, customer_phone_number: '2250504315545' })));
  });

  it.each([
    ['transaction_id missing', { transaction_id: undefined }, /transaction_id/],
    ['description empty', { description: '' }, /description/],
    ['amount misspelt', { amount: undefined, Amount: 2500 }, /amount/],
    ['return_url missing', { return_url: undefined }, /return_url/],
    ['amount a decimal', { amount: 2500.5 }, /amount must be an integer/],
    ['amount a decimal text', { amount: '2500.50' }, /amount must be an integer/],
    ['amount an object', { amount: { valueOf: 1, toString: 1 } }, /amount/],
    ['lang an object', { lang: { toString: 1 } }, /lang/],
    ['lock_phone_number a word', { lock_phone_number: 'maybe' }, /lock_phone_number/],
    ['an invoice of objects', { invoice_data: { a: {} } }, /invoice_data/],
    ['amount zero', { amount: 0 }, /amount must be an integer/],
    ['amount no multiple of 5', { amount: 2501 }, /multiple of 5/],
    ['currency unknown', { currency: 'EUR' }, /currency/],
    ['notify_url no address', { notify_url: 'shop' }, /notify_url/],
    ['notify_url a list', { notify_url: ['https://shop.example'] }, /notify_url/],
    ['notify_url too long', { notify_url: `https://shop.example/${'é'.repeat(2_048)}` }, /notify_url/],
  ])('608: %s', async (_name, changes, description) => {
    expectRefused(await pay(order(changes)), '608', description);
  });

  it('608: another currency than the account has, in the documented words', async () => {
    expectRefused(
      await pay(order({ currency: 'XOF' }, XAF)),
      '608',
      "You cannot create a transaction in a different currency than the one allowed to your account. Transaction currency:'XOF' Account currency:'XAF'",
    );
  });

  it('608: not JSON', async () => {
    expectRefused(await pay('{"apikey":'), '608', /JSON/);
    expectRefused(await pay('[]'), '608', /JSON/);
  });

  it('609 for an unknown apikey, or 624 by setting; 613 for a site that is not of the key', async () => {
    expectRefused(await pay(order({ apikey: 'nobody' })), '609', /apikey/);
    await put({ bad_apikey_code: '624' });
    expectRefused(await pay(order({ apikey: 'nobody' })), '624', `${UNPROCESSABLE}The apikey is not known`);
    expectRefused(await pay(order({ site_id: '999999' })), '613', /site_id/);
    expectRefused(await pay(order({ site_id: XAF.site_id })), '613', /site_id/);
  });

  it.each([
    ['a locked national number', { lock_phone_number: true, customer_phone_number: '088767611' }],
    ['a locked number with +', { lock_phone_number: true, customer_phone_number: '+2250504315545' }],
    ['a locked number that is absent', { lock_phone_number: 'True' }],
  ])('624: %s', async (_name, changes) => {
    const why = 'customer_phone_number must be the prefix and the number with lock_phone_number';
    expectRefused(await pay(order(changes)), '624', UNPROCESSABLE + why);
  });

  it('624 by setting, and when strict, for a part of the card block: the field that lacks is named', async () => {
    await put({ incomplete_card_block: '624' });
    const part = { customer_email: 'a@example.com', customer_country: 'CI' };
    const name = strict ? 'customer_name' : 'customer_address';
    expectRefused(await pay(order(part)), '624', `${UNPROCESSABLE}${name} is missing`);
    expectCreated(await pay(order({ customer_name: 'Doe', customer_phone_number: '2250504315545' })));
  });

  it.each([
    [XOF, 95, '641', /100 XOF/],
    [XOF, 2_000_005, '642', /2000000 XOF/],
    [XAF, 1_500_005, '642', /1500000 XAF/],
    [USD, 3_001, '642', /3000 USD/],
  ])('limits of %o: %i is %s', async (site, amount, code, description) => {
    expectRefused(await pay(order({ amount }, site)), code, description);
  });

  it('answers refusals with HTTP 200 by setting', async () => {
    await put({ error_http_status: 200 });
    expectRefused(await pay(order({ amount: 7 })), '608', /multiple of 5/, 200);
  });

  it('same id: the earlier token whatever changed, or 608 by setting', async () => {
    const first = order();
    const { payment_token } = (await pay(first)).body.data;
    expect((await pay(first)).body.data.payment_token).toBe(payment_token);
    expect((await pay({ ...first, amount: 3000 })).body.data.payment_token).toBe(payment_token);
    const checked = await call('POST', `${simulator.url}/v2/payment/check`, first);
    expect(checked.body.data.amount).toBe('2500');
    await put({ duplicate_transaction: 'error' });
    expectRefused(await pay(first), '608', /already/);
  });
});

describe('lenient only', () => {
  it('takes forms, nulls, absent channels and notify_url, numbers for texts, channel lists, unknown keys', async () => {
    const form = new URLSearchParams(order({ lock_phone_number: 'False' }) as Record<string, string>).toString();
    expectCreated(await pay(form, { 'Content-Type': 'application/x-www-form-urlencoded' }));
    expectCreated(await pay(order({ channels: undefined, notify_url: undefined, metadata: null, customer_id: null })));
    expectCreated(
      await pay(order({ site_id: Number(XOF.site_id), transaction_id: 17, channels: 'MOBILE_MONEY,WALLET' })),
    );
    expectCreated(await pay(order({ lang: 'en_GB', metadata: { a: 1 }, reference: 'x', invoice_data: [] })));
    expectCreated(await pay(order({ notify_url: 'http://localhost:9/notify' })));
  });

  // Pinned as 608 before: deployed samples in PHP, JavaScript, Python, Java and C# send it, and their payments work.
  it.each(['2500', '2500.00'])('takes an amount of %s as text', async (amount) => {
    const sent = order({ amount });
    expectCreated(await pay(sent));
    const { body } = await call('POST', `${simulator.url}/v2/payment/check`, sent);
    expect(body.data.amount).toBe('2500');
  });

  it('takes a part of the card block, and offers no cards', async () => {
    const { body } = await pay(order({ customer_email: 'a@example.com', customer_country: 'CI' }));
    expect((await call('GET', body.data.payment_url)).text).not.toContain('VISAM');
  });

  it('reads 32 levels and no more', async () => {
    const nested = (levels: number): string =>
      JSON.stringify(order({ metadata: 0, description: '\\"[[' })).replace(
        ':0',
        `:${'['.repeat(levels)}${']'.repeat(levels)}`,
      );
    expectCreated(await pay(nested(31)));
    expectRefused(await pay(nested(32)), '608', /JSON of at most 32 levels/);
  });

  it('applies the limits of the named country', async () => {
    expectRefused(
      await pay(order({ amount: 145, customer_country: 'TG', customer_address: 'a', customer_city: 'b' })),
      '641',
      /150 XOF/,
    );
  });
});

describe('strict only', () => {
  beforeEach(() => put({ strict: true }));

  it.each([
    ['no notify_url', { notify_url: undefined }],
    ['no channels', { channels: undefined }],
    ['a list of channels', { channels: 'MOBILE_MONEY,WALLET' }],
    ['a locale', { lang: 'fr_FR' }],
    ['an amount as text', { amount: '2500' }],
    ['metadata an object', { metadata: { a: 1 } }],
    ['a country of three letters', { customer_country: 'CIV' }],
  ])('608: %s', async (_name, changes) => {
    expect((await pay(order(changes))).body.code).toBe('608');
  });

  it('608 for a form', async () => {
    const form = new URLSearchParams(order() as Record<string, string>).toString();
    expectRefused(await pay(form, { 'Content-Type': 'application/x-www-form-urlencoded' }), '608', /JSON/);
  });

  it('refuses at the edge, in HTML: localhost, JSON in metadata, no User-Agent', async () => {
    const local = await pay(order({ notify_url: 'http://localhost:3000/notify' }));
    expect([local.status, local.text]).toEqual([400, expect.stringContaining('accès interdit')]);
    const metadata = await pay(order({ metadata: '{"a":1}' }));
    expect([metadata.status, metadata.body]).toEqual([403, undefined]);
    const bare = await withoutUserAgent(JSON.stringify(order()));
    expect([bare.status, bare.text]).toEqual([403, expect.stringContaining('1010')]);
  });

  it('an IP address is no localhost', async () => {
    expectCreated(await pay(order({ notify_url: 'http://127.0.0.1:9/notify' })));
  });
});

it('429 when a site asks too often, with Retry-After as set; other sites go on', async () => {
  await put({ rate_per_second: 2, retry_after: 7 });
  const answers = await Promise.all(Array.from({ length: 6 }, () => pay(order())));
  const throttled = answers.filter(({ status }) => status === 429);
  expect(throttled).toHaveLength(4);
  expectRefused(throttled[0] as Answer, '429', /./, 429);
  expect(throttled[0]?.body.message).toBe('TOO_MANY_REQUEST');
  expect(throttled[0]?.headers.get('retry-after')).toBe('7');
  expectCreated(await pay(order({}, XAF)));
  await put({ rate_per_second: 0, retry_after: null });
  const none = await pay(order());
  expect([none.status, none.headers.get('retry-after')]).toEqual([429, null]);
});

it('browsers of any origin may post under /v2', async () => {
  const preflight = await fetch(`${simulator.url}/v2/payment`, {
    method: 'OPTIONS',
    headers: { 'Access-Control-Request-Headers': 'content-type' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
  expect((await pay(order())).headers.get('access-control-allow-origin')).toBe('*');
  expect((await pay(order({ amount: 1 }))).headers.get('access-control-allow-origin')).toBe('*');
});

function withoutUserAgent(body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const sent = request(`${simulator.url}/v2/payment`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
