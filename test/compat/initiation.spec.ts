// Proves that what clients were written to send to CinetPay starts a payment here, and that they get CinetPay's answer with our link in it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { clientOf, formOf, multipartOf, wireOrder, type Client } from './client';

let gateway: TestGateway;
let stage: Stage;
let client: Client;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { INITIATION_RETRY_SECONDS: '1' } });
  stage = stageOf(gateway);
  client = clientOf(gateway);
});
afterAll(() => gateway.close());
beforeEach(async () => {
  await stage.faults();
  await stage.settings({ strict: false });
});

const CREATED = { code: '201', message: 'CREATED', description: 'Transaction created with success' };

function expectCreated({ status, body, headers }: Answer): { payment_token: string; payment_url: string } {
  expect(status).toBe(200);
  expect(body).toEqual({
    ...CREATED,
    data: { payment_token: expect.stringMatching(/^[a-z0-9]{42}$/), payment_url: expect.any(String) },
    api_response_id: expect.stringMatching(/^\d{10}\.\d{4}$/),
  });
  expect(body.data.payment_url).toBe(`${gateway.url}/checkout/${body.data.payment_token}`);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  return body.data;
}

/** What CinetPay was sent. */
async function sent(id: string): Promise<Record<string, any>> {
  const [first] = await stage.requests(id, 'payment');
  return JSON.parse(first!.raw_body);
}

describe("the official page's examples", () => {
  const javascript = {
    ...{ transaction_id: 'YOUR_TRANSACTION_ID', amount: 34, currency: 'USD', alternative_currency: '' },
    ...{
      description: ' TEST INTEGRATION ',
      customer_id: '172',
      customer_name: 'KOUADIO',
      customer_surname: 'Francisse',
    },
    ...{ customer_email: '[email\u00a0protected]', customer_phone_number: '+225004315545' },
    ...{ customer_address: 'Antananarivo', customer_city: 'Antananarivo', customer_country: 'CM' },
    ...{ customer_state: 'CM', customer_zip_code: '065100', channels: 'ALL', metadata: 'user1', lang: 'FR' },
    notify_url: 'https://webhook.site/d1dbbb89-52c7-49af-a689-b3c412df820d',
    return_url: 'https://webhook.site/d1dbbb89-52c7-49af-a689-b3c412df820d',
    invoice_data: { Donnee1: '', Donnee2: '', Donnee3: '' },
  };

  it('in JavaScript is accepted as it stands, and reaches CinetPay with our addresses in it', async () => {
    const { payment_token } = expectCreated(await client.pay({ ...javascript, site_id: '100005' }));
    const { alternative_currency, ...told } = javascript;
    expect(alternative_currency).toBe('');
    const { apikey, ...wire } = await sent('YOUR_TRANSACTION_ID');
    expect(apikey).not.toBe(gateway.apiKey);
    expect(wire).toEqual({
      ...told,
      ...{ site_id: '100005', lang: 'fr', notify_url: `${gateway.url}/cinetpay/notify` },
      return_url: `${gateway.url}/checkout/${payment_token}/return`,
    });
  });

  it('in JSON is accepted once its site_id has digits', async () => {
    const example = {
      ...{ amount: 2500, currency: 'XOF', transaction_id: 'REFID12354', description: 'TRANSACTION DESCRIPTION' },
      ...{ return_url: 'https://www.exemple.com/return', notify_url: 'https://www.exemple.com/notify' },
      ...{ metadata: 'user001', customer_id: '001', customer_name: 'John', customer_surname: 'Doe' },
      channels: 'MOBILE_MONEY',
    };
    const { body } = await client.pay({ ...example, site_id: 'XXXXX' });
    expect([body.code, body.message]).toEqual(['613', 'ERROR_SITE_ID_NOTVALID']);
    expectCreated(await client.pay(example));
    expect(await sent('REFID12354')).toMatchObject({
      customer_name: 'John',
      customer_surname: 'Doe',
      customer_id: '001',
    });
  });
});

