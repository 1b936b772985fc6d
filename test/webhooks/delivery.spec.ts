// Proves that events reach their endpoints: signed as Standard Webhooks says, filtered, and shown to their caller alone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';
import { verifies } from './receiver';
import { scene } from './scene';

describe('a delivery', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startTestGateway({ env: { WEBHOOK_RETRY_SECONDS: '1,1,1' } })));
  afterAll(() => gateway.close());

  it('carries a payment’s events with a signature that the public package verifies, and is told in its history', async () => {
    const { call, receiver, secret, deliveries, arrived } = await scene(gateway);
    const payment = (await call('POST', '/v1/payments', order())).body;
    await request('POST', `${gateway.simulator.url}/_sim/transactions/${payment.transaction_id}/pay`, {});
    await arrived(2);
    const feed = (await call('GET', '/v1/events')).text;
    for (const arrival of receiver.arrivals) {
      expect(verifies(secret, arrival)).toBe(true);
      expect(arrival).toMatchObject({ method: 'POST', path: '/hook' });
      expect(arrival.headers).toMatchObject({ 'content-type': 'application/json' });
      expect(arrival.headers['user-agent']).toMatch(/^cinetpay-gateway\/\d/);
      expect(feed).toContain(arrival.body);
      expect(JSON.parse(arrival.body)).toMatchObject({
        id: arrival.id,
        data: { payment: { transaction_id: payment.transaction_id } },
      });
    }
    const types = receiver.arrivals.map(({ body }) => JSON.parse(body).type);
    expect(types.toSorted()).toEqual(['payment.accepted', 'payment.pending']);
    const all = await eventually(async () => {
      const found = await deliveries(`?transaction_id=${payment.transaction_id}&status=delivered`);
      expect(found).toHaveLength(2);
      return found;
    });
    const events = receiver.arrivals.map(({ id }) => id);
    expect(all.map((one) => one.event_id).toSorted()).toEqual(events.toSorted());
    expect(all[0]).toMatchObject({
      url: receiver.url,
      next_attempt_at: null,
      attempts: [{ number: 1, http_status: 204, error: null, response: '', duration_ms: expect.any(Number) }],
    });
    const history = (await call('GET', `/v1/payments/${payment.transaction_id}/history`)).body.data;
    const told = history.filter((entry: any) => entry.kind === 'delivery').map((entry: any) => entry.evidence);
    expect(told).toHaveLength(2);
    for (const evidence of told) expect(evidence).toMatchObject({ attempt: 1, http_status: 204 });
    expect(told.map((evidence: any) => evidence.event_id).toSorted()).toEqual(events.toSorted());
    await receiver.close();
  });

  it('goes to the endpoints that want this kind of event, and to no other caller’s', async () => {
    const picky = await scene(gateway, { events: ['payment.accepted', 'payment.mismatch'] });
    const other = await scene(gateway);
    const wanted = await picky.write({ type: 'payment.accepted' });
    for (const type of ['payment.pending', 'payment.refused', 'payment.expired']) await picky.write({ type });
    const last = await picky.write({ type: 'payment.mismatch' });
    await picky.arrived(2);
    expect(await picky.settled('delivered')).toHaveLength(2);
    expect(picky.receiver.arrivals.map(({ id }) => id).toSorted()).toEqual([wanted, last].toSorted());
    expect(other.receiver.arrivals).toEqual([]);
    await Promise.all([picky.receiver.close(), other.receiver.close()]);
  });

  it('is signed with both secrets while rotating, then with the new one alone', async () => {
    const { call, id, secret: first, receiver, write, arrived } = await scene(gateway);
    const rotate = async () => (await call('POST', `/v1/webhook-endpoints/${id}/rotate-secret`)).body;
    const { secret: second, previous_valid_until } = await rotate();
    expect(second).not.toBe(first);
    const hours = (Date.parse(previous_valid_until) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.99);
    expect(hours).toBeLessThan(24.01);
    const nextVerifies = async (...secrets: string[]) => {
      const before = receiver.arrivals.length;
      await write();
      await arrived(before + 1);
      return secrets.map((secret) => verifies(secret, receiver.arrivals[before]!));
    };
    expect(await nextVerifies(first, second)).toEqual([true, true]);
    const past = `UPDATE webhook_endpoints SET previous_secret_until = now() - interval '1 second' WHERE id = $1`;
    await gateway.db.query(past, [id]);
    expect(await nextVerifies(first, second)).toEqual([false, true]);
    const { secret: third } = await rotate();
    expect(await nextVerifies(first, second, third)).toEqual([false, true, true]);
    await receiver.close();
  });

  it('is listed newest first, page by page, by any of its filters', async () => {
    const { write, call, deliveries, settled, id, receiver } = await scene(gateway);
    const events: string[] = [];
    for (let i = 0; i < 5; i++) {
      events.unshift(await write());
      await eventually(async () => expect(await deliveries()).toHaveLength(i + 1));
    }
    const all = await settled('delivered');
    expect(all.map((one) => one.event_id)).toEqual(events);
    const seen: any[] = [];
    let cursor: string | null = '';
    do {
      const { body }: any = await call('GET', `/v1/deliveries?limit=2&cursor=${cursor}`);
      seen.push(...body.data);
      cursor = body.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(all);
    const ids = async (query: string) => (await deliveries(query)).map((one) => one.event_id);
    expect(await ids(`?event_id=${events[2]}`)).toEqual([events[2]]);
    expect(await ids(`?endpoint_id=${id}`)).toEqual(events);
    expect(await ids(`?endpoint_id=nobody`)).toEqual([]);
    expect(await ids('?status=pending')).toEqual([]);
    expect(await ids(`?created_before=${all[0].created_at}`)).toEqual(events.slice(1));
    expect(await ids(`?created_after=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
    expect((await call('GET', '/v1/deliveries?status=done')).body.errors).toMatchObject([{ pointer: '/status' }]);
    await receiver.close();
  });

  it('is found by any of its filters together, and by no instant that cannot be', async () => {
    const { write, call, settled, id, receiver } = await scene(gateway);
    await write({ transactionId: 'ALLFILTERS' });
    const [{ event_id, created_at }] = await settled('delivered');
    const cursor = Buffer.from('Z'.repeat(26)).toString('base64url');
    const filters = [
      ...['status=delivered', `endpoint_id=${id}`, `event_id=${event_id}`, 'transaction_id=ALLFILTERS'],
      ...[`created_after=${created_at}`, 'created_before=9999-12-31T23:59:00-12:00', `cursor=${cursor}`],
    ];
    for (let set = 0; set < 2 ** filters.length; set++) {
      const query = filters.filter((_, index) => set & (1 << index)).join('&');
      const { status, body } = await call('GET', `/v1/deliveries?${query}`);
      // Nothing comes after a cursor that is nobody's.
      expect([query, status, body.data?.length]).toEqual([query, 200, query.includes('cursor') ? 0 : 1]);
    }
    for (const instant of ['-100000-01-01T00:00:00Z', '2026-W05', '20260131'])
      expect((await call('GET', `/v1/deliveries?created_after=${instant}`)).body.errors).toMatchObject([
        { pointer: '/created_after', code: 'format' },
      ]);
    await receiver.close();
  });

  it('is nobody else’s to see, to send again or to find by its endpoint, and an admin’s to do all of it', async () => {
    const { write, settled, receiver, id } = await scene(gateway);
    await write();
    const [delivery] = await settled('delivered');
    for (const [method, path] of [
      ['GET', `/v1/deliveries/${delivery.id}`],
      ['POST', `/v1/deliveries/${delivery.id}/retry`],
      ['POST', `/v1/webhook-endpoints/${id}/test`],
    ] as const)
      expect((await gateway.call(method, path)).status).toBe(404);
    const since = { since: '2020-01-01T00:00:00Z' };
    expect((await gateway.call('POST', `/v1/webhook-endpoints/${id}/replay`, since)).status).toBe(404);
    expect((await gateway.call('GET', `/v1/deliveries?endpoint_id=${id}`)).body.data).toEqual([]);
    const admin = { authorization: `Bearer ${await gateway.createKey('operator', ['admin'])}` };
    const listed = await gateway.call('GET', `/v1/deliveries?endpoint_id=${id}`, undefined, admin);
    expect(listed.body.data.map((one: any) => one.id)).toEqual([delivery.id]);
    expect((await gateway.call('POST', `/v1/deliveries/${delivery.id}/retry`, undefined, admin)).status).toBe(202);
    await eventually(() => expect(receiver.arrivals).toHaveLength(2));
    await receiver.close();
  });

  it('can be a test, which is delivered like an event and verifies', async () => {
    const { call, id, secret, receiver, arrived, settled, deliveries } = await scene(gateway, {
      events: ['payment.accepted'],
    });
    receiver.answer = (response, _, n) => void response.writeHead(n === 1 ? 500 : 204).end();
    const answer = await call('POST', `/v1/webhook-endpoints/${id}/test`);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ endpoint_id: id, event_type: 'webhook.test' });
    await arrived(2, 10_000);
    const [first, second] = receiver.arrivals;
    expect([first!.id, first!.body]).toEqual([second!.id, second!.body]);
    expect(verifies(secret, second!)).toBe(true);
    expect(JSON.parse(second!.body)).toMatchObject({
      id: answer.body.event_id,
      type: 'webhook.test',
      data: { endpoint_id: id },
    });
    await settled('delivered');
    expect(await deliveries(`?event_id=${answer.body.event_id}`)).toHaveLength(1);
    expect((await call('GET', '/v1/events')).body.data).toEqual([]);
    await receiver.close();
  });

  it('is cancelled with its endpoint, and cannot be asked for again there', async () => {
    for (const [method, body] of [
      ['PATCH', { enabled: false }],
      ['DELETE', undefined],
    ] as const) {
      const { call, id, receiver, write, arrived, settled } = await scene(gateway);
      receiver.answer = (response) => void response.writeHead(500).end();
      await write();
      await arrived(1);
      await call(method, `/v1/webhook-endpoints/${id}`, body);
      const [delivery] = await settled('cancelled');
      expect(delivery.next_attempt_at).toBeNull();
      const refused = await call('POST', `/v1/deliveries/${delivery.id}/retry`);
      expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
      const test = await call('POST', `/v1/webhook-endpoints/${id}/test`);
      expect(test.status).toBe(method === 'DELETE' ? 404 : 409);
      await write();
      await eventually(async () => {
        const { rows } = await gateway.db.query('SELECT FROM events WHERE position IS NULL');
        expect(rows).toEqual([]);
      });
      expect((await call('GET', '/v1/deliveries')).body.data).toHaveLength(1);
      await receiver.close();
    }
  });
});
