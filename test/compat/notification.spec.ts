// Proves that the notify_url of a drop-in order gets CinetPay's ping and CinetPay's form, that an x-token written from CinetPay's
// description alone verifies it, and that it is delivered like any webhook.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { notifySecretOf } from '../../src/auth/notify-secret';
import { startReceiver, type Arrival, type Receiver } from '../webhooks/receiver';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { clientOf, wireOrder, type Client } from './client';
import { FIELDS, imploded, xToken } from './x-token';

let gateway: TestGateway;
let stage: Stage;
let client: Client;
let shop: Receiver;
let secret: string;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { WEBHOOK_RETRY_SECONDS: '1,1', CHECK_SCHEDULE_SECONDS: '1,2' } });
  stage = stageOf(gateway);
  client = clientOf(gateway);
  secret = notifySecretOf(gateway.config.apiKeyPepper, 'shop');
});
afterAll(() => gateway.close());
beforeEach(async () => {
  await stage.faults();
  shop = await startReceiver();
  return () => shop.close();
});

async function place(overrides: Record<string, unknown> = {}): Promise<string> {
  const order = wireOrder({ notify_url: `${shop.url}?order=7`, ...overrides });
  expect((await client.pay(order)).body.code).toBe('201');
  return String(order.transaction_id);
}

const forms = (): Arrival[] => shop.arrivals.filter(({ method }) => method === 'POST');
const notified = (count = 1): Promise<void> => eventually(() => expect(forms()).toHaveLength(count), 10_000);
const fieldsOf = ({ body }: Arrival): Record<string, string> => Object.fromEntries(new URLSearchParams(body));

function expectAuthentic(form: Arrival, key = secret): void {
  const { headers, body } = form;
  expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect([...new URLSearchParams(body).keys()]).toEqual(FIELDS);
  expect(headers['x-token']).toBe(xToken(body, key));
  expect(headers['x-token']).toBe(imploded(body, key));
}

it('verifies as the three vectors of the facts do', () => {
  const values = ['123456', 'TX20240101A', '2024-01-01 12:00:00', '1000', 'XOF', '0123456789abcdef0123456789abcdef'];
  const form = [
    ...values,
    'OM',
    '0707070707',
    '225',
    'fr',
    'V4',
    'Single',
    'Payment',
    'eyJhIjoxfQ==',
    'Test order',
    'SUCCES',
  ];
  const body = new URLSearchParams(FIELDS.map((name, index): [string, string] => [name, form[index]!])).toString();
  expect(xToken(body, 'test-secret-key')).toBe('6913ff211de3a49ae17f5ebd53bd9d9363e8f66f9b6f23492be61bd4b6f5b80e');
});

