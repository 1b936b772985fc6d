// Proves that every shape of request costs little on every route, prints how little (docs/security.md), and that the worst slow nobody else down.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pause } from '../../src/common/clock';
import { attacksOn, faultsOf, figureOf, settled, summary, yardstick, type Figure } from '../security/attacks';
import { startWatched, type Sent, type Watched } from '../security/gateway';
import { request } from '../support/gateway';
import { startVictim } from '../support/victim';

let watched: Watched;
/** Found by the first test. */
let dearest: Figure[];

beforeAll(async () => {
  watched = await startWatched();
});
afterAll(() => watched.close());

it('no request of any shape holds a process, on any route, with a key or without', async () => {
  const nowhere = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ method, pattern: '/nowhere' }));
  const figures: Figure[] = [];
  for (const route of [...watched.routes, ...nowhere])
    for (const key of [watched.key, undefined])
      for (const attack of attacksOn(watched, route, key)) figures.push(await figureOf(watched, attack));
  dearest = await settled(watched, figures);
  console.log(`${summary(dearest)}\nJSON.parse alone takes ${yardstick().toFixed(1)} ms for the first of these shapes`);
  expect(figures.flatMap(faultsOf)).toEqual([]);
});

it('600 of the worst from one key, which are all that it may send in a minute, leave others at their speed', async () => {
  const { gateway } = watched;
  const victim = await startVictim(gateway, { env: { THROTTLE_LIMIT: '600' } });
  try {
    const worst = dearest
      .filter(({ attack }) => attack.kind === 'body' && attack.name.includes('with a key'))
      .slice(0, 5);
    // Its minute is a fresh one, and so is the others'.
    const key = await gateway.createKey('hostile', ['payments', 'drop_in', 'admin']);
    const other = await gateway.createKey('other');
    const requests = worst.map(({ attack: { sent } }): Sent =>
      JSON.parse(JSON.stringify(sent).replaceAll(watched.key, key)),
    );
    const quiet = await askedFor(10, victim.url, other);
    const [attacked, statuses] = await Promise.all([
      askedFor(MINUTE, victim.url, other),
      attackWith(victim.url, requests),
    ]);
    expect([statuses.length, statuses.includes(429)]).toEqual([600, false]);
    const [before, during] = [p99(quiet), p99(attacked)];
    console.log(`99th percentile of others: ${before.toFixed()} ms before, ${during.toFixed()} ms during the attack`);
    // What this machine takes by itself is not the attack's.
    expect(during - before).toBeLessThan(Math.max(100, 3 * before));
  } finally {
    victim.process.kill();
    await victim.ended;
  }
});

const MINUTE = 60;

/** How long a caller's requests took, one after the other for so many seconds, in ms. */
async function askedFor(seconds: number, url: string, key: string): Promise<number[]> {
  const until = performance.now() + seconds * 1000;
  const durations: number[] = [];
  while (performance.now() < until) {
    const began = performance.now();
    const { status } = await request('GET', `${url}/v1/payments`, undefined, { authorization: `Bearer ${key}` });
    durations.push(performance.now() - began);
    expect(status).toBe(200);
    // Fewer than its own limit.
    await pause(125);
  }
  return durations;
}

function p99(durations: readonly number[]): number {
  return durations.toSorted((a, b) => a - b)[Math.floor(durations.length * 0.99)]!;
}

/** Ten of these at once each second of a minute. @returns the statuses */
async function attackWith(url: string, attacks: readonly Sent[]): Promise<number[]> {
  const statuses: Promise<number>[] = [];
  for (let second = 0; second < MINUTE; second++) {
    for (let i = 0; i < 10; i++) {
      const { method, url: address, headers, body } = attacks[statuses.length % attacks.length]!;
      const to = url + new URL(address).pathname;
      statuses.push(request(method, to, body, headers as Record<string, string>).then(({ status }) => status));
    }
    await pause(1_000);
  }
  return Promise.all(statuses);
}
