// Proves the command line: the same services as HTTP, one clear line for what cannot be, and no secret where none is asked for.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, eventually, order, request, type TestGateway } from '../support/gateway';
import { RunningProgram, runToEnd } from '../support/program';
import { scene } from '../webhooks/scene';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

function cli(...args: string[]): ReturnType<typeof runToEnd> {
  return cliAt(gateway.database.url, ...args);
}

function cliAt(databaseUrl: string, ...args: string[]): ReturnType<typeof runToEnd> {
  return runToEnd('cli', args, environment(databaseUrl));
}

function environment(databaseUrl: string): Record<string, string> {
  return {
    PUBLIC_URL: gateway.url,
    DATABASE_URL: databaseUrl,
    API_KEY_PEPPER: 'a pepper for tests only',
    CINETPAY_BASE_URL: gateway.simulator.url,
    CINETPAY_SITE_ID: '100001',
    CINETPAY_APIKEY: '100001dec0ffee00000001.10000001',
    CINETPAY_SECRET_KEY: 'demo-secret-key-xof',
    CINETPAY_CURRENCY: 'XOF',
  };
}

it('makes a key that works, lists it without its secret part, and revokes it', async () => {
  const { stdout } = await cli('keys', 'create', 'books', '--scopes', 'payments,admin');
  const key = /cpk_\S+/.exec(stdout)![0];
  const id = /^id\s+(\S+)$/m.exec(stdout)![1]!;
  const ask = async (): Promise<number> =>
    (await request('GET', `${gateway.url}/v1/payments`, undefined, { authorization: `Bearer ${key}` })).status;
  expect(await ask()).toBe(200);
  const list = await cli('keys', 'list');
  expect(list.stdout).toContain(id);
  expect(list.stdout).not.toContain(key);
  expect((await cli('keys', 'revoke', id)).stdout).toContain('is revoked');
  await eventually(async () => (await ask()) === 401, 5_500);
  expect(await cli('keys', 'revoke', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('No live key') });
});

it('makes a key with an HTTP status of its own for errors, and no other than 200 and 400', async () => {
  const { stdout } = await cli('keys', 'create', 'old-books', '--scopes', 'drop_in', '--error-status', '200');
  const apikey = /cpk_\S+/.exec(stdout)![0];
  const answer = await request('POST', `${gateway.url}/v2/payment`, { apikey, site_id: '100001' });
  expect([answer.status, answer.body.code]).toEqual([200, '608']);
  const refused = await cli('keys', 'create', 'old-books', '--error-status', '500');
  expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining('takes 200 or 400')]);
});

it('shows a payment with its history, and asks CinetPay about it', async () => {
  const { body } = await gateway.call('POST', '/v1/payments', order());
  const shown = JSON.parse((await cli('payments', 'show', body.transaction_id)).stdout);
  expect(shown.payment).toMatchObject({ transaction_id: body.transaction_id, status: 'pending' });
  expect(shown.history.map(({ kind }: { kind: string }) => kind)).toContain('move');
  await request('PUT', `${gateway.simulator.url}/_sim/faults`, { rules: [{ operation: 'notify', kind: 'lost' }] });
  await request('POST', `${gateway.simulator.url}/_sim/transactions/${body.transaction_id}/pay`, {});
  expect(JSON.parse((await cli('payments', 'verify', body.transaction_id)).stdout)).toMatchObject({
    status: 'accepted',
  });
});

it('has a delivery sent again', async () => {
  const { receiver, write, settled } = await scene(gateway);
  await write();
  const [{ id }] = await settled('delivered');
  expect(JSON.parse((await cli('deliveries', 'retry', id)).stdout)).toMatchObject({
    id,
    event_type: 'payment.accepted',
  });
  await eventually(() => expect(receiver.arrivals).toHaveLength(2));
  await receiver.close();
});

it('says what to do about a database that nobody has migrated, and then works', async () => {
  const name = `empty_${randomUUID().replaceAll('-', '')}`;
  const url = Object.assign(new URL(gateway.database.url), { pathname: `/${name}` }).href;
  await gateway.db.query(`CREATE DATABASE ${name}`);
  expect(await cliAt(url, 'keys', 'create', 'shop')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('npm run cli -- migrate'),
  });
  const checked = await cliAt(url, 'check-config');
  expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('The database is empty')]);
  expect((await cliAt(url, 'migrate')).code).toBe(0);
  expect((await cliAt(url, 'keys', 'create', 'shop')).stdout).toContain('cpk_');
  await gateway.db.query(`DROP DATABASE ${name} WITH (FORCE)`);
});

it('checks a configuration without starting, and migrates', async () => {
  const checked = await cli('check-config');
  expect(checked).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('The configuration is complete.'),
  });
  expect((await cli('migrate')).stdout).toBe('The schema is up to date.\n');
  // Marking it is for the first start.
  expect((await gateway.db.query('SELECT 1 FROM deployment')).rows).toEqual([]);
});

it('works on to its end, with its own exit code and without a word, when its reader has gone', async () => {
  const program = RunningProgram.start('cli', ['check-config'], environment(gateway.database.url));
  program.child.stdout!.destroy();
  expect([await program.end(), program.stderr]).toEqual([0, '']);
});

it('finds in the database what start would refuse: rows of a site that is gone, and data of a sandbox', async () => {
  const { transaction_id } = (await gateway.call('POST', '/v1/payments', order())).body;
  await gateway.db.query(`UPDATE transactions SET site_id = '777777' WHERE transaction_id = $1`, [transaction_id]);
  const refused = { code: 1, stderr: expect.stringContaining('lacks site 777777'), stdout: expect.any(String) };
  expect(await cli('check-config')).toEqual(refused);
  await gateway.db.query(`UPDATE transactions SET site_id = '100001' WHERE transaction_id = $1`, [transaction_id]);
  await gateway.db.query(`INSERT INTO deployment (purpose) VALUES ('sandbox')`);
  const { code, stdout, stderr } = await cli('check-config');
  await gateway.db.query('DELETE FROM deployment');
  expect([code, stderr]).toEqual([1, expect.stringContaining('holds data of a sandbox')]);
  expect(stdout).not.toContain('complete');
});

it.each([
  [['keys', 'create', 'not a name'], 'a caller is'],
  [['keys', 'create', 'books', '--scopes', 'everything'], 'scopes are'],
  [['payments', 'show', 'UNKNOWN'], 'There is no payment'],
  [['deliveries', 'retry', 'UNKNOWN'], 'There is no delivery'],
])('says what is wrong with %j', async (args, complaint) => {
  const { code, stderr } = await cli(...args);
  expect([code, stderr]).toEqual([1, expect.stringContaining(complaint)]);
  expect(stderr).not.toMatch(/^\s+at /m);
});