describe('a paid order', () => {
  it('is told with a ping and a signed form that says so', async () => {
    const id = await place({
      site_id: 445566,
      description: 'Achat été & fils',
      metadata: { panier: 'é', n: 7 },
      lang: 'EN',
    });
    await stage.act(id, 'pay', { payment_method: 'MOMO' });
    await notified();
    const [ping, form] = shop.arrivals;
    expect(ping).toMatchObject({ method: 'GET', path: '/hook?order=7', body: '' });
    expect(form!.path).toBe('/hook?order=7');
    expectAuthentic(form!);
    expect(fieldsOf(form!)).toEqual({
      ...{
        cpm_site_id: '445566',
        cpm_trans_id: id,
        cpm_trans_date: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      },
      ...{ cpm_amount: '2500', cpm_currency: 'XOF', signature: expect.stringMatching(/^[0-9a-f]{32}$/) },
      ...{ payment_method: 'MOMO', cel_phone_num: '', cpm_phone_prefixe: '', cpm_language: 'en', cpm_version: 'V4' },
      ...{ cpm_payment_config: 'Single', cpm_page_action: 'Payment', cpm_custom: '{"panier":"é","n":7}' },
      ...{ cpm_designation: 'Achat été & fils', cpm_error_message: 'SUCCES' },
    });
    // The client asks, as CinetPay's pages tell it to, and hears the same.
    expect((await client.check({ transaction_id: id })).body.code).toBe('00');
  });

  it('is told once, and of nothing before it was paid', async () => {
    const id = await place();
    expect(await stage.events(id)).toEqual(['payment.pending']);
    await stage.act(id, 'pay');
    await notified();
    await eventually(async () => {
      const { rows } = await gateway.db.query(
        'SELECT d.status FROM webhook_deliveries d JOIN events e ON e.id = event_id WHERE transaction_id = $1',
        [id],
      );
      expect(rows).toEqual([{ status: 'delivered' }]);
    });
    expect(shop.arrivals.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('is told again, byte for byte, until the shop takes it', async () => {
    shop.answer = (response, { method }) => {
      response.writeHead(method === 'GET' ? 405 : forms().length < 3 ? 500 : 200).end();
    };
    await stage.act(await place(), 'pay');
    await notified(3);
    expect(new Set(forms().map(({ body, headers }) => `${body} ${String(headers['x-token'])}`)).size).toBe(1);
    for (const form of forms()) expectAuthentic(form);
  });

  it("is signed with its caller's own secret", async () => {
    const key = await gateway.createKey('boutique', ['drop_in']);
    const order = wireOrder({ notify_url: shop.url });
    await clientOf({ url: gateway.url, apiKey: key }).pay(order);
    await stage.act(order.transaction_id as string, 'pay');
    await notified();
    expectAuthentic(forms()[0]!, notifySecretOf(gateway.config.apiKeyPepper, 'boutique'));
    expect(forms()[0]!.headers['x-token']).not.toBe(xToken(forms()[0]!.body, secret));
  });

  it('is told to webhooks of the caller as well', async () => {
    const webhook = await startReceiver();
    const endpoint = await gateway.call('POST', '/v1/webhook-endpoints', {
      url: webhook.url,
      events: ['payment.accepted'],
    });
    await stage.act(await place(), 'pay');
    await notified();
    await eventually(() => expect(webhook.arrivals).toHaveLength(1));
    await gateway.call('DELETE', `/v1/webhook-endpoints/${endpoint.body.id}`);
    await webhook.close();
  });
});

describe('an order that did not go through', () => {
  it.each([
    ['refuse', 'PAYMENT_FAILED'],
    ['cancel', 'TRANSACTION_CANCEL'],
  ] as const)('after "%s" is told with %s', async (what, message) => {
    const id = await place();
    await stage.act(id, what);
    await notified();
    expectAuthentic(forms()[0]!);
    expect(fieldsOf(forms()[0]!)).toMatchObject({ cpm_trans_id: id, cpm_error_message: message });
  });

  it('and is paid after all is told twice, each time what was so then', async () => {
    const id = await place();
    await stage.act(id, 'refuse');
    await notified();
    await stage.act(id, 'pay');
    await notified(2);
    expect(forms().map((form) => fieldsOf(form).cpm_error_message)).toEqual(['PAYMENT_FAILED', 'SUCCES']);
    const { rows } = await gateway.db.query(
      `SELECT d.id FROM webhook_deliveries d JOIN events e ON e.id = event_id WHERE transaction_id = $1 AND type = 'payment.refused'`,
      [id],
    );
    await gateway.call('POST', `/v1/deliveries/${rows[0].id}/retry`);
    await notified(3);
    expect(forms()[2]!.body).toBe(forms()[0]!.body);
  });

  it('because an admin refused it is told with PAYMENT_FAILED', async () => {
    const id = await place();
    const admin = { authorization: `Bearer ${await gateway.createKey('root', ['admin'])}` };
    await gateway.call('POST', `/v1/payments/${id}/review`, { resolution: 'refused', note: 'x' }, admin);
    await notified();
    expect(fieldsOf(forms()[0]!).cpm_error_message).toBe('PAYMENT_FAILED');
  });

  it.each<[what: string, overrides: Record<string, unknown>]>([
    ['that never reached a counter', { amount: 50 }],
    ['that nobody pays in time', {}],
  ])('%s is not told of: CinetPay would say nothing either', async (_what, overrides) => {
    const order = wireOrder({ notify_url: shop.url, ...overrides });
    await client.pay(order);
    const id = order.transaction_id as string;
    await eventually(async () => ['rejected', 'expired'].includes((await stage.row(id)).status), 10_000);
    await eventually(async () => {
      const { rows } = await gateway.db.query('SELECT 1 FROM events WHERE transaction_id = $1 AND position IS NULL', [
        id,
      ]);
      expect(rows).toEqual([]);
    });
    const { rows } = await gateway.db.query(
      'SELECT 1 FROM webhook_deliveries d JOIN events e ON e.id = event_id WHERE transaction_id = $1',
      [id],
    );
    expect([rows, shop.arrivals]).toEqual([[], []]);
  });
});

it('leads nowhere but where webhooks may go', async () => {
  const { body } = await client.pay(wireOrder({ notify_url: 'http://10.0.0.7/notify' }));
  expect([body.code, body.description]).toEqual(['608', expect.stringMatching(/^notify_url leads to a private/)]);
});
