// Proves what one client address may do without a valid key, and which address a request is taken to come from.
import { afterEach, describe, expect, it } from 'vitest';
import { clientAddress, clientOf, shortened } from '../../src/common/client-address';
import { AddressCounts } from '../../src/throttling/address.counts';
import { AddressLimits, CHECKOUT_QUOTA } from '../../src/throttling/address.limits';
import { request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';

const LIMIT = 10;
let gateway: TestGateway;
afterEach(() => gateway.close());

async function start(env: Record<string, string> = {}): Promise<void> {
  gateway = await startTestGateway({ env: { THROTTLE_LIMIT: String(LIMIT), ...env } });
}

const guess = (from?: string): Promise<Answer> =>
  request('GET', `${gateway.url}/v1/payments`, undefined, {
    authorization: `Bearer cpk_${'x'.repeat(43)}`,
    ...(from === undefined ? {} : { 'x-forwarded-for': from }),
  });

async function statuses(count: number, from?: string): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < count; i++) seen.push((await guess(from)).status);
  return seen;
}

describe('without a valid key', () => {
  it('an address may not try keys at speed, and a valid one is let in all the same, also one that is new here', async () => {
    await start();
    const fresh = await gateway.createKey('fresh');
    const first = await guess();
    expect(first.status).toBe(401);
    expect(first.headers.get('ratelimit')).toBe(`"default";r=${LIMIT - 1};t=60`);
    expect(await statuses(LIMIT - 1)).toEqual(Array(LIMIT - 1).fill(401));
    const refused = await guess();
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'rate_limited' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    const right = await request('GET', `${gateway.url}/v1/payments`, undefined, { authorization: `Bearer ${fresh}` });
    expect(right.status).toBe(200);
  });

  it('an address keeps out no caller that is known there', async () => {
    await start();
    expect((await gateway.call('GET', '/v1/payments')).status).toBe(200);
    const seen = await statuses(LIMIT + 5);
    expect(seen.slice(-5)).toEqual(Array(5).fill(429));
    expect((await gateway.call('GET', '/v1/payments')).status).toBe(200);
  });

  it('a caller spends nothing of its address', async () => {
    await start();
    const other = await gateway.createKey('other');
    for (let i = 0; i < LIMIT; i++) await gateway.call('GET', '/v1/payments');
    const answer = await request('GET', `${gateway.url}/v1/payments`, undefined, { authorization: `Bearer ${other}` });
    expect(answer.status).toBe(200);
    expect(await statuses(LIMIT)).toEqual(Array(LIMIT).fill(401));
  });
});

describe('X-Forwarded-For', () => {
  it('is not believed from anybody when no proxy is configured', async () => {
    await start();
    for (let i = 0; i < LIMIT; i++) await guess(`203.0.113.${i}`);
    expect((await guess('203.0.113.200')).status).toBe(429);
  });

  it('is believed for as many hops as are configured, counted from us', async () => {
    await start({ TRUST_PROXY_HOPS: '1' });
    expect(await statuses(LIMIT, '198.51.100.7')).toEqual(Array(LIMIT).fill(401));
    expect((await guess('198.51.100.7')).status).toBe(429);
    // What stands further left was written by the client.
    expect((await guess('203.0.113.1, 198.51.100.7')).status).toBe(429);
    expect((await guess('198.51.100.8')).status).toBe(401);
  });

  it('is believed one further with two hops', async () => {
    await start({ TRUST_PROXY_HOPS: '2' });
    for (let i = 0; i < LIMIT; i++) await guess(`10.0.0.${i}, 198.51.100.7, 192.0.2.${i}`);
    expect((await guess('198.51.100.7, 192.0.2.99')).status).toBe(429);
    expect((await guess('198.51.100.8, 192.0.2.1')).status).toBe(401);
  });

  it('is one address whatever port and spelling the proxy writes, and one that is none counts as the proxy', async () => {
    await start({ TRUST_PROXY_HOPS: '1' });
    for (let i = 0; i < LIMIT; i++) expect((await guess(`203.0.113.9:${51_234 + i}`)).status).toBe(401);
    expect((await guess('::ffff:203.0.113.9')).status).toBe(429);
    for (let i = 0; i < LIMIT; i++) expect((await guess(`[2001:db8::${i}]:${51_234 + i}`)).status).toBe(401);
    expect((await guess('2001:db8::99')).status).toBe(429);
    for (let i = 0; i < LIMIT; i++) expect((await guess(`rubbish ${i}`)).status).toBe(401);
    expect((await guess('rubbish of another kind')).status).toBe(429);
  });
});

describe('the address of a client', () => {
  it.each([
    ['203.0.113.9:51234', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:DB8:0:0::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
  ])('written %s is %s', (written, address) => {
    expect(clientAddress({ ips: ['10.0.0.1', written] })).toBe(address);
    expect(clientAddress({ ip: written })).toBe(address);
  });

  it.each([
    'unknown',
    '_hidden',
    '',
    '203.0.113.999',
    '203.0.113.9:port',
    '[203.0.113.9',
    '1.2.3.4:5:6',
    '\0',
    '%',
    '[]:1',
  ])('is not %j, but that of the proxy that wrote it', (written) => {
    expect(clientAddress({ ips: ['10.0.0.1', '10.0.0.2:80', written] })).toBe('10.0.0.2');
    expect(clientAddress({ ip: written })).toBe('unknown');
  });

  it('is shortened to the network that it lies in', () => {
    expect(shortened('203.0.113.9')).toBe('203.0.113.0/24');
    expect(shortened('2001:db8:1:2ff:3:4:5:6')).toBe('2001:db8:1:200::/56');
    expect(shortened('unknown')).toBe('unknown');
  });
});

describe('the checkout', () => {
  it('turns a flood from one address away, but never the ping that CinetPay sends to the return address', async () => {
    await start();
    const { checkout } = gateway.app.get(AddressLimits);
    const page = `${gateway.url}/checkout/unknown`;
    expect((await request('GET', page)).status).toBe(404);
    for (let i = 0; i < CHECKOUT_QUOTA.limit; i++) checkout.count('127.0.0.1');
    const refused = await request('GET', page);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
    expect((await request('GET', `${page}/status`)).status).toBe(429);
    expect((await request('HEAD', `${page}/return`)).status).toBe(200);
    expect((await request('GET', `${page}/return`)).status).toBe(200);
    expect((await gateway.call('GET', '/v1/payments')).status).toBe(200);
  });
});

describe('counts per address', () => {
  it('forget what they have seen when too many come, and never refuse a new one for it', () => {
    const counts = new AddressCounts(1, 60_000);
    for (let i = 0; i < 50_000; i++) expect(counts.count(`a${i}`).isAllowed).toBe(true);
    expect(counts.count('a49999').isAllowed).toBe(false);
    expect(counts.count('a1').isAllowed).toBe(true);
    expect((counts as unknown as { windows: Map<string, unknown> }).windows.size).toBeLessThanOrEqual(10_000);
  });

  it('take the network of an IPv6 address for one client', () => {
    expect(clientOf({ ip: '2001:db8:1:2:3:4:5:6' })).toBe(clientOf({ ip: '2001:db8:1:2::1' }));
    expect(clientOf({ ip: '2001:db8:1:3::1' })).not.toBe(clientOf({ ip: '2001:db8:1:2::1' }));
    expect(clientOf({ ip: '::ffff:192.0.2.1' })).toBe('192.0.2.1');
  });
});
