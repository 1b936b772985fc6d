// Proves fencing: a process that was paused past its lease, or whose clock is wrong, decides nothing that another has decided since.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/payments/decision';
import type { Claim } from '../../src/payments/transaction.rows';
import { TransactionStore } from '../../src/payments/transaction.store';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';
import { startVictim, type Victim } from '../support/victim';

// One schedule for every process that may work on the rows.
const SCHEDULES = { CHECK_SCHEDULE_SECONDS: '3,600', INITIATION_RETRY_SECONDS: '1' };
let gateway: TestGateway;
const victims: Victim[] = [];

beforeEach(async () => {
  gateway = await startTestGateway({ env: SCHEDULES });
});

afterEach(async () => {
  for (const victim of victims.splice(0)) {
    victim.process.kill('SIGCONT');
    victim.process.kill('SIGKILL');
    await victim.ended;
  }
  await gateway.close();
});

async function victim(options: Parameters<typeof startVictim>[1]): Promise<Victim> {
  const started = await startVictim(gateway, options);
  victims.push(started);
  return started;
}

async function faults(...rules: object[]): Promise<void> {
  await request('PUT', `${gateway.simulator.url}/_sim/faults`, { rules });
}

async function calls(operation: string): Promise<{ at: string; transaction_id: string }[]> {
  const { body } = await request('GET', `${gateway.simulator.url}/_sim/ledger`);
  return body.calls.filter((call: { operation: string }) => call.operation === operation);
}

async function row(): Promise<Record<string, unknown>> {
  const { rows } = await gateway.db.query('SELECT * FROM transactions');
  return rows[0];
}

it('takes over from a paused process, and refuses its late write', async () => {
  const paused = await victim({ roles: 'api', env: { ...SCHEDULES, CINETPAY_TIMEOUT_MS: '60000' } });
  await faults({ operation: 'payment', kind: 'delay', delay_ms: 1_000, times: 1 });
  const answer = request('POST', `${paused.url}/v1/payments`, order(), { authorization: `Bearer ${gateway.apiKey}` });
  await eventually(async () => (await calls('payment')).length === 1);
  paused.process.kill('SIGSTOP');
  await eventually(async () => (await row()).status === 'pending', 15_000);
  const taken = await row();
  paused.process.kill('SIGCONT');
  // Its caller hears what became of the payment all the same.
  expect(await answer).toMatchObject({ status: 201, body: { status: 'pending', payment_url: taken.payment_url } });
  expect(await row()).toMatchObject({ revision: taken.revision, lease_number: 2 });
  const moves = await gateway.db.query('SELECT to_status FROM transaction_moves');
  expect(moves.rows).toEqual([{ to_status: 'pending' }]);
  // What CinetPay told it is kept as evidence.
  const answers = await gateway.db.query('SELECT outcome FROM cinetpay_answers');
  expect(answers.rows).toEqual([{ outcome: 'created' }, { outcome: 'created' }]);
});

it('lets a late link into a row that has none: the one write under an old lease', async () => {
  const paused = await victim({ roles: 'api', env: { ...SCHEDULES, CINETPAY_TIMEOUT_MS: '60000' } });
  await faults(
    { operation: 'payment', kind: 'delay', delay_ms: 500, times: 1 },
    { operation: 'payment', kind: 'status', status: 503 },
  );
  const answer = request('POST', `${paused.url}/v1/payments`, order(), { authorization: `Bearer ${gateway.apiKey}` });
  await eventually(async () => (await calls('payment')).length === 1);
  paused.process.kill('SIGSTOP');
  await eventually(async () => ((await row()).lease_number as number) > 1, 15_000);
  expect(await row()).toMatchObject({ status: 'created', payment_url: null });
  paused.process.kill('SIGCONT');
  expect(await answer).toMatchObject({ status: 201, body: { status: 'pending' } });
  expect((await row()).payment_url).toEqual(expect.stringContaining('/payment/'));
});

it('refuses a write under an old number, also when nothing else has changed', async () => {
  await gateway.close();
  gateway = await startTestGateway({ env: { ...SCHEDULES, ROLES: 'api' } });
  await faults({ operation: 'payment', kind: 'drop_request' });
  await gateway.call('POST', '/v1/payments', order());
  const store = gateway.app.get(TransactionStore);
  const claim = async (): Promise<Claim> => {
    await gateway.db.query(
      `UPDATE transactions SET next_initiation_at = now() - interval '1 hour', lease_until = NULL`,
    );
    const [taken] = await store.claim('initiations', '100001', 1);
    return taken!;
  };
  const decision: Decision = { patch: { status: 'rejected' }, cause: 'initiation', events: [] };
  const settle = ({ row, lease, time }: Claim): Promise<unknown> =>
    store.settle({ row, decision, now: time.now(), lease, review: { resolution: 'none', note: '', by: 'test' } });
  const before = await claim();
  const since = await claim();
  expect(since.row.revision).toBe(before.row.revision);
  expect(await settle(before)).toBeUndefined();
  expect((await row()).status).toBe('created');
  expect(await settle(since)).toMatchObject({ status: 'rejected' });
});

it('loses no wake that comes while a check is under way', async () => {
  await gateway.close();
  gateway = await startTestGateway();
  const { transaction_id: id } = (await gateway.call('POST', '/v1/payments', order())).body;
  await faults({ operation: 'check', kind: 'delay', delay_ms: 1_000, times: 1 });
  const asked = gateway.call('POST', `/v1/payments/${id}/verify`);
  await eventually(async () => (await calls('check')).length === 1);
  await gateway.db.query('UPDATE transactions SET wake_number = wake_number + 1, woken_at = clock_timestamp()');
  expect((await asked).status).toBe(200);
  await eventually(async () => (await calls('check')).length === 2);
});

describe('a clock that is ten minutes off', () => {
  it.each([
    ['ahead', 600_000],
    ['behind', -600_000],
  ])('%s changes neither leases nor schedules', async (_, clockOffsetMs) => {
    const off = await victim({ clockOffsetMs, env: SCHEDULES });
    await faults({ operation: 'payment', kind: 'drop_response', times: 1 });
    const headers = { authorization: `Bearer ${gateway.apiKey}` };
    const { status, body } = await request('POST', `${off.url}/v1/payments`, order(), headers);
    expect(status).toBe(202);
    await eventually(async () => (await row()).status === 'pending', 5_000);
    expect((await calls('payment')).length).toBe(2);
    const { rows } = await gateway.db.query(
      `SELECT abs(extract(epoch FROM clock_timestamp() - updated_at)) < 60 AS told_true, next_check_at - checks_from AS wait FROM transactions`,
    );
    expect(rows[0].told_true).toBe(true);
    await eventually(async () => (await calls('check')).length === 1, 6_000);
    const due = new Date((await calls('payment'))[1]!.at).getTime();
    const asked = new Date((await calls('check'))[0]!.at).getTime();
    expect(asked - due).toBeGreaterThan(2_500);
    expect((await gateway.call('GET', `/v1/payments/${body.transaction_id}`)).body.status).toBe('pending');
  });
});
