// Proves that the feed shows a caller its own events only, page by page, with the stored bytes of "data", and says 410
// when it no longer reaches back.
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestingModule } from '@nestjs/testing';
import { EventsModule } from '../../src/events/events.module';
import { EventsService } from '../../src/events/events.service';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { writeEvent } from '../support/events';
import { services, until } from '../support/services';

interface Page {
  data: { id: string; position: number }[];
  next_cursor: string | null;
}

const shop = { name: 'shop', scopes: ['payments'] as const, keyId: 'k' };
let database: TestDatabase;
let client: Client;
let replica: TestingModule;
let feed: EventsService;
const ids: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  client = await connect(database.url);
  for (let i = 0; i < 10; i++) ids.push(await writeEvent(client, { caller: i % 2 ? 'other' : 'shop' }));
  replica = await services(database.url, [EventsModule]).compile();
  await replica.init();
  feed = replica.get(EventsService);
  await until(async () => (await client.query('SELECT FROM events WHERE position IS NULL')).rowCount === 0);
});

afterAll(async () => {
  await replica.close();
  await client.end();
  await database.drop();
});

const page = async (after?: number, limit = 100): Promise<Page> =>
  JSON.parse(await feed.page(shop, after, limit)) as Page;

it('pages through the events of one caller, oldest first', async () => {
  const first = await page(undefined, 2);
  expect(first.data.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  expect(first.next_cursor).toBe('3');
  const rest = await page(Number(first.next_cursor), 3);
  expect(rest.data.map(({ id, position }) => [id, position])).toEqual([
    [ids[4], 5],
    [ids[6], 7],
    [ids[8], 9],
  ]);
  expect(rest.next_cursor).toBeNull();
  expect(await page(9)).toEqual({ data: [], next_cursor: null });
});

it('shows an admin everybody’s events', async () => {
  const all = JSON.parse(await feed.page({ ...shop, scopes: ['admin'] }, 0, 100)) as Page;
  expect(all.data.map(({ id }) => id)).toEqual(ids);
});

it('shows the stored bytes of "data", whatever they are', async () => {
  const data = '{"payment": {"amount":2500.00,"description":"Reste à payer é \\u00e9"}}';
  const id = await writeEvent(client, { caller: 'bytes', createdAt: new Date('2026-01-02T03:04:05.678Z'), data });
  await until(async () => (await feed.page({ ...shop, name: 'bytes' }, 0, 1)).includes(id));
  expect(await feed.page({ ...shop, name: 'bytes' }, 0, 1)).toBe(
    `{"data":[{"id":"${id}","position":11,"type":"payment.accepted","created_at":"2026-01-02T03:04:05.678Z",` +
      `"data":${data}}],"next_cursor":null}`,
  );
});

it('refuses a position that is older than what is kept', async () => {
  await client.query('DELETE FROM events WHERE position <= 3');
  await expect(page(2)).rejects.toMatchObject({ kind: 'position_gone', status: 410 });
  expect((await page(3)).data).toHaveLength(3);
  expect((await page()).data).toHaveLength(3);
});
