import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';

// Proves the main job end to end: an order becomes a counter, a person pays, refuses or waits, and the state follows CinetPay's own check.
describe('a payment from order to money', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startTestGateway()));
  afterAll(() => gateway.close());

  const customer = (id: string, what: string, body: unknown = {}) =>
    request('POST', `${gateway.simulator.url}/_sim/transactions/${id}/${what}`, body);
  const place = async (overrides = {}) => (await gateway.call('POST', '/v1/payments', order(overrides))).body;
  const read = async (id: string) => (await gateway.call('GET', `/v1/payments/${id}`)).body;

  it('answers 201 with the link to the counter, and pays within two seconds', async () => {
    const answer = await gateway.call('POST', '/v1/payments', order());
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      status: 'pending',
      amount: 2500,
      currency: 'XOF',
      channels: 'ALL',
      lang: 'fr',
    });
    expect(answer.body.payment_url).toMatch(/\/payment\/[0-9a-f]+$/);
    expect(answer.headers.get('location')).toBe(`/v1/payments/${answer.body.transaction_id}`);
    await customer(answer.body.transaction_id, 'pay', { payment_method: 'OM' });
    const paid = await eventually(async () => {
      const payment = await read(answer.body.transaction_id);
      expect(payment.status).toBe('accepted');
      return payment;
    }, 2_000);
    expect(paid).toMatchObject({ payment_method: 'OM', needs_review: false, next_check_at: null });
    expect(paid.operator_id).toEqual(expect.any(String));
    const history = (await gateway.call('GET', `/v1/payments/${answer.body.transaction_id}/history`)).body.data;
    const kinds = history.map((entry: any) => [entry.kind, entry.to]);
    expect(kinds).toContainEqual(['move', 'pending']);
    expect(kinds).toContainEqual(['move', 'accepted']);
    expect(kinds.map(([kind]: string[]) => kind)).toEqual(
      expect.arrayContaining(['initiation', 'notification', 'check']),
    );
    expect(history.at(-1)).toMatchObject({ kind: 'move', from: 'pending', to: 'accepted', evidence: { code: '00' } });
  });

  it('becomes refused when the customer refuses, and stays pending while he waits', async () => {
    const [refused, waiting] = [await place(), await place()];
    await customer(refused.transaction_id, 'refuse');
    await customer(waiting.transaction_id, 'wait');
    await eventually(async () => expect((await read(refused.transaction_id)).status).toBe('refused'));
    await eventually(async () => {
      const { body } = await gateway.call('GET', `/v1/payments/${waiting.transaction_id}/history`);
      expect(body.data.map((entry: any) => entry.kind)).toContain('check');
    });
    expect((await read(waiting.transaction_id)).status).toBe('pending');
  });

  it('finds a payment that came after a refusal although its notification was lost', async () => {
    const placed = await place();
    await customer(placed.transaction_id, 'refuse');
    await eventually(async () => expect((await read(placed.transaction_id)).status).toBe('refused'));
    const lost = { seed: 1, rules: [{ operation: 'notify', kind: 'lost' }] };
    await request('PUT', `${gateway.simulator.url}/_sim/faults`, lost);
    await customer(placed.transaction_id, 'pay');
    await request('PUT', `${gateway.simulator.url}/_sim/faults`, { seed: 1, rules: [] });
    expect((await read(placed.transaction_id)).next_check_at).not.toBeNull();
    const hour = `UPDATE transactions SET checks_from = checks_from - interval '1 hour', next_check_at = next_check_at - interval '1 hour'
      WHERE transaction_id = $1`;
    await gateway.db.query(hour, [placed.transaction_id]);
    await eventually(async () => expect((await read(placed.transaction_id)).status).toBe('accepted'));
  });
});