describe('an order', () => {
  it('is a payment like any other: the same caller reads it at /v1, its link leads to the counter', async () => {
    const fields = wireOrder({ customer_name: 'Koffi', customer_surname: 'Awa', metadata: 'basket 7' });
    const { payment_token, payment_url } = expectCreated(await client.pay(fields));
    const payment = await stage.read(fields.transaction_id as string);
    expect(payment).toMatchObject({
      ...{ transaction_id: fields.transaction_id, status: 'pending', amount: 2500, currency: 'XOF', site_id: '100001' },
      ...{ channels: 'MOBILE_MONEY', lang: 'fr', metadata: 'basket 7', integration: 'redirect' },
      checkout_url: payment_url,
    });
    expect(payment.payment_token).not.toBe(payment_token);
    expect(await stage.row(payment.transaction_id)).toMatchObject({
      ...{ caller: 'shop', origin: 'drop_in', return_url: fields.return_url },
      drop_in: { site_id: '100001', notify_url: fields.notify_url },
      customer: { first_name: 'Awa', last_name: 'Koffi' },
      notify_endpoint_id: expect.any(String),
    });
    const page = await request('GET', payment_url);
    expect([page.status, page.headers.get('location')]).toEqual([303, payment.payment_url]);
  });

  it('whose site_id is none of ours goes to the site of its currency, and keeps the one it named', async () => {
    const fields = wireOrder({ site_id: 445566, amount: 1000, currency: 'XAF' });
    expectCreated(await client.pay(fields));
    const row = await stage.row(fields.transaction_id as string);
    expect([row.site_id, row.drop_in.site_id]).toEqual(['100002', '445566']);
    expect((await sent(row.transaction_id)).site_id).toBe('100002');
  });

  it('with a device and no return_url goes out with the device, and comes back to a result page that may be framed', async () => {
    const { return_url: none, ...fields } = wireOrder({ device_id: 'aBc-123_x', close_after_response: true });
    expect(none).toBeTypeOf('string');
    const { payment_url } = expectCreated(await client.pay(fields));
    expect(await sent(fields.transaction_id as string)).toMatchObject({
      device_id: 'aBc-123_x',
      return_url: `${payment_url}/return`,
    });
    const page = await request('POST', `${payment_url}/return`, 'transaction_id=x', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'(?!.*frame-ancestors)/);
  });

  it('comes back to its return_url as CinetPay posts it: transaction_id and token', async () => {
    const fields = wireOrder();
    const { payment_token, payment_url } = expectCreated(await client.pay(fields));
    const { text } = await request('GET', `${payment_url}/return`, undefined, { accept: 'text/html' });
    expect(text).toContain('<form method="post" action="https://shop.example/return">');
    expect(text).toContain(`name="transaction_id" value="${String(fields.transaction_id)}"`);
    expect(text).toContain(`name="token" value="${payment_token}"`);
  });

  it('gets its link while CinetPay is down; the link works, and leads on as soon as there is a counter', async () => {
    await stage.faults({ operation: 'payment', kind: 'status', status: 503 });
    const fields = wireOrder();
    const { payment_url } = expectCreated(await client.pay(fields));
    expect((await stage.read(fields.transaction_id as string)).status).toBe('created');
    const room = await request('GET', payment_url, undefined, { accept: 'text/html' });
    expect([room.status, room.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    await stage.faults();
    await eventually(async () => (await stage.read(fields.transaction_id as string)).status === 'pending', 10_000);
    expect((await request('GET', payment_url)).headers.get('location')).toContain(gateway.simulator.url);
  });
});

describe('what deployed clients get past CinetPay with', () => {
  const nothing = Object.fromEntries(
    [
      'alternative_currency',
      'customer_id',
      'customer_name',
      'customer_email',
      'customer_country',
      'metadata',
      'lang',
    ].map((name) => [name, null]),
  );
  it.each<[what: string, fields: Record<string, unknown>, kept: Record<string, unknown>]>([
    ['an id with _', { transaction_id: `SUB_cc7698-1.x_${Date.now()}` }, {}],
    ['an id of 100 characters', { transaction_id: `${Date.now()}_`.padEnd(100, 'x') }, {}],
    ['an id of one character', { transaction_id: '7' }, {}],
    ['an id that the official page only advises against', { transaction_id: `n° #1/2$3&4 ${Date.now()}` }, {}],
    ['an id as a number', { transaction_id: 48151623 }, { transaction_id: '48151623' }],
    ['amount as digits', { amount: '2500' }, { amount: 2500 }],
    [
      'a site_id as a number',
      { site_id: 100001 },
      { site_id: '100001', drop_in: expect.objectContaining({ site_id: '100001' }) },
    ],
    ['lang in capitals', { lang: 'FR' }, { lang: 'fr' }],
    ['lang EN', { lang: 'EN' }, { lang: 'en' }],
    ['a locale for lang', { lang: 'en_US' }, { lang: 'en' }],
    ['no channels', { channels: undefined }, { channels: 'ALL' }],
    ['several channels', { channels: 'MOBILE_MONEY,WALLET' }, { channels: 'ALL' }],
    ['channels in small letters', { channels: 'wallet' }, { channels: 'WALLET' }],
    [
      'metadata as an object',
      { metadata: { cart: 7, lines: ['a', 'é'] } },
      { metadata: '{"cart":7,"lines":["a","é"]}' },
    ],
    ['metadata as JSON', { metadata: '{"cart": 7}' }, { metadata: '{"cart": 7}' }],
    ['metadata as a number', { metadata: 77 }, { metadata: '77' }],
    ['"True"', { lock_phone_number: 'True', customer_phone_number: '2250504315545' }, { lock_phone_number: true }],
    ['"False"', { lock_phone_number: 'False', customer_phone_number: '07 01' }, { lock_phone_number: false }],
    [
      '1',
      { lock_phone_number: 1, customer_phone_number: 2250504315545 },
      { lock_phone_number: true, customer: { phone_number: '2250504315545' } },
    ],
    ['null for what is not there', nothing, { customer: null, metadata: null, lang: 'fr' }],
    [
      'empty texts for what is not there',
      Object.fromEntries(Object.keys(nothing).map((name) => [name, ''])),
      { customer: null },
    ],
    ["PHP's empty array for an object", { invoice_data: [], metadata: [] }, { invoice_data: null, metadata: null }],
    [
      'numbers on the invoice',
      { invoice_data: { 'Reste à payer': 25000, Matricule: null } },
      { invoice_data: { 'Reste à payer': '25000', Matricule: '' } },
    ],
    [
      'unknown fields',
      { cancel_url: 'https://shop.example/cancel', 'notify_url:': 'x', customer: [], version: { v: 2 } },
      {},
    ],
    ['an e-mail that is none', { customer_email: 'none' }, { customer: { email: 'none' } }],
    ['no notify_url', { notify_url: undefined }, { notify_endpoint_id: null, drop_in: { site_id: '100001' } }],
    ['a long description', { description: 'très long '.repeat(99) }, { description: 'très long '.repeat(99) }],
  ])('%s', async (_what, fields, kept) => {
    const order = wireOrder(fields);
    expectCreated(await client.pay(order));
    const row = await stage.row(String(order.transaction_id));
    expect({ ...row, amount: Number(row.amount) }).toMatchObject(kept);
    expect(row.status).toBe('pending');
  });

  const FORM = 'application/x-www-form-urlencoded';
  const order = (): Record<string, unknown> => ({
    ...wireOrder({ customer_surname: 'Éloïse & fils', lock_phone_number: false, lang: 'EN', metadata: null }),
    ...{ invoice_data: { 'Reste à payer': '25 000fr', Matricule: '24OPO25' }, apikey: gateway.apiKey, site_id: 100001 },
  });
  it.each<[what: string, write: (fields: Record<string, unknown>) => string, type: string]>([
    ['a form', formOf, FORM],
    ['a form in capitals with a charset', formOf, 'Application/X-WWW-Form-Urlencoded; charset=UTF-8'],
    ['multipart', multipartOf, 'multipart/form-data; boundary=x7MA4YWxkTrZu0gW'],
    ['JSON with a charset', JSON.stringify, 'application/json;charset=UTF-8'],
    ["JSON that PHP's curl calls a form", (fields) => ` ${JSON.stringify(fields)}`, FORM],
    ['JSON that calls itself plain text', JSON.stringify, 'text/plain'],
    [
      'a form whose invoice is JSON',
      (fields) => formOf({ ...fields, invoice_data: JSON.stringify(fields.invoice_data) }),
      FORM,
    ],
  ])('a body of %s', async (_what, write, type) => {
    const fields = order();
    expectCreated(await client.send(write(fields), type));
    expect(await stage.row(fields.transaction_id as string)).toMatchObject({
      ...{ amount: '2500', lang: 'en', metadata: null, lock_phone_number: false, invoice_data: fields.invoice_data },
      customer: { first_name: 'Éloïse & fils' },
    });
  });
});
