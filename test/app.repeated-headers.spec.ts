// Proves that a header which must be single and comes twice is refused on every route, and that nothing comes of the request.
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { order, startTestGateway, type TestGateway } from './support/gateway';
import { encodeForm } from '../simulator/notify/form';
import { xToken } from '../simulator/notify/x-token';
import { formOf, SITE } from './notifications/forms';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
});
afterAll(() => gateway.close());

interface Got {
  status: number;
  body: any;
}

/** Sends headers as they stand, repeated ones as lines of their own. */
function send(method: string, path: string, headers: [name: string, value: string][], body = ''): Promise<Got> {
  const { host } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const lines: [string, string][] = [['Host', host], ...headers, ['Content-Length', String(Buffer.byteLength(body))]];
    const sent = httpRequest(gateway.url + path, { method, headers: lines.flat(), agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode!, body: text === '' ? undefined : parsed(text) }));
    });
    sent.on('error', reject).end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const bearer = (): [string, string] => ['Authorization', `Bearer ${gateway.apiKey}`];
const JSON_TYPE: [string, string] = ['Content-Type', 'application/json'];

describe('an order', () => {
  it.each<[name: string, first: string, second: string]>([
    ['Idempotency-Key', 'K', 'K'],
    ['idempotency-key', 'K', 'L'],
    ['Content-Type', 'application/json', 'application/json'],
    ['Request-Id', 'a', 'b'],
    ['Origin', 'https://shop.example', 'https://other.example'],
    ['Sec-Fetch-Dest', 'iframe', 'document'],
  ])('with %s twice is refused, and nothing is saved', async (name, first, second) => {
    const others = [bearer(), JSON_TYPE].filter(([known]) => known !== name);
    const answer = await send(
      'POST',
      '/v1/payments',
      [...others, [name, first], [name, second]],
      JSON.stringify(order()),
    );
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed_request']);
    expect(answer.body.detail).toBe(`The header ${name} came twice; send it once.`);
    expect((await gateway.db.query('SELECT count(*)::int AS n FROM transactions')).rows[0].n).toBe(0);
  });

  it('with its key once is one order, with headers that may be lists as often as they come', async () => {
    const headers: [string, string][] = [bearer(), JSON_TYPE, ['Idempotency-Key', 'once'], ['Accept', 'text/html']];
    const lists: [string, string][] = ['Accept', 'Accept-Language', 'X-Forwarded-For'].map((name) => [name, 'fr']);
    const place = (): Promise<Got> =>
      send('POST', '/v1/payments', [...headers, ...lists, ...lists], JSON.stringify(order()));
    const [first, second] = [await place(), await place()];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.transaction_id).toBe(first.body.transaction_id);
  });
});

it.each([
  ['GET', '/v1/payments'],
  ['POST', '/v1/payments/none/verify'],
  ['GET', '/v1/sites'],
  ['GET', '/health/live'],
  ['GET', '/health/ready'],
  ['GET', '/metrics'],
  ['GET', '/docs'],
  ['GET', '/openapi.json'],
  ['GET', '/'],
  ['GET', '/checkout/unknown'],
  ['GET', '/cinetpay/notify'],
  ['POST', '/checkout/unknown/return'],
  ['GET', '/nowhere'],
])('%s %s refuses Authorization and Host that come twice', async (method, path) => {
  const twice = await send(method, path, [bearer(), ['authorization', 'Bearer other']]);
  expect([twice.status, twice.body.code]).toEqual([400, 'malformed_request']);
  expect((await send(method, path, [['HOST', 'other.example']])).status).toBe(400);
});

it('POST /v2/payment refuses in its own envelope', async () => {
  const body = JSON.stringify({ apikey: gateway.apiKey, site_id: '100001' });
  const { status, body: said } = await send('POST', '/v2/payment', [JSON_TYPE, JSON_TYPE], body);
  expect([status, said.code, said.description]).toEqual([
    ...[400, '608', 'The header Content-Type came twice; send it once.'],
  ]);
});

it('a notification is kept, as one whose token verifies nothing', async () => {
  const notification = formOf('unknown');
  const token: [string, string] = ['x-token', xToken(notification, SITE.secret_key)];
  const form: [string, string] = ['Content-Type', 'application/x-www-form-urlencoded'];
  const answer = await send('POST', '/cinetpay/notify', [form, token, token], encodeForm(notification));
  expect(answer.status).toBe(200);
  await send('POST', '/cinetpay/notify', [form, form, token], encodeForm(notification));
  const { rows } = await gateway.db.query('SELECT validity FROM notifications ORDER BY id');
  expect(rows).toEqual([{ validity: 'bad_token' }, { validity: 'unknown_transaction' }]);
});
