// Proves that a gateway killed at any named point loses no payment and doubles none: a repeated order finds the one that was saved, with one
// counter, and its money counts once.
import { afterAll, describe, expect, it } from 'vitest';
import type { CrashPoint } from '../../src/common/crash-points';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';
import { startVictim } from '../support/victim';

const survivors: TestGateway[] = [];

// Several processes start and a lease has to end.
const PATIENCE = 60_000;

afterAll(() => Promise.all(survivors.map((gateway) => gateway.close())));

async function startSurvivor(env?: Record<string, string>): Promise<TestGateway> {
  const gateway = await startTestGateway({ env });
  survivors.push(gateway);
  return gateway;
}

interface SimulatedTransaction {
  requests: { operation: string; raw_body: string }[];
}

async function initiationsOf(gateway: TestGateway, id: string): Promise<string[]> {
  const { body } = await request('GET', `${gateway.simulator.url}/_sim/transactions/${id}`);
  return (body as SimulatedTransaction).requests
    .filter(({ operation }) => operation === 'payment')
    .map(({ raw_body }) => raw_body);
}

/** Orders at a gateway that dies of it. */
async function orderAndDie(gateway: TestGateway, crashAt: CrashPoint): Promise<void> {
  const victim = await startVictim(gateway, { crashAt, roles: 'api' });
  const headers = { authorization: `Bearer ${gateway.apiKey}`, 'idempotency-key': 'the-order' };
  await expect(
    request('POST', `${victim.url}/v1/payments`, order({ order_reference: '1' }), headers),
  ).rejects.toThrow();
  await victim.ended;
}

// At the same time: most of what they do is to wait for a lease to end.
describe.concurrent('a gateway killed in the middle of an initiation', () => {
  const points: CrashPoint[] = ['after-insert', 'after-call', 'before-settle', 'after-settle'];
  it.each(points)(
    '%s: another one finishes it within 15 s',
    async (point) => {
      const gateway = await startSurvivor();
      await orderAndDie(gateway, point);
      const died = Date.now();
      const again = (): ReturnType<typeof request> =>
        gateway.call('POST', '/v1/payments', order({ order_reference: '1' }), { 'idempotency-key': 'the-order' });
      const { transaction_id: id } = (await again()).body;
      const paid = await eventually(async () => {
        const { status, body } = await again();
        return status === 200 && body.payment_url !== null && body;
      }, 15_000);
      expect(Date.now() - died).toBeLessThan(15_000);
      expect(paid).toMatchObject({ transaction_id: id, status: 'pending' });

      const bodies = await initiationsOf(gateway, id);
      expect(bodies.length).toBeGreaterThanOrEqual(1);
      expect(new Set(bodies).size).toBe(1);
      const { calls } = (await request('GET', `${gateway.simulator.url}/_sim/ledger`)).body;
      expect(new Set(calls.map((call: { transaction_id: string }) => call.transaction_id))).toEqual(new Set([id]));
      const { rows } = await gateway.db.query('SELECT transaction_id FROM transactions');
      expect(rows).toEqual([{ transaction_id: id }]);

      await request('POST', `${gateway.simulator.url}/_sim/transactions/${id}/pay`, {});
      await eventually(async () => (await again()).body.status === 'accepted');
      const events = await gateway.db.query(`SELECT type FROM events ORDER BY sequence`);
      expect(events.rows.map(({ type }) => type)).toEqual(['payment.pending', 'payment.accepted']);
    },
    PATIENCE,
  );
});

it.concurrent(
  'says link_lost where the id exists at CinetPay, the link was lost with the process, and nobody can have paid',
  async () => {
    const gateway = await startSurvivor();
    await request('PUT', `${gateway.simulator.url}/_sim/settings`, { duplicate_transaction: 'error' });
    await orderAndDie(gateway, 'after-call');
    const again = (): ReturnType<typeof request> =>
      gateway.call('POST', '/v1/payments', order({ order_reference: '1' }), { 'idempotency-key': 'the-order' });
    const refused = await eventually(async () => {
      const answer = await again();
      return answer.status === 422 && answer;
    }, 20_000);
    expect(refused.body).toMatchObject({ code: 'cinetpay_rejected', safe_to_retry: 'new_request' });
    const { rows } = await gateway.db.query('SELECT status, status_reason FROM transactions');
    expect(rows).toEqual([{ status: 'rejected', status_reason: 'link_lost' }]);
    // The door is open again: the order can be placed anew.
    expect((await gateway.call('POST', '/v1/payments', order({ order_reference: '1' }))).status).toBe(201);
  },
  PATIENCE,
);

it.concurrent(
  'asks again when it was killed between the answer of a check and its commit',
  async () => {
    const gateway = await startSurvivor({ ROLES: 'api' });
    const { transaction_id: id } = (await gateway.call('POST', '/v1/payments', order())).body;
    const victim = await startVictim(gateway, { crashAt: 'after-check' });
    await request('POST', `${gateway.simulator.url}/_sim/transactions/${id}/pay`, {});
    await victim.ended;
    const before = await gateway.db.query(`SELECT status FROM transactions`);
    expect(before.rows).toEqual([{ status: 'pending' }]);
    const worker = await startVictim(gateway);
    await eventually(async () => (await gateway.call('GET', `/v1/payments/${id}`)).body.status === 'accepted', 15_000);
    worker.process.kill('SIGTERM');
    await worker.ended;
    const { rows } = await gateway.db.query(
      `SELECT count(*)::int AS accepted FROM events WHERE type = 'payment.accepted'`,
    );
    expect(rows).toEqual([{ accepted: 1 }]);
  },
  PATIENCE,
);
