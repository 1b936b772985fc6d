// Proves what happens to a delivery when processes die, hang or work side by side: it is sent at least once with one id,
// and what is written about it is written under the lease that is valid.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CrashPoints } from '../../src/common/crash-points';
import { DeliveryStore } from '../../src/webhooks/delivery.store';
import { createTestDatabase } from '../support/database';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { scene } from './scene';

describe('two workers', () => {
  let one: TestGateway;
  let other: TestGateway;
  const env = { WEBHOOK_RETRY_SECONDS: '1,1,1' };
  beforeAll(async () => {
    one = await startTestGateway({ env });
    other = await startTestGateway({ env, database: one.database, simulator: one.simulator });
  });
  afterAll(async () => {
    await other.close();
    await one.close();
  });

  const expireLeases = (id: string) =>
    one.db.query(`UPDATE webhook_deliveries SET lease_until = now() - interval '1 second' WHERE id = $1`, [id]);

  it('send each delivery once between them', async () => {
    const { receiver, write, settled } = await scene(one);
    receiver.answer = (response) => void setTimeout(() => response.writeHead(204).end(), 5);
    const events: string[] = [];
    for (let i = 0; i < 90; i++) events.push(await write());
    await eventually(() => expect(receiver.arrivals.length).toBeGreaterThanOrEqual(events.length));
    await settled('delivered');
    expect(receiver.arrivals.map((arrival) => arrival.id).toSorted()).toEqual(events.toSorted());
    await receiver.close();
  });

  it('send it again, with the same id and bytes, when one dies between the receiver’s 200 and the commit', async () => {
    const { receiver, write, arrived, settled } = await scene(one);
    const died: string[] = [];
    for (const gateway of [one, other])
      gateway.app.get(CrashPoints).at = (point) => {
        if (point !== 'after-delivery' || died.length > 0) return;
        died.push(point);
        throw new Error('dies here');
      };
    const event = await write();
    await arrived(1);
    const held = `SELECT id, attempts, lease_until > now() AS is_leased FROM webhook_deliveries WHERE event_id = $1`;
    await eventually(() => expect(died).toEqual(['after-delivery']));
    const { rows } = await one.db.query(held, [event]);
    // Nobody knows that it arrived: it is owed until the lease is over, and then sent again.
    expect(rows).toMatchObject([{ attempts: 0, is_leased: true }]);
    await expireLeases(rows[0].id);
    await arrived(2);
    const [first, second] = receiver.arrivals;
    expect([second!.id, second!.body]).toEqual([event, first!.body]);
    const [delivery] = await settled('delivered');
    expect(delivery.attempts).toHaveLength(1);
    await receiver.close();
  });

  it('do not overwrite each other: an attempt whose lease was lost is refused', async () => {
    const { receiver, write, arrived, settled } = await scene(one);
    const stores = [one, other].map((gateway) => gateway.app.get(DeliveryStore));
    // A process that hangs renews nothing.
    const hang = stores.map((store) => vi.spyOn(store, 'renew').mockResolvedValue(undefined));
    let answerFirst = (): void => undefined;
    receiver.answer = (response, _, n) => {
      if (n === 1) answerFirst = () => void response.writeHead(500).end();
      else response.writeHead(204).end();
    };
    const event = await write();
    await arrived(1);
    const { rows } = await one.db.query('SELECT id FROM webhook_deliveries WHERE event_id = $1', [event]);
    await expireLeases(rows[0].id);
    await arrived(2);
    await settled('delivered');
    answerFirst();
    const later = await write();
    await arrived(3);
    expect(receiver.arrivals[2]!.id).toBe(later);
    const all = await settled('delivered');
    expect(all.find((one) => one.id === rows[0].id).attempts).toMatchObject([{ number: 1, http_status: 204 }]);
    for (const hung of hang) hung.mockRestore();
    await receiver.close();
  });

  it('keep a lease alive for as long as an attempt takes', async () => {
    const { receiver, write, arrived, settled } = await scene(one);
    receiver.answer = (response) => void setTimeout(() => response.writeHead(204).end(), 11_500);
    await write();
    await arrived(1);
    const [delivery] = await settled('delivered', 15_000);
    expect(receiver.arrivals).toHaveLength(1);
    expect(delivery.attempts[0].duration_ms).toBeGreaterThan(11_400);
    await receiver.close();
  });
});

