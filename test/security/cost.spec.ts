// Proves that no request holds the process: the largest body and the longest head of each shape cost little on every route, with a key and without.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacksOn, faultsOf, figureOf, type Attack } from './attacks';
import { documented, startWatched, type Route, type Watched } from './gateway';

let watched: Watched;

beforeAll(async () => {
  watched = await startWatched();
});
afterAll(() => watched.close());

/** One route for each way of reading a body or a query; that all shapes cost little on all routes is in test/long. */
const READERS = [
  'POST /v1/payments with a key',
  'POST /v1/payments without a key',
  'POST /v1/webhook-endpoints with a key',
  'GET /v1/deliveries with a key',
  'POST /v2/payment with a key',
  'POST /v2/payment without a key',
  'POST /cinetpay/notify without a key',
  'GET /checkout/:token without a key',
];

describe('the largest request of every shape holds no other up', () => {
  it.each(READERS)('%s', async (reader) => {
    const [method, pattern, which] = reader.split(' ') as [string, string, string];
    expect(await faults(attacksOn(watched, { method, pattern }, which === 'with' ? watched.key : undefined))).toEqual(
      [],
    );
  });
});

it('nor does any other route, each with some of the shapes', async () => {
  const nowhere = ['GET', 'POST', 'PUT'].map((method) => ({ method, pattern: '/nowhere' }));
  const attacks = [...watched.routes, ...nowhere].flatMap((route, index) =>
    [watched.key, undefined].flatMap((key) =>
      // Others at each route, so that all of them get round.
      attacksOn(watched, route, key).filter((_, shape) => (shape + index) % 40 === 0),
    ),
  );
  expect(await faults(attacks)).toEqual([]);
});

it('and no route of the document is left out', async () => {
  const names = ({ method, pattern }: Route): string => `${method} ${pattern}`;
  const missing = (await documented(watched.gateway))
    .map(names)
    .filter((name) => !watched.routes.map(names).includes(name));
  expect(missing).toEqual([]);
});

async function faults(attacks: readonly Attack[]): Promise<string[]> {
  const found: string[] = [];
  for (const attack of attacks) found.push(...faultsOf(await figureOf(watched, attack)));
  return found;
}
