// Proves that start and check-config agree about a database: what its settings say makes no difference to the code, or both refuse it with the same
// line and a remedy; and that a start waits for a database only while there is none yet.
import { randomBytes } from 'node:crypto';
import { createServer, connect as dial, type AddressInfo, type Socket } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../simulator/simulator';
import { DEMO_SITES } from '../../simulator/state/settings';
import { checkConfig } from '../../src/cli/check-config';
import { ApiKeys } from '../../src/auth/api-keys.service';
import { configureLogger } from '../../src/common/logger';
import type { Config } from '../../src/config/config';
import { loadConfig } from '../../src/config/environment';
import { isShared } from '../../src/database/pooler';
import { Sql } from '../../src/database/sql';
import { TABLES } from '../../src/database/tables';
import { linesOf } from '../../src/program';
import { startGateway } from '../../src/start';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { eventually, order, request } from '../support/gateway';
import { sitesFile } from '../support/sites-file';

let admin: Client;
let simulator: RunningSimulator;
let database: TestDatabase;
const made: string[] = [];
beforeAll(async () => {
  configureLogger('silent');
  admin = await connect(inject('postgresUrl'));
  simulator = await startSimulator({ port: 0 });
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  for (const name of made) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await simulator.close();
  await admin.end();
});

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
function configOf(url: string, env: Record<string, string> = {}): Config {
  return loadConfig(
    {
      ...{
        PORT: '0',
        PUBLIC_URL: 'http://127.0.0.1:1',
        DATABASE_URL: url,
        DATABASE_WAIT_SECONDS: '0',
        DATABASE_POOL: '4',
      },
      ...{ CINETPAY_BASE_URL: simulator.url, CINETPAY_SITES_FILE: sitesFile([...DEMO_SITES]) },
      ...{ API_KEY_PEPPER: 'a pepper for tests only', ...env },
    },
    'test',
  );
}
const check = async (url: string): Promise<string[]> => {
  const printed: string[] = [];
  await checkConfig({ config: configOf(url), positionals: [], options: {}, print: (line) => void printed.push(line) });
  return printed;
};
const refused = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
const refusal = (work: Promise<unknown>): Promise<string[]> =>
  work.then(
    () => ['nothing was refused'],
    (error: unknown) => linesOf(error),
  );
