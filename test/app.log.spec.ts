// Proves that the log tells of each request from where it came, whose key it had and which problem it was answered with, and no more than that.
import { afterEach, describe, expect, it } from 'vitest';
import { ApiKeys } from '../src/auth/api-keys.service';
import { eventually, order, request, startTestGateway, type TestGateway } from './support/gateway';

let gateway: TestGateway;
const lines: Record<string, any>[] = [];

afterEach(async () => {
  await gateway.close();
  lines.length = 0;
});

async function start(env: Record<string, string> = {}): Promise<void> {
  gateway = await startTestGateway({ env, log: (line) => lines.push(line) });
}

let asked = 0;

/** The line of one request. */
async function lineOf(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, any>> {
  const id = `of-this-test-${++asked}`;
  await request(method, gateway.url + path, body, { 'request-id': id, ...headers });
  return eventually(() => lines.find((line) => line.msg === 'request' && line.request_id === id) ?? false);
}

describe('a request line', () => {
  it('names the problem of each kind of answer, the key where it was valid, and the address always', async () => {
    await start();
    const key = { authorization: `Bearer ${gateway.apiKey}` };
    const keyId = (await gateway.app.get(ApiKeys).list())[0]!.id;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const dropIn = { apikey: gateway.apiKey, site_id: '1' };
    const expected: [string, Record<string, any>, Record<string, any>][] = [
      ['created', await lineOf('POST', '/v1/payments', order(), key), { status: 201, key_id: keyId, caller: 'shop' }],
      ['read', await lineOf('GET', '/v1/payments', undefined, key), { status: 200, key_id: keyId }],
      ['no key', await lineOf('GET', '/v1/payments'), { status: 401, code: 'unauthorized' }],
      [
        'wrong scope',
        await lineOf('GET', '/v1/sites', undefined, key),
        { status: 403, code: 'forbidden', key_id: keyId },
      ],
      ['unknown', await lineOf('GET', '/v1/payments/NONE', undefined, key), { status: 404, code: 'not_found' }],
      ['no route', await lineOf('GET', '/nowhere'), { status: 404, code: 'not_found', route: 'none' }],
      ['faults', await lineOf('POST', '/v1/payments', {}, key), { status: 400, code: 'validation_failed' }],
      ['no JSON', await lineOf('POST', '/v1/payments', '{', key), { status: 400, code: 'malformed_json' }],
      [
        'a form',
        await lineOf('POST', '/v1/payments', 'a=1', { ...key, ...form }),
        { status: 415, code: 'unsupported_media_type' },
      ],
      [
        'drop-in faults',
        await lineOf('POST', '/v2/payment', dropIn),
        { status: 400, code: 'validation_failed', key_id: keyId },
      ],
      ['drop-in key', await lineOf('POST', '/v2/payment', { apikey: 'x' }), { status: 400, code: 'unauthorized' }],
      ['page', await lineOf('GET', '/checkout/unknown'), { status: 404, code: 'not_found' }],
      ['ping', await lineOf('GET', '/cinetpay/notify'), { status: 200 }],
    ];
    for (const [name, line, wanted] of expected) {
      expect([name, line]).toEqual([name, expect.objectContaining({ client: '127.0.0.1', ...wanted })]);
      expect([name, 'code' in line, 'key_id' in line]).toEqual([name, line.status >= 400, line.caller === 'shop']);
    }
    expect(JSON.stringify(lines)).not.toContain(gateway.apiKey);
  });

  it('names the key that is over its limit', async () => {
    await start({ THROTTLE_LIMIT: '1' });
    await gateway.call('GET', '/v1/payments');
    const line = await lineOf('GET', '/v1/payments', undefined, { authorization: `Bearer ${gateway.apiKey}` });
    expect(line).toMatchObject({ status: 429, code: 'rate_limited', caller: 'shop', key_id: expect.any(String) });
  });

  it('believes the proxies that are configured, and only those', async () => {
    const far = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9:51234' };
    await start();
    expect((await lineOf('GET', '/health/live', undefined, far)).client).toBe('127.0.0.1');
    await gateway.close();
    await start({ TRUST_PROXY_HOPS: '1' });
    expect((await lineOf('GET', '/health/live', undefined, far)).client).toBe('203.0.113.9');
  });

  it('keeps no more than the network where that is wished', async () => {
    await start({ TRUST_PROXY_HOPS: '1', LOG_CLIENT_ADDRESS: 'network' });
    const from = async (written: string): Promise<string> =>
      (await lineOf('GET', '/health/live', undefined, { 'x-forwarded-for': written })).client;
    expect(await from('203.0.113.9:51234')).toBe('203.0.113.0/24');
    expect(await from('[2001:db8:1:2ff::1]:443')).toBe('2001:db8:1:200::/56');
  });
});
