// Proves that `npm start` refuses what it must, says all of it at once without a value, and stops with its work done.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../simulator/simulator';
import { DEMO_SITES } from '../../simulator/state/settings';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { eventually, order, request } from '../support/gateway';
import { encodeForm } from '../../simulator/notify/form';
import { xToken } from '../../simulator/notify/x-token';
import { formOf } from '../notifications/forms';
import { RunningProgram, runToEnd } from '../support/program';

let database: TestDatabase;
let simulator: RunningSimulator;
const started: RunningProgram[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  simulator = await startSimulator({ port: 0 });
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((program) => program.stop()));
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

function environment(changes: Record<string, string> = {}): Record<string, string> {
  const [site] = DEMO_SITES;
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://127.0.0.1:1',
    DATABASE_URL: database.url,
    DATABASE_POOL: '4',
    DATABASE_WAIT_SECONDS: '0',
    API_KEY_PEPPER: 'a pepper for these tests only',
    CINETPAY_BASE_URL: simulator.url,
    CINETPAY_SITE_ID: site!.site_id,
    CINETPAY_APIKEY: site!.apikey,
    CINETPAY_SECRET_KEY: site!.secret_key,
    CINETPAY_CURRENCY: site!.currency,
    ...changes,
  };
}

async function gateway(env = environment()): Promise<{ program: RunningProgram; url: string; key: string }> {
  const { stdout } = await runToEnd('cli', ['keys', 'create', `shop-${randomUUID()}`], env);
  return { ...(await listening(env)), key: /cpk_\S+/.exec(stdout)![0] };
}

async function listening(env: Record<string, string>): Promise<{ program: RunningProgram; url: string }> {
  const program = RunningProgram.start('start', [], env);
  started.push(program);
  await program.says('"listening"');
  return { program, url: /"reason":"(http:[^"]+)"/.exec(program.stdout)![1]! };
}

describe('npm start refuses', () => {
  it('an empty configuration: every fault at once, and where to go instead', async () => {
    const { code, stderr } = await runToEnd('start', [], {});
    expect(code).toBe(1);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => line.trim());
    expect(lines).toEqual([
      'The configuration has faults:',
      'PUBLIC_URL is not set',
      'DATABASE_URL is not set',
      'API_KEY_PEPPER is not set',
      expect.stringMatching(/^CINETPAY_SITES_FILE .*: no CinetPay site is configured$/),
      'To try the gateway without any configuration: npm run sandbox',
    ]);
  });

  it.each([
    ['a plain http address that is not this machine', { PUBLIC_URL: 'http://pay.example' }, 'PUBLIC_URL must be https'],
    ['a short pepper', { API_KEY_PEPPER: 'canary' }, 'API_KEY_PEPPER needs at least 16 characters'],
    ['a currency CinetPay does not take', { CINETPAY_CURRENCY: 'EUR' }, 'CINETPAY_CURRENCY: it must be one of'],
    ['a list that is none', { CHECK_SCHEDULE_SECONDS: '60;300' }, 'CHECK_SCHEDULE_SECONDS must be whole seconds'],
    [
      'a database that is not there',
      { DATABASE_URL: 'postgres://127.0.0.1:1/canary' },
      'DATABASE_URL cannot be used: nothing listens',
    ],
    [
      'a database of another kind',
      { DATABASE_URL: 'mysql://127.0.0.1/canary' },
      'must be a URL that begins with postgres://',
    ],
  ])('%s', async (_, changes, complaint) => {
    const { code, stderr } = await runToEnd('start', [], environment(changes));
    expect([code, stderr]).toEqual([1, expect.stringContaining(complaint)]);
    expect(stderr).not.toMatch(/canary|^\s+at /m);
  });

  it('a database that answers as none does', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { stderr } = await runToEnd(
      'start',
      [],
      environment({ DATABASE_URL: `postgres://127.0.0.1:${port}/canary` }),
    );
    server.close();
    expect(stderr.trim()).toMatch(/^The database of DATABASE_URL cannot be used: [^\n]*$/);
  });

  it("a sandbox's database", async () => {
    const other = await createTestDatabase();
    const db = await connect(other.url);
    await db.query(`INSERT INTO deployment (purpose) VALUES ('sandbox')`);
    const { code, stderr } = await runToEnd('start', [], environment({ DATABASE_URL: other.url }));
    await db.end();
    await other.drop();
    expect([code, stderr.trim()]).toEqual([
      1,
      'The database of DATABASE_URL holds data of a sandbox, not of production: use another.',
    ]);
  });

  it('a configuration that lacks a site which payments still need', async () => {
    const { program, url, key } = await gateway();
    await request('POST', `${url}/v1/payments`, order(), { authorization: `Bearer ${key}` });
    await program.stop();
    const { code, stderr } = await runToEnd('start', [], environment({ CINETPAY_SITE_ID: '999999' }));
    expect([code, stderr]).toEqual([1, expect.stringContaining('lacks site 100001')]);
  });
});

