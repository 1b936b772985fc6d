// Proves that no receiver does harm, whatever it answers or does not answer: to itself, to us, to the others.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReceiverClient } from '../../src/webhooks/receiver.client';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { startReceiver } from './receiver';
import { scene } from './scene';

describe('a receiver', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ env: { WEBHOOK_RETRY_SECONDS: '1,1' } });
    gateway.app.get(ReceiverClient).attemptMs = 1_500;
  });
  afterAll(() => gateway.close());

  it('that says Retry-After is left alone for that long', async () => {
    const { receiver, write, arrived, settled } = await scene(gateway);
    receiver.answer = (response, _, n) =>
      void (n === 1 ? response.writeHead(503, { 'retry-after': '3' }) : response.writeHead(204)).end('busy');
    await write();
    await arrived(2, 10_000);
    const [first, second] = receiver.arrivals;
    expect(second!.at - first!.at).toBeGreaterThan(2_950);
    expect(second!.at - first!.at).toBeLessThan(4_500);
    expect(second!.body).toBe(first!.body);
    const [delivery] = await settled('delivered');
    expect(delivery.attempts.map((one: any) => [one.number, one.http_status, one.error, one.response])).toEqual([
      [1, 503, null, 'busy'],
      [2, 204, null, ''],
    ]);
    await receiver.close();
  });

  it('that is gone (410) gets nothing any more until it is enabled again and asks for a replay', async () => {
    const { call, id, receiver, write, arrived, settled } = await scene(gateway);
    receiver.answer = (response) => void response.writeHead(500).end();
    const events = [await write(), await write()];
    await arrived(2);
    receiver.answer = (response) => void response.writeHead(410).end();
    await settled('cancelled');
    expect((await call('GET', `/v1/webhook-endpoints/${id}`)).body).toMatchObject({
      enabled: false,
      disabled_reason: 'gone',
    });
    receiver.answer = (response) => void response.writeHead(204).end();
    const before = receiver.arrivals.length;
    events.push(await write());
    await eventually(async () =>
      expect((await gateway.db.query('SELECT FROM events WHERE position IS NULL')).rows).toEqual([]),
    );
    const since = { since: new Date(Date.now() - 60_000).toISOString() };
    expect((await call('POST', `/v1/webhook-endpoints/${id}/replay`, since)).status).toBe(409);
    expect(receiver.arrivals).toHaveLength(before);
    await call('PATCH', `/v1/webhook-endpoints/${id}`, { enabled: true });
    expect((await call('POST', `/v1/webhook-endpoints/${id}/replay`, since)).body).toEqual({ deliveries: 3 });
    await settled('delivered');
    expect(
      receiver.arrivals
        .slice(before)
        .map((one) => one.id)
        .toSorted(),
    ).toEqual(events.toSorted());
    await receiver.close();
  });

  it('that says 410 at an address which is no longer the endpoint’s disables nothing', async () => {
    const { call, id, receiver, write, arrived, settled } = await scene(gateway);
    let sayGone = (): void => undefined;
    receiver.answer = (response, { path }) => {
      if (path === '/new') return void response.writeHead(204).end();
      sayGone = () => void response.writeHead(410).end();
    };
    await write();
    await arrived(1);
    const url = receiver.url.replace('/hook', '/new');
    await call('PATCH', `/v1/webhook-endpoints/${id}`, { url });
    sayGone();
    const [delivery] = await settled('delivered', 10_000);
    expect(delivery.attempts.map((one: any) => one.http_status)).toEqual([410, 204]);
    expect((await call('GET', `/v1/webhook-endpoints/${id}`)).body.enabled).toBe(true);
    await receiver.close();
  });

  it('that redirects is not followed, and fails by the schedule', async () => {
    const canary = await startReceiver();
    const { receiver, write, settled } = await scene(gateway);
    receiver.answer = (response, _, n) =>
      void response.writeHead([301, 307, 308][n - 1]!, { location: canary.url }).end();
    await write();
    const [delivery] = await settled('failed', 10_000);
    expect(delivery.attempts.map((one: any) => [one.http_status, one.error])).toEqual(
      [301, 307, 308].map((status) => [status, 'redirect_not_followed']),
    );
    expect(canary.connections).toBe(0);
    await Promise.all([receiver.close(), canary.close()]);
  });

  it('that answers without end is cut off after the part that is kept', async () => {
    const { receiver, write, settled } = await scene(gateway);
    let cut = false;
    let sent = 0;
    receiver.answer = (response) => {
      response.writeHead(200).on('close', () => (cut = true));
      const more = (): void => {
        while (!cut && sent < 500_000_000 && response.write('\0é'.repeat(20_000))) sent += 60_000;
        if (!cut) response.once('drain', more);
      };
      more();
    };
    await write();
    const [delivery] = await settled('delivered');
    await eventually(() => expect(cut).toBe(true));
    expect(sent).toBeLessThan(50_000_000);
    const [{ response }] = delivery.attempts;
    expect(response).toMatch(/^(\uFFFDé){341}\uFFFD$/);
    await receiver.close();
  });

  it('that drips its answer is not waited for, and has delivered by its status', async () => {
    const { receiver, write, settled } = await scene(gateway);
    receiver.answer = (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 100);
      response.on('close', () => clearInterval(drip));
    };
    await write();
    const [delivery] = await settled('delivered');
    expect(delivery.attempts[0].duration_ms).toBeLessThan(2_500);
    expect(delivery.attempts[0].response).toMatch(/^x+$/);
    await receiver.close();
  });

  it('that never answers costs the time of one attempt, and keeps nobody waiting', async () => {
    const dead = await scene(gateway);
    dead.receiver.answer = () => undefined;
    // More endpoints of the same dead receiver, as drop-in shops have them.
    for (let i = 0; i < 30; i++)
      await dead.call('POST', '/v1/webhook-endpoints', { url: `${dead.receiver.url}?order=${i}` });
    for (let i = 0; i < 20; i++) await dead.write();
    await dead.arrived(8);
    const alive = await scene(gateway);
    const begun = performance.now();
    for (let i = 0; i < 20; i++) await alive.write();
    await alive.arrived(20);
    expect(performance.now() - begun).toBeLessThan(1_400);
    expect(dead.receiver.arrivals.length).toBeLessThanOrEqual(12);
    const tried = await eventually(async () => {
      const attempts = `SELECT a.* FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id
        JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE e.caller = $1`;
      const { rows } = await gateway.db.query(attempts, [dead.caller]);
      expect(rows).not.toEqual([]);
      return rows;
    });
    expect(tried[0]).toMatchObject({ http_status: null, error: 'timeout', response: null });
    expect(tried[0].duration_ms).toBeGreaterThan(1_400);
    for (const { id } of (await dead.call('GET', '/v1/webhook-endpoints')).body.data)
      await dead.call('DELETE', `/v1/webhook-endpoints/${id}`);
    await Promise.all([dead.receiver.close(), alive.receiver.close()]);
  });

  it('that takes 20 ms gets many at the same time', async () => {
    const { caller, receiver, deliveries } = await scene(gateway);
    let underWay = 0;
    let most = 0;
    receiver.answer = (response) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => (underWay--, response.writeHead(204).end()), 20);
    };
    await gateway.db.query(
      `INSERT INTO events (id, type, caller, transaction_id, status, created_at, data)
       SELECT lpad('M' || i, 26, '0'), 'payment.accepted', $1, 'M' || i, 'accepted', now(), '{"payment":{}}'
       FROM generate_series(1, 1000) i`,
      [caller],
    );
    // One after the other they would take 20 s and more.
    await eventually(() => expect(receiver.arrivals).toHaveLength(1000), 10_000);
    expect(new Set(receiver.arrivals.map((one) => one.id)).size).toBe(1000);
    await eventually(async () => expect(await deliveries('?status=pending')).toEqual([]));
    expect(most).toBeGreaterThan(16);
    expect(most).toBeLessThanOrEqual(64);
    await receiver.close();
  });
});