async function make(options = ''): Promise<string> {
  const name = `examined_${randomBytes(4).toString('hex')}`;
  made.push(name);
  await admin.query(`CREATE DATABASE ${name} ${options}`);
  return Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href;
}
/** The address for a user of its own, who may do what `grants` say. */
async function asUser(url: string, ...grants: string[]): Promise<string> {
  const user = `user_${randomBytes(4).toString('hex')}`;
  await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD 'p%/#?@:é'`);
  const there = await connect(url);
  for (const grant of grants) await there.query(grant.replaceAll('$user', user));
  await there.end();
  return Object.assign(new URL(url), { username: user, password: encodeURIComponent('p%/#?@:é') }).href;
}

const SETTINGS: Record<string, string> = {
  ...{ datestyle: 'German', intervalstyle: 'iso_8601', timezone: 'Africa/Kinshasa', extra_float_digits: '-15' },
  ...{ bytea_output: 'escape', standard_conforming_strings: 'off', array_nulls: 'off', transform_null_equals: 'on' },
  ...{ search_path: 'pg_catalog', row_security: 'off', exit_on_error: 'on', client_encoding: 'LATIN1' },
  ...{ default_transaction_isolation: 'serializable', default_transaction_deferrable: 'on', xmloption: 'document' },
  ...{ statement_timeout: '2s', lock_timeout: '1ms', idle_in_transaction_session_timeout: '1s' },
  ...{ idle_session_timeout: '1s', synchronous_commit: 'off', backslash_quote: 'on' },
};

it('sets for itself what it needs of a session, whatever the database says', async () => {
  for (const [name, value] of Object.entries(SETTINGS))
    await admin.query(`ALTER DATABASE ${nameOf(database.url)} SET ${name} = '${value}'`);
  expect(await check(database.url)).toContain('The configuration is complete.');
  const running = await startGateway(configOf(database.url));
  const { app, url } = running;
  const { key } = await app.get(ApiKeys).create('shop');
  const headers = { authorization: `Bearer ${key}`, 'idempotency-key': 'k' };
  const { status, body } = await request('POST', `${url}/v1/payments`, order({ description: 'Été' }), headers);
  expect([status, body.description]).toEqual([201, 'Été']);
  expect(Math.abs(Date.now() - Date.parse(body.created_at))).toBeLessThan(600_000);
  expect((await request('POST', `${url}/v1/payments`, order({ description: 'Été' }), headers)).status).toBe(200);
  const list = await request('GET', `${url}/v1/payments`, undefined, headers);
  expect(list.body.data[0].created_at).toBe(body.created_at);
  // Each of them is ours again, on every connection of the pool.
  const show = { name: 'settings', text: 'SELECT name, setting FROM pg_settings WHERE name = ANY($1)' };
  const rows = await app.get(Sql).rows<{ name: string; setting: string }>(show, [Object.keys(SETTINGS)]);
  const theirs = await connect(database.url);
  const { rows: before } = await theirs.query<{ name: string; setting: string }>(show.text, [Object.keys(SETTINGS)]);
  await theirs.end();
  await running.stop();
  // The driver of this test sends its encoding itself.
  const kept = before.filter((one) => one.name !== 'client_encoding');
  expect(rows.filter(({ name, setting }) => kept.some((one) => one.name === name && one.setting === setting))).toEqual(
    [],
  );
  for (const name of Object.keys(SETTINGS)) await admin.query(`ALTER DATABASE ${nameOf(database.url)} RESET ${name}`);
});

describe('start and check-config refuse alike', () => {
  const empty = (options?: string) => (): Promise<string> => make(options);
  const set = (setting: string) => async (): Promise<string> => {
    const url = await make(`TEMPLATE ${inject('templateDatabase')}`);
    await admin.query(`ALTER DATABASE ${nameOf(url)} ${setting}`);
    return url;
  };
  const changed = (change: (url: URL) => void) => async (): Promise<string> => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };
  const C = `TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`;
  it.each<[string, () => Promise<string>, string]>([
    ['a database that only reads', set('SET default_transaction_read_only = on'), 'read-only'],
    ['constraints that are not kept', set('SET session_replication_role = replica'), 'session_replication_role'],
    ['a user without rights', () => asUser(database.url), 'lacks rights on'],
    ['SQL_ASCII', empty(`ENCODING 'SQL_ASCII' ${C}`), 'its encoding is SQL_ASCII'],
    ['LATIN1', empty(`ENCODING 'LATIN1' ${C}`), 'its encoding is LATIN1'],
    [
      'a user who may not create',
      async () => asUser(await make(), 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'),
      'GRANT CREATE ON SCHEMA public',
    ],
    ['no password', changed((url) => (url.password = '')), 'it asks for a password'],
    ['a wrong password', changed((url) => (url.password = 'canary')), '%2F'],
    ['no such database', changed((url) => (url.pathname = '/canary')), '3D000'],
    ['nothing there', changed((url) => (url.port = '1')), 'nothing listens'],
    ['no such host', changed((url) => (url.hostname = 'canary.invalid')), 'host'],
    ['no TLS there', changed((url) => (url.search = '?sslmode=require')), 'does not speak TLS'],
  ])('%s', async (_, place, words) => {
    const url = await place();
    const started = await refusal(startGateway(configOf(url)));
    expect(started).toEqual([expect.stringContaining(words)]);
    expect(started[0]).toMatch(/^The database of DATABASE_URL cannot be used: /);
    expect(started[0]).not.toContain('canary');
    expect(await refusal(check(url))).toEqual(started);
  });

  it('fewer connections than the pool has', async () => {
    const url = await asUser(
      database.url,
      'GRANT ALL ON ALL TABLES IN SCHEMA public TO $user',
      'ALTER ROLE $user CONNECTION LIMIT 3',
    );
    const started = await refusal(startGateway(configOf(url)));
    expect(started).toEqual([expect.stringContaining('allows its user 3 connections, and DATABASE_POOL is 4')]);
    expect(await refusal(check(url))).toEqual(started);
  });

  it('and take a user who has the rights and no more', async () => {
    const url = await asUser(
      database.url,
      'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO $user',
    );
    expect(await check(url)).toContain('The configuration is complete.');
    await (await startGateway(configOf(url))).stop();
  });
});

it('looks at every table that the migrations make', async () => {
  const there = await connect(database.url);
  const { rows } = await there.query<{ tablename: string }>(
    `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`,
  );
  await there.end();
  expect(rows.map(({ tablename }) => tablename).sort()).toEqual([...TABLES].sort());
});

it('finds a pooler that hands one session to two clients, and takes one that does not', async () => {
  const [one, two] = [await connect(database.url), await connect(database.url)];
  const pid = Number((one as unknown as { processID: number }).processID);
  // A pooler tells its clients process numbers of its own.
  const seen = (client: Client): Client =>
    ({ processID: 0, query: client.query.bind(client), end: async () => undefined }) as unknown as Client;
  expect(await isShared(one, pid, () => Promise.reject(new Error('never asked')))).toBe(false);
  expect(await isShared(seen(one), pid, async () => seen(one))).toBe(true);
  expect(await isShared(seen(one), pid, async () => seen(two))).toBe(false);
  await one.end();
  await two.end();
});

it('asks nothing of a connection that PgBouncer refuses in its defaults', async () => {
  const known = [
    'user',
    'database',
    'client_encoding',
    'application_name',
    'datestyle',
    'timezone',
    'standard_conforming_strings',
  ];
  const line = await gate(database.url, (names) => names.every((name) => known.includes(name.toLowerCase())));
  expect(await check(line.url)).toContain('The configuration is complete.');
  await (await startGateway(configOf(line.url))).stop();
  expect(line.refused).toEqual([]);
  await line.close();
});

it('waits for a database that is not there yet: alive, not ready, and then at work on the same port', async () => {
  const line = await gate(database.url, () => true);
  await line.close();
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const at = `http://127.0.0.1:${port}`;
  const starting = startGateway(configOf(line.url, { PORT: String(port), DATABASE_WAIT_SECONDS: '60' }));
  await eventually(async () => (await request('GET', `${at}/health/live`)).status === 200);
  const ready = await request('GET', `${at}/health/ready`);
  expect([ready.status, ready.body.code, ready.headers.get('retry-after')]).toEqual([503, 'not_ready', '1']);
  expect((await request('POST', `${at}/v1/payments`, order())).status).toBe(503);
  expect((await request('POST', `${at}/v2/payment`, '<')).body.code).toBe('603');
  await line.open();
  const running = await starting;
  expect([running.url, (await request('GET', `${at}/health/ready`)).status]).toEqual([at, 200]);
  await running.stop();
  await line.close();
});

