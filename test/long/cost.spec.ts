// Proves that every shape of request costs little on every route, and prints what (docs/security.md).
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attacksOn, faultsOf, figureOf, settled, summary, type Figure } from '../security/attacks';
import { startWatched, type Watched } from '../security/gateway';

let watched: Watched;

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
  console.log(summary(await settled(watched, figures)));
  expect(figures.flatMap(faultsOf)).toEqual([]);
});
