// Proves that a receiver which was away for longer than the schedule loses nothing: a replay brings every event with the
// same ids and bytes, a retry a single one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { startReceiver, verifies } from './receiver';
import { scene } from './scene';

describe('a replay', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startTestGateway({ env: { WEBHOOK_RETRY_SECONDS: '1,1' } })));
  afterAll(() => gateway.close());

  it('brings what was missed during an outage, what was delivered and what was never owed: same ids, same bytes', async () => {
    const { call, id, secret, receiver, write, arrived, settled } = await scene(gateway);
    const replay = (body: object) => call('POST', `/v1/webhook-endpoints/${id}/replay`, body);
    const since = new Date(Date.now() - 1_000).toISOString();
    const before = [await write(), await write()];
    await arrived(2);
    await settled('delivered');
    await receiver.close();
    const during: string[] = [];
    for (let i = 0; i < 30; i++) during.push(await write());
    const failed = await eventually(async () => {
      const found = (await call('GET', '/v1/deliveries?status=failed')).body.data;
      expect(found).toHaveLength(during.length);
      return found;
    }, 15_000);
    for (const { attempts, next_attempt_at } of failed) {
      expect(attempts.map((one: any) => [one.number, one.error])).toEqual(
        [1, 2, 3].map((n) => [n, 'connection_refused']),
      );
      expect(next_attempt_at).toBeNull();
    }
    // Never owed: the endpoint was disabled when it happened.
    await call('PATCH', `/v1/webhook-endpoints/${id}`, { enabled: false });
    const unowed = await write();
    await eventually(async () =>
      expect((await gateway.db.query('SELECT FROM events WHERE position IS NULL')).rows).toEqual([]),
    );
    await call('PATCH', `/v1/webhook-endpoints/${id}`, { enabled: true });

    const again = await startReceiver(Number(new URL(receiver.url).port));
    const all = [...before, ...during, unowed];
    const answer = await replay({ since });
    expect([answer.status, answer.body]).toEqual([202, { deliveries: all.length }]);
    await eventually(() => expect(again.arrivals).toHaveLength(all.length));
    expect(again.arrivals.map((one) => one.id).toSorted()).toEqual(all.toSorted());
    const feed = (await call('GET', '/v1/events')).text;
    for (const arrival of again.arrivals) {
      expect(feed).toContain(arrival.body);
      expect(verifies(secret, arrival)).toBe(true);
    }
    for (const first of receiver.arrivals)
      expect(again.arrivals.find((one) => one.id === first.id)?.body).toBe(first.body);
    const numbers = (await settled('delivered')).map((one) => one.attempts.length);
    expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 2, ...during.map(() => 4)]);
    await again.close();
  });

  it('starts the schedule anew', async () => {
    const { call, id, receiver, write, settled } = await scene(gateway);
    receiver.answer = (response) => void response.writeHead(500).end();
    await write();
    await settled('failed', 10_000);
    expect(receiver.arrivals).toHaveLength(3);
    await call('POST', `/v1/webhook-endpoints/${id}/replay`, { since: '2020-01-01T00:00:00Z' });
    const [delivery] = await settled('failed', 10_000);
    expect(delivery.attempts.map((one: any) => one.number)).toEqual([1, 2, 3, 4, 5, 6]);
    await receiver.close();
  });

  it('takes the events of its time and of the endpoint’s kinds only', async () => {
    const { call, id, write, settled, receiver } = await scene(gateway, { events: ['payment.accepted'] });
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
    for (const minute of [0, 1, 2, 3]) await write({ createdAt: at(minute) });
    await write({ createdAt: at(1), type: 'payment.pending' });
    await eventually(() => expect(receiver.arrivals).toHaveLength(4));
    await settled('delivered');
    const replay = async (body: object) => (await call('POST', `/v1/webhook-endpoints/${id}/replay`, body)).body;
    expect(await replay({ since: at(1), until: at(3) })).toEqual({ deliveries: 2 });
    expect(await replay({ since: at(3) })).toEqual({ deliveries: 1 });
    expect(await replay({ since: at(4) })).toEqual({ deliveries: 0 });
    expect((await replay({ since: at(3), until: at(1) })).errors).toMatchObject([{ pointer: '/until', code: 'range' }]);
    expect((await replay({})).errors).toMatchObject([{ pointer: '/since', code: 'required' }]);
    for (const since of ['yesterday', '20260131', '2026-W05', '2026-01-31T08:00+01', '-100000-01-01T00:00:00Z'])
      expect((await replay({ since })).errors).toMatchObject([{ pointer: '/since', code: 'format' }]);
    expect((await replay({ since: '1970-01-01', until: '9999-12-31' })).deliveries).toBe(4);
    await receiver.close();
  });

  it('goes through more events than one statement takes', async () => {
    const { call, id, caller, receiver } = await scene(gateway);
    await gateway.db.query(
      `INSERT INTO events (id, type, caller, transaction_id, status, created_at, data, position)
       SELECT lpad('R' || i, 26, '0'), 'payment.accepted', $1, 'R' || i, 'accepted', now(), '{"payment":{}}',
         (SELECT coalesce(max(position), 0) FROM events) + i FROM generate_series(1, 2500) i`,
      [caller],
    );
    const answer = await call('POST', `/v1/webhook-endpoints/${id}/replay`, { since: '2020-01-01T00:00:00Z' });
    expect(answer.body).toEqual({ deliveries: 2500 });
    await eventually(() => expect(new Set(receiver.arrivals.map((one) => one.id)).size).toBe(2500), 40_000);
    await receiver.close();
  });
});