describe('npm start', () => {
  it('hands Node the same flags as the image does', () => {
    const flagsIn = (file: string, line: RegExp): string[] =>
      line.exec(readFileSync(file, 'utf8'))?.[0].match(/--[\w-]+=\w+/g) ?? [];
    const flags = flagsIn('package.json', /"start": .*/);
    expect(flags).not.toEqual([]);
    expect(flagsIn('Dockerfile', /^CMD .*/m)).toEqual(flags);
  });

  it('migrates an empty database by itself, also when two start at once, and both are ready', async () => {
    const name = `fresh_${randomUUID().replaceAll('-', '')}`;
    const client = await connect(database.url);
    await client.query(`CREATE DATABASE ${name}`);
    const env = environment({ DATABASE_URL: Object.assign(new URL(database.url), { pathname: `/${name}` }).href });
    const both = await Promise.all([listening(env), listening(env)]);
    for (const { url } of both) expect((await request('GET', `${url}/health/ready`)).status).toBe(200);
    await Promise.all(both.map(({ program }) => program.stop()));
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await client.end();
  });

  it('serves its whole manual: the page, what the page loads, the document', async () => {
    const { url } = await gateway();
    const page = await fetch(`${url}/docs`);
    const loads = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(loads.length).toBeGreaterThan(3);
    for (const path of [...loads, '/openapi.json'])
      expect((await fetch(new URL(path, `${url}/docs`))).status, path).toBe(200);
  });

  it('answers what was in flight when it was asked to stop, and ends with 0', async () => {
    const { program, url, key } = await gateway();
    const slow = { rules: [{ operation: 'payment', kind: 'delay', delay_ms: 1_500, times: 1 }] };
    await request('PUT', `${simulator.url}/_sim/faults`, slow);
    const answer = request('POST', `${url}/v1/payments`, order(), { authorization: `Bearer ${key}` });
    await until(async () => (await request('GET', `${simulator.url}/_sim/ledger`)).body.calls.length > 1);
    program.child.kill('SIGTERM');
    expect((await answer).status).toBe(201);
    expect(await program.end()).toBe(0);
  });

  it('is not ready from the moment it is asked to stop, and answers for as long as load balancers need to see it', async () => {
    const { program, url } = await gateway();
    program.child.kill('SIGTERM');
    await until(async () => (await request('GET', `${url}/health/ready`)).status === 503);
    expect((await request('GET', `${url}/health/live`)).status).toBe(200);
    expect(await program.end()).toBe(0);
  });

  it('ends at once, with 1, when it is asked again a second later', async () => {
    const { program } = await gateway();
    const began = performance.now();
    await eventually(() => {
      program.child.kill('SIGTERM');
      return program.child.exitCode !== null;
    });
    expect(await program.end()).toBe(1);
    // Load balancers alone would have been given two seconds.
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('logs one line of JSON per request and per call to CinetPay, joined by the Request-Id', async () => {
    // A proxy that is not asked either: whatever is sent there fails.
    const { program, url, key } = await gateway(environment({ HTTPS_PROXY: 'http://canary.invalid:9' }));
    const headers = { authorization: `Bearer ${key}`, 'request-id': 'my-own-id' };
    await request('POST', `${url}/v1/payments`, order({ description: 'canary of a customer' }), headers);
    // As after a restore to an instant before the payment.
    const form = formOf('LOST', { cel_phone_num: 'canary' });
    await request('POST', `${url}/cinetpay/notify`, encodeForm(form), {
      'content-type': 'application/x-www-form-urlencoded',
      'x-token': xToken(form, DEMO_SITES[0]!.secret_key),
    });
    await program.stop();
    const lines = program.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const mine = lines.filter((line) => line.request_id === 'my-own-id');
    expect(mine.map(({ msg }) => msg)).toEqual(['cinetpay call', 'request']);
    expect(mine[1]).toMatchObject({ method: 'POST', route: '/v1/payments', status: 201, caller: expect.any(String) });
    expect(program.stdout).not.toContain('canary');
    const warnings = lines.filter(
      ({ level, msg }) => level === 40 && /HTTPS_PROXY|CinetPay notified/.test(String(msg)),
    );
    expect(warnings).toMatchObject([
      { msg: expect.stringMatching(/^HTTPS_PROXY, .* is set and not used/) },
      { msg: 'CinetPay notified a payment that is not here', transaction_id: 'LOST', site_id: DEMO_SITES[0]!.site_id },
    ]);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it never came to that');
  }
}
