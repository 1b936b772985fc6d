// Proves that replicas can be replaced one by one under load without a failed request, and that what one is told all keep to within 5 s.
import { Agent, request as send } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pause } from '../../src/common/clock';
import { eventually, order, request, type Answer } from '../support/gateway';
import { figure, SITE, startFleet, type Fleet } from './fleet';
import { percentile, place, put, untilAllHaveCounters } from './orders';

const PROBE_MS = 200;
const PER_SECOND = 50;
let fleet: Fleet;

beforeEach(async () => {
  fleet = await startFleet(3, { CINETPAY_RATE_PER_SECOND: '100', CHECK_SCHEDULE_SECONDS: '36000', LOG_LEVEL: 'warn' });
});
afterEach(() => fleet.close());

/** What stands in front of replicas: knows which are ready, takes turns, keeps its connections. */
class LoadBalancer {
  private readonly ready = new Set<string>();
  private readonly agent = new Agent({ keepAlive: true });
  private turn = 0;
  private over = false;
  private probing = Promise.resolve();

  constructor(private readonly urls: string[]) {}

  async start(): Promise<void> {
    await Promise.all(this.urls.map((url) => this.probe(url)));
    this.probing = (async () => {
      while (!this.over) {
        await Promise.all(this.urls.map((url) => this.probe(url)));
        await pause(PROBE_MS);
      }
    })();
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.probing;
    this.agent.destroy();
  }

  /** @returns the status, or what went wrong with the connection; one that the server had closed before is not used again */
  send(method: string, path: string, body: unknown, key: string): Promise<number | string> {
    const urls = this.urls.filter((url) => this.ready.has(url));
    const url = urls[this.turn++ % urls.length];
    if (url === undefined) return Promise.resolve('no replica is ready');
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { authorization: `Bearer ${key}`, ...(text ? { 'content-type': 'application/json' } : {}) };
    return new Promise((resolve) => {
      const sent = send(url + path, { method, agent: this.agent, headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode!));
        answer.once('error', (error) => resolve(error.message));
      });
      sent.once('error', (error) => resolve(error.message));
      sent.end(text);
    });
  }

  private async probe(url: string): Promise<void> {
    const isReady = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
      .then(({ status }) => status === 200)
      .catch(() => false);
    if (isReady) this.ready.add(url);
    else this.ready.delete(url);
  }
}

it('a rolling restart of three replicas under 50 requests a second fails none of them, and no order is left behind', async () => {
  const balancer = new LoadBalancer(fleet.replicas.map(({ url }) => url));
  await balancer.start();
  // Some calls to CinetPay are always under way when a replica is asked to stop.
  await put(fleet, 'faults', {
    seed: 1,
    rules: [{ operation: 'payment', kind: 'delay', delay_ms: 1_500, probability: 0.5 }],
  });
  const answers = new Map<number | string, number>();
  const times: number[] = [];
  const pending = new Set<Promise<void>>();
  let over = false;
  const one = async (index: number): Promise<void> => {
    const from = performance.now();
    const isOrder = index % 3 === 0;
    const [method, path, body] = isOrder
      ? ['POST', '/v1/payments', order()]
      : ['GET', '/v1/payments?limit=1', undefined];
    const answer = await balancer.send(method, path, body, fleet.apiKey);
    times.push(performance.now() - from);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  };
  const load = (async () => {
    const began = performance.now();
    for (let index = 0; !over; index++) {
      const sending: Promise<void> = one(index).finally(() => pending.delete(sending));
      pending.add(sending);
      await pause(Math.max(0, began + (index * 1000) / PER_SECOND - performance.now()));
    }
  })();
  await pause(2_000);
  const codes: (number | null)[] = [];
  for (const replica of fleet.replicas) {
    codes.push(await replica.stop('SIGTERM'));
    await replica.start();
    await pause(1_000);
  }
  await pause(1_000);
  over = true;
  await load;
  await Promise.all(pending);
  await balancer.stop();
  const p99 = percentile(times, 0.99);
  figure(`${times.length} requests in a rolling restart: ${JSON.stringify([...answers])}, p99 ${p99.toFixed(0)} ms`);
  expect(codes).toEqual([0, 0, 0]);
  expect([...answers.keys()].filter((answer) => ![200, 201, 202].includes(answer as number))).toEqual([]);
  // Nothing waits for a dead replica's lease: what was claimed was handed back.
  figure(`counters for all of them after ${(await untilAllHaveCounters(fleet, 20_000)).toFixed(1)} s more`);
});

it('a revoked key and a paused site are refused by every replica within 5 s', async () => {
  const created = await fleet.cli('keys', 'create', 'leaving');
  const key = /cpk_\S+/.exec(created)![0];
  const id = /^id\s+(\S+)$/m.exec(created)![1]!;
  const ask = (url: string): Promise<Answer> =>
    request('GET', `${url}/v1/payments?limit=1`, undefined, { authorization: `Bearer ${key}` });
  for (const { url } of fleet.replicas) expect((await ask(url)).status).toBe(200);
  const untilEach = async (all: (replica: number) => Promise<boolean>): Promise<number[]> => {
    const from = performance.now();
    const each = fleet.replicas.map((_, replica) =>
      eventually(() => all(replica), 10_000).then(() => (performance.now() - from) / 1000),
    );
    return Promise.all(each);
  };
  // In use all the time: an answer that is remembered is asked for again.
  const using = setInterval(() => fleet.replicas.forEach(({ url }) => void ask(url).catch(() => undefined)), 100);
  await fleet.cli('keys', 'revoke', id);
  const revoked = await untilEach(async (replica) => (await ask(fleet.replicas[replica]!.url)).status === 401);
  clearInterval(using);
  for (const [index] of fleet.replicas.entries()) expect((await place(fleet, index)).status).toBe(201);
  await fleet.cli('sites', 'pause', SITE.site_id, '--reason', 'a test');
  const paused = await untilEach(async (replica) => (await place(fleet, replica)).body.code === 'site_paused');
  await fleet.cli('sites', 'resume', SITE.site_id);
  const resumed = await untilEach(async (replica) => (await place(fleet, replica)).status < 300);
  const told = (seconds: number[]): string => seconds.map((one) => one.toFixed(1)).join(' ');
  figure(
    `seconds until every replica keeps to it: revoked ${told(revoked)}, paused ${told(paused)}, resumed ${told(resumed)}`,
  );
  for (const seconds of [...revoked, ...paused, ...resumed]) expect(seconds).toBeLessThanOrEqual(5);
});
