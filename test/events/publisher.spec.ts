// Proves invariant 14: positions have no gaps and no repeats, a reader with a cursor sees each event once and in order,
// and a payment's events stay in theirs, with 64 concurrent writers, two publishers and a leader that is cut off.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestingModule } from '@nestjs/testing';
import { newId } from '../../src/common/ids';
import { WorkSignal } from '../../src/database/work-signal';
import { EventsModule } from '../../src/events/events.module';
import { EventsService } from '../../src/events/events.service';
import type { Poller } from '../../src/common/poller';
import { EventPublisher } from '../../src/events/publisher';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { writeEvent } from '../support/events';
import { eventually } from '../support/gateway';
import { services, until } from '../support/services';

const WRITERS = 64;
const PAYMENTS_EACH = 6;
const TYPES = ['payment.pending', 'payment.expired', 'payment.accepted'];
const admin = { name: 'root', scopes: ['admin'] as const, keyId: 'k' };
interface Item {
  id: string;
  position: number;
  type: string;
  data: { payment: { transaction_id: string } };
}

let database: TestDatabase;
let client: Client;
const replicas: TestingModule[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  client = await connect(database.url);
  for (let i = 0; i < 2; i++) {
    const replica = await services(database.url, [EventsModule], { roles: ['worker'] }).compile();
    replica.enableShutdownHooks();
    await replica.init();
    replicas.push(replica);
  }
});

afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await client.end();
  await database.drop();
});

async function pageAfter(position: number): Promise<Item[]> {
  const events = replicas[0]!.get(EventsService);
  return (JSON.parse(await events.page(admin, position, 37)) as { data: Item[] }).data;
}

/** The connection that holds the publishers' lock, once there is one. */
async function leader(): Promise<number> {
  let pids: number[] = [];
  await until(async () => (pids = await leaders()).length > 0);
  expect(pids).toHaveLength(1);
  return pids[0]!;
}

async function leaders(): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ pid }) => pid);
}

// Every event in its own transaction, held open for a moment: sequence values commit out of order.
async function writer(): Promise<void> {
  const own = await connect(database.url);
  try {
    for (let i = 0; i < PAYMENTS_EACH; i++) {
      const transactionId = newId();
      for (const type of TYPES) {
        await own.query('BEGIN');
        await writeEvent(own, { type, transactionId });
        await own.query('SELECT pg_sleep(random() * 0.02)');
        await own.query('COMMIT');
      }
    }
  } finally {
    await own.end();
  }
}

it('gives every committed event one position, and a reader each of them once', async () => {
  const total = WRITERS * PAYMENTS_EACH * TYPES.length;
  const seen: Item[] = [];
  const reading = until(async () => {
    seen.push(...(await pageAfter(seen.at(-1)?.position ?? 0)));
    return seen.length >= total;
  }, 30_000);
  const writing = Promise.all(Array.from({ length: WRITERS }, writer));
  await until(() => seen.length > 200);
  // The leader loses its connection in the middle: the other one, or a new one of its own, goes on.
  const first = await leader();
  expect((await client.query('SELECT pg_terminate_backend($1) AS is_cut', [first])).rows).toEqual([{ is_cut: true }]);
  expect(seen.length).toBeLessThan(total);
  await writing;
  await reading;

  expect(await leader()).not.toBe(first);
  expect(seen.map((event) => event.position)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  expect(new Set(seen.map((event) => event.id)).size).toBe(total);
  const order = new Map<string, string[]>();
  for (const { type, data } of seen) {
    const { transaction_id } = data.payment;
    order.set(transaction_id, [...(order.get(transaction_id) ?? []), type]);
  }
  expect([...order.values()].every((types) => types.join() === TYPES.join())).toBe(true);
  expect(await pageAfter(total)).toEqual([]);
});

it('shows an event that commits after a later one behind it, never before a cursor that passed; one publisher leads', async () => {
  const { rows } = await client.query<{ last: string }>('SELECT coalesce(max(position), 0) AS last FROM events');
  const start = Number(rows[0]!.last);
  const slow = await connect(database.url);
  await slow.query('BEGIN');
  const late = await writeEvent(slow);
  const early = await writeEvent(client);
  const nextAfter = async (position: number): Promise<Pick<Item, 'id' | 'position'>> => {
    let page: Item[] = [];
    await until(async () => (page = await pageAfter(position)).length > 0);
    expect(page).toHaveLength(1);
    return { id: page[0]!.id, position: page[0]!.position };
  };
  expect(await nextAfter(start)).toEqual({ id: early, position: start + 1 });
  await slow.query('COMMIT');
  await slow.end();
  expect(await nextAfter(start + 1)).toEqual({ id: late, position: start + 2 });
  expect(replicas.filter((replica) => replica.get(EventPublisher).leads)).toHaveLength(1);
});

it('tells other replicas of an event unless it leads: then nobody else has to hear of it', async () => {
  await leader();
  const leads = replicas.find((replica) => replica.get(EventPublisher).leads)!;
  const follows = replicas.find((replica) => replica !== leads)!;
  const heard: unknown[] = [];
  client.on('notification', ({ payload }) => heard.push(payload));
  await client.query('LISTEN gateway_work');
  leads.get(WorkSignal).nudge('event');
  leads.get(WorkSignal).nudge('check');
  await until(() => heard.length > 0);
  follows.get(WorkSignal).nudge('event');
  await until(() => heard.length > 1);
  expect(heard).toEqual(['check', 'event']);
});

it('lets another one lead when its leader stands still, whose connection would hold the lock for ever', async () => {
  const pid = await leader();
  const leads = replicas.find((replica) => replica.get(EventPublisher).leads)!;
  const follows = replicas.find((replica) => replica !== leads)!;
  // What a stopped process does: nothing, on a connection that its machine keeps alive.
  await leads.get<unknown, { poller: Poller }>(EventPublisher).poller.stop();
  await eventually(() => follows.get(EventPublisher).leads, 20_000);
  expect(await leader()).not.toBe(pid);
  expect(leads.get(EventPublisher).leads).toBe(false);
});