describe('a retry', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startTestGateway({ env: { WEBHOOK_RETRY_SECONDS: '3600' } })));
  afterAll(() => gateway.close());

  it('sends one delivery again at once, whether it waits, has failed or was delivered', async () => {
    const { call, receiver, write, arrived, settled } = await scene(gateway);
    receiver.answer = (response, _, n) => void response.writeHead(n <= 3 ? 500 : 204).end();
    await write();
    await arrived(1);
    const [{ id }] = await eventually(async () => {
      const found = await settled('pending');
      expect(found[0].attempts).toHaveLength(1);
      return found;
    });
    const retry = () => call('POST', `/v1/deliveries/${id}/retry`);
    const answer = await retry();
    expect([answer.status, answer.body.id, answer.body.status]).toEqual([202, id, 'pending']);
    await arrived(2);
    // One failure of a new schedule: it waits again. Asked for twice, it has failed for good only when that one ends.
    await eventually(async () => expect((await settled('pending'))[0].attempts).toHaveLength(2));
    await gateway.db.query('UPDATE webhook_deliveries SET next_attempt_at = now() WHERE id = $1', [id]);
    await settled('failed');
    await retry();
    await settled('delivered');
    await retry();
    await arrived(5);
    expect(new Set(receiver.arrivals.map((one) => one.id + one.body)).size).toBe(1);
    const [delivery] = await settled('delivered');
    expect(delivery.attempts.map((one: any) => [one.number, one.http_status])).toEqual([
      [1, 500],
      [2, 500],
      [3, 500],
      [4, 204],
      [5, 204],
    ]);
    await receiver.close();
  });

  it('is due at once, with the whole schedule before it, when an attempt of the former one fails later', async () => {
    const { call, receiver, write, arrived, settled } = await scene(gateway);
    let refuse = (): void => undefined;
    receiver.answer = (response, _, n) => {
      refuse = () => void response.writeHead(500).end();
      if (n === 2) refuse();
    };
    await write();
    await arrived(1);
    const [{ id }] = await settled('pending');
    expect((await call('POST', `/v1/deliveries/${id}/retry`)).status).toBe(202);
    refuse();
    await arrived(2);
    // The schedule has one wait: had the first attempt counted, this would be the end.
    await eventually(async () => {
      const [delivery] = await settled('pending');
      expect(delivery.attempts).toHaveLength(2);
      expect(Date.parse(delivery.next_attempt_at) - Date.now()).toBeGreaterThan(2_000_000);
    });
    await receiver.close();
  });
});
