// Proves that probes say what they are for, and that Prometheus finds every number that operators are promised.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Readiness } from '../../src/health/readiness';
import { connect } from '../support/database';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

const probe = (path: string, at = gateway): ReturnType<typeof request> => request('GET', at.url + path);

it('is live and ready without a key', async () => {
  expect((await probe('/health/live')).body).toEqual({ status: 'live' });
  expect((await probe('/health/ready')).body).toEqual({ status: 'ready' });
});

it('stays live and becomes unready while the database is away, and comes back by itself', async () => {
  const name = new URL(gateway.database.url).pathname.slice(1);
  const admin = new URL(gateway.database.url);
  admin.pathname = '/postgres';
  const outside = await connect(admin.href);
  await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await outside.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  await eventually(async () => (await probe('/health/ready')).status === 503);
  expect((await probe('/health/live')).status).toBe(200);
  const refused = await gateway.call('POST', '/v1/payments', order());
  expect([refused.status, refused.body.code]).toEqual([503, 'storage_unavailable']);
  await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await outside.end();
  await eventually(async () => (await probe('/health/ready')).status === 200);
  expect((await gateway.call('POST', '/v1/payments', order())).status).toBe(201);
});

it('measures payments, calls, notifications and what needs a person', async () => {
  await gateway.call('POST', '/v1/payments', order());
  await request('POST', `${gateway.url}/cinetpay/notify`, 'cpm_site_id=1', {
    'content-type': 'application/x-www-form-urlencoded',
  });
  const { text } = await eventually(async () => {
    const answer = await probe('/metrics');
    return answer.text.includes('payments{') && answer;
  });
  for (const line of [
    /^payments\{[^}]*site="100001"[^}]*\} [1-9]/m,
    /^payments_needing_review 0/m,
    /^oldest_unresolved_seconds \d/m,
    /^cinetpay_calls_total\{site="100001",operation="payment",outcome="created"\} [1-9]/m,
    /^cinetpay_call_duration_seconds_count/m,
    /^notifications_total\{validity="[a-z_]+"\} 1/m,
    /^http_requests_total\{route="\/v1\/payments",method="POST",status="201"\} [1-9]/m,
  ])
    expect(text.match(line), String(line)).not.toBeNull();
  expect(text).not.toContain(gateway.apiKey);
});

it('counts once at a time, on one connection, and not again at once when that fails', async () => {
  const own = await startTestGateway({ simulator: gateway.simulator, env: { ROLES: 'api' } });
  await own.db.query('BEGIN; LOCK TABLE transactions IN ACCESS EXCLUSIVE MODE');
  const scrapes = [1, 2, 3].map(() => probe('/metrics', own));
  const counting = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM transactions%'`;
  await eventually(async () => {
    await own.db.query('SELECT pg_stat_clear_snapshot()');
    expect((await own.db.query(counting)).rowCount).toBe(1);
  });
  expect((await Promise.all(scrapes)).map(({ status }) => status)).toEqual([200, 200, 200]);
  // The table is still locked: another look at it would take as long as Postgres lets it, 9 s.
  const asked = performance.now();
  expect((await probe('/metrics', own)).status).toBe(200);
  expect(performance.now() - asked).toBeLessThan(5_000);
  await own.db.query('ROLLBACK');
  await own.close();
});

it('is not ready from the moment it is asked to stop', async () => {
  const leaving = await startTestGateway({ database: gateway.database, simulator: gateway.simulator });
  leaving.app.get(Readiness).beginStop();
  const { status, body } = await probe('/health/ready', leaving);
  expect([status, body.code]).toEqual([503, 'not_ready']);
  await leaving.close();
});