describe('a delivery under way', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startTestGateway({ env: { WEBHOOK_RETRY_SECONDS: '1' } })));
  afterAll(() => gateway.close());

  it('counts as delivered when its endpoint is disabled meanwhile and it succeeds all the same', async () => {
    const { call, id, receiver, write, arrived, settled } = await scene(gateway);
    const answers: (() => void)[] = [];
    receiver.answer = (response, _, n) => void answers.push(() => void response.writeHead(n === 1 ? 204 : 500).end());
    await write();
    await arrived(1);
    await write();
    await arrived(2);
    await call('PATCH', `/v1/webhook-endpoints/${id}`, { enabled: false });
    await settled('cancelled');
    for (const answer of answers) answer();
    await eventually(async () => {
      const all = (await call('GET', '/v1/deliveries')).body.data;
      expect(all.map((one: any) => [one.status, one.attempts.length]).toSorted()).toEqual([
        ['cancelled', 1],
        ['delivered', 1],
      ]);
    });
    await receiver.close();
  });

  it('is written back once the database answers again', async () => {
    const { receiver, write, arrived, settled } = await scene(gateway);
    receiver.answer = (response) => void setTimeout(() => response.writeHead(204).end(), 300);
    await write();
    await arrived(1);
    // Every connection of the service is cut while the attempt runs.
    await gateway.db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const [delivery] = await settled('delivered', 10_000);
    expect(delivery.attempts).toHaveLength(1);
    expect(receiver.arrivals).toHaveLength(1);
    await receiver.close();
  });

  it('is held by nobody once it is written back, and written back once, whatever comes late', async () => {
    const { receiver, write, arrived, settled } = await scene(gateway);
    const store = gateway.app.get(DeliveryStore);
    const settle = vi.spyOn(store, 'settle');
    await write();
    await arrived(1);
    const [{ id }] = await settled('delivered');
    const row = async () =>
      (await gateway.db.query('SELECT lease_number, lease_until FROM webhook_deliveries WHERE id = $1', [id])).rows[0];
    // A renewal that was under way meanwhile; a write whose answer was lost.
    await store.renew(new Map([[id, (await row()).lease_number]]));
    expect((await row()).lease_until).toBeNull();
    expect(await store.settle(settle.mock.lastCall![0])).toBe(0);
    expect((await settled('delivered'))[0].attempts).toHaveLength(1);
    settle.mockRestore();
    await receiver.close();
  });

  it('is cut off when the gateway stops for good, and tried again by the next one', async () => {
    const database = await createTestDatabase();
    const env = { WEBHOOK_RETRY_SECONDS: '1', SHUTDOWN_TIMEOUT_MS: '600' };
    const first = await startTestGateway({ env, database, simulator: gateway.simulator });
    const { receiver, write, arrived } = await scene(first);
    receiver.answer = (response, _, n) => void (n > 1 && response.writeHead(204).end());
    const event = await write();
    await arrived(1);
    const begun = performance.now();
    await first.close();
    expect(performance.now() - begun).toBeLessThan(3_000);
    const next = await startTestGateway({ env, database, simulator: gateway.simulator });
    await arrived(2);
    expect(receiver.arrivals.map((arrival) => arrival.id)).toEqual([event, event]);
    await eventually(async () => {
      const { rows } = await next.db.query('SELECT number, http_status, error FROM webhook_attempts ORDER BY number');
      expect(rows).toEqual([
        { number: 1, http_status: null, error: 'interrupted' },
        { number: 2, http_status: 204, error: null },
      ]);
    });
    await next.close();
    await receiver.close();
    await database.drop();
  });
});
