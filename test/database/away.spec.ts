// Proves that a database which cannot be used now, in whatever way, is 503 to everybody and not ready, that it is told with its code in the log, and that
// the gateway recovers by itself.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { storageFaultOf } from '../../src/common/storage-fault';
import { Sql } from '../../src/database/sql';
import { formOf, notify } from '../notifications/forms';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';

let admin: Client;
/** Inside the database, as its owner. */
let inside: Client;
let database: TestDatabase;
let gateway: TestGateway;
let name: string;
let spare: string;
const user = `away_${randomBytes(4).toString('hex')}`;
beforeAll(async () => {
  admin = await connect(inject('postgresUrl'));
  database = await createTestDatabase();
  name = new URL(database.url).pathname.slice(1);
  spare = `${name}_spare`;
  inside = await connect(database.url);
  await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD 'first'`);
  await inside.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${user}`);
  const url = Object.assign(new URL(database.url), { username: user, password: 'first' }).href;
  gateway = await startTestGateway({ database: { url, drop: async () => undefined } });
});
afterAll(async () => {
  await gateway.close();
  await inside.end();
  await database.drop();
  await admin.query(`DROP ROLE ${user}`);
  await admin.end();
});

const asOwner = async (sql: string): Promise<void> => void (await admin.query(sql));
const withIn = async (sql: string): Promise<void> => void (await inside.query(sql));
const endSessions = (): Promise<unknown> =>
  admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [user]);
const probe = async (): Promise<any> => request('GET', `${gateway.url}/health/ready`);

/** What everybody is answered: an API caller, a drop-in client, CinetPay, a customer. */
async function answers(): Promise<unknown[]> {
  const [api, dropIn, told, page] = await Promise.all([
    gateway.call('POST', '/v1/payments', order()),
    request('POST', `${gateway.url}/v2/payment`, { ...DROP_IN, apikey: gateway.apiKey }),
    notify(gateway, formOf('T1')),
    request('GET', `${gateway.url}/checkout/${'a'.repeat(26)}`),
  ]);
  return [api.status, api.body.code, dropIn.status, dropIn.body.code, told.status, page.status];
}
const DROP_IN = {
  ...{ amount: 2500, currency: 'XOF', description: 'Order', notify_url: 'https://shop.example/n', site_id: '100001' },
  ...{ return_url: 'https://shop.example/r', transaction_id: 'D1', channels: 'ALL' },
};

const FULL = `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`;
const onTables = (statement: (table: string) => string): string =>
  ['transactions', 'notifications', 'write_probes'].map(statement).join(';');

it.each<[string, () => Promise<void>, () => Promise<void>, { reads?: true }]>([
  [
    '28P01',
    () => asOwner(`ALTER ROLE ${user} PASSWORD 'second'`),
    () => asOwner(`ALTER ROLE ${user} PASSWORD 'first'`),
    {},
  ],
  ['28000', () => asOwner(`ALTER ROLE ${user} NOLOGIN`), () => asOwner(`ALTER ROLE ${user} LOGIN`), {}],
  [
    '53300',
    () => asOwner(`ALTER ROLE ${user} CONNECTION LIMIT 0`),
    () => asOwner(`ALTER ROLE ${user} CONNECTION LIMIT -1`),
    {},
  ],
  [
    '42501',
    () => withIn(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${user}`),
    () => withIn(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${user}`),
    {},
  ],
  [
    '42P01',
    () => withIn('ALTER SCHEMA public RENAME TO moved'),
    () => withIn('ALTER SCHEMA moved RENAME TO public'),
    {},
  ],
  [
    '25006',
    () => asOwner(`ALTER DATABASE ${name} SET default_transaction_read_only = on`),
    () => asOwner(`ALTER DATABASE ${name} RESET default_transaction_read_only`),
    { reads: true },
  ],
  [
    '53100',
    () =>
      withIn(
        `${FULL}; ${onTables((table) => `CREATE TRIGGER refuse BEFORE INSERT ON ${table} EXECUTE FUNCTION refuse()`)}`,
      ),
    () => withIn(onTables((table) => `DROP TRIGGER refuse ON ${table}`)),
    { reads: true },
  ],
])('%s', async (_code, away, back, { reads }) => {
  await eventually(async () => (await probe()).status === 200);
  await away();
  await endSessions();
  const page = reads ? 404 : 503;
  await eventually(async () => expect(await answers()).toEqual([503, 'storage_unavailable', 503, '603', 503, page]));
  await eventually(async () => expect((await probe()).body.code).toBe('not_ready'));
  expect((await request('GET', `${gateway.url}/health/live`)).status).toBe(200);
  await back();
  await endSessions();
  await eventually(async () => (await probe()).status === 200);
  await eventually(async () => (await gateway.call('POST', '/v1/payments', order())).status === 201);
});

it('3D000: a database that was renamed away', async () => {
  await inside.end();
  await asOwner(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  await asOwner(`ALTER DATABASE ${name} RENAME TO ${spare}`);
  await eventually(async () => expect(await answers()).toEqual([503, 'storage_unavailable', 503, '603', 503, 503]));
  await eventually(async () => expect((await probe()).body.code).toBe('not_ready'));
  await asOwner(`ALTER DATABASE ${spare} RENAME TO ${name}`);
  await asOwner(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await eventually(async () => (await probe()).status === 200);
  inside = await connect(database.url);
});

it('leaves nothing behind when it proves that there is room, and asks only after a write failed', async () => {
  const sql = gateway.app.get(Sql);
  expect(sql.cannotSave).toBe(false);
  sql.cannotSave = true;
  await eventually(async () => {
    await probe();
    return !sql.cannotSave;
  });
  expect((await inside.query('SELECT 1 FROM write_probes')).rows).toEqual([]);
  expect(Number((await inside.query(`SELECT pg_relation_size('write_probes') AS size`)).rows[0].size)).toBeGreaterThan(
    0,
  );
});

it.each([
  ['08006', new Error('Connection terminated unexpectedly')],
  ['53300', new Error('timeout exceeded when trying to connect')],
  ['57014', new Error('Query read timeout')],
  ['57P01', Object.assign(new Error('terminating connection'), { code: '57P01' })],
  ['58030', Object.assign(new Error('could not read'), { code: '58030' })],
  ['ECONNRESET', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
])('names %s', (code, error) =>
  expect(storageFaultOf(error)).toMatchObject({ code, words: expect.stringMatching(/^\w/) }),
);

it.each(['23505', '22021', '42601', '0A000', 'ERR_INVALID_ARG_TYPE'])('takes %s for a fault of ours', (code) =>
  expect(storageFaultOf(Object.assign(new Error('x'), { code }))).toBeUndefined(),
);