it('ends a wait when the process is asked to stop, and does not begin one for a fault that time does not mend', async () => {
  const nowhere = configOf('postgres://u:p@127.0.0.1:1/d', { DATABASE_WAIT_SECONDS: '60' });
  const stopping = new AbortController();
  const starting = refused(startGateway(nowhere, { stopping: stopping.signal }));
  stopping.abort();
  expect(await starting).toBe(stopping.signal.reason);
  const wrong = Object.assign(new URL(database.url), { pathname: '/none' }).href;
  expect(await refusal(startGateway(configOf(wrong, { DATABASE_WAIT_SECONDS: '60' })))).toEqual([
    expect.stringContaining('3D000'),
  ]);
});

/** A way to the database that is open for connections whose parameters `lets` in; a closed one refuses. */
async function gate(
  target: string,
  lets: (names: string[]) => boolean,
): Promise<{ url: string; refused: string[][]; open(): Promise<void>; close(): Promise<void> }> {
  const { hostname, port } = new URL(target);
  const refused: string[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near.on('error', () => undefined));
    near.once('data', (first) => {
      // Length, version, then names and values that end in zero.
      const names = first
        .subarray(8)
        .toString('utf8')
        .split('\0')
        .filter((_, index) => index % 2 === 0)
        .filter(Boolean);
      if (!lets(names)) {
        refused.push(names);
        return void near.destroy();
      }
      const far = dial(Number(port), hostname);
      far.on('error', () => near.destroy());
      far.write(first);
      near.pipe(far).pipe(near);
    });
  });
  let at = 0;
  const open = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
    at = (server.address() as AddressInfo).port;
  };
  await open();
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const url = Object.assign(new URL(target), { port: String(at) }).href;
  return { url, refused, open, close };
}
