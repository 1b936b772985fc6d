// Proves that whatever a variable holds is refused under its own name, without its value, or lets the gateway start and take an order.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../simulator/simulator';
import { DEMO_SITES } from '../../simulator/state/settings';
import { ApiKeys } from '../../src/auth/api-keys.service';
import { configureLogger } from '../../src/common/logger';
import { type ConfigFaults, loadConfig, readEnvironment } from '../../src/config/environment';
import { tryListening } from '../../src/listening';
import { StartRefused } from '../../src/program';
import { startGateway } from '../../src/start';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { order, request } from '../support/gateway';
import { sitesFile } from '../support/sites-file';

const [SITE] = DEMO_SITES;
const COMPLETE: Record<string, string> = {
  PORT: '0',
  HOST: '127.0.0.1',
  PUBLIC_URL: 'http://127.0.0.1:1',
  DATABASE_URL: 'postgres://127.0.0.1/none',
  API_KEY_PEPPER: 'a pepper for tests only',
  CINETPAY_APIKEY: SITE!.apikey,
  CINETPAY_SITE_ID: SITE!.site_id,
  CINETPAY_SECRET_KEY: SITE!.secret_key,
  CINETPAY_CURRENCY: SITE!.currency,
  LOG_LEVEL: 'silent',
};

/** A mark that no message of ours holds: where it shows, a value was told. */
const CANARY = 'kanari';
const RUBBISH = [
  ...['0', '1', '4', '007', '-1', '+5', '1.5', '1e3', '0x10', '1_000', '１２', 'NaN', 'Infinity', 'null', 'true'],
  ...['999999999', '999999999999999', '99999999999999999999', ' 12 ', '12\n', '5,4', '5,5', '0,60', '5,,6', ','],
  ...[`"${CANARY}"`, `'${CANARY}'`, `“${CANARY}”`, `"5"`, `${CANARY}\n2`, `${CANARY}\u200b2`, CANARY.repeat(900)],
  ...[`HTTPS://${CANARY}.example/`, `https://${CANARY}.example?a=1`, `https://${CANARY}.example#a`, 'https:// '],
  ...[`https://u:${CANARY}@h.example`, `https://${CANARY}.example,https://b.example`, `https:/${CANARY}.example`],
  ...[`https://${CANARY} .example`, `https://${CANARY}.example/${'a'.repeat(600)}`, `http://${CANARY}.example`],
  ...[`${CANARY}.example:80`, `*.${CANARY}.example`, '10.0.0.0/99', '[::1]', 'API', 'xof', 'INFO', '/', '/none'],
];

function faultsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env, 'test');
    return [];
  } catch (error) {
    return (error as ConfigFaults).faults;
  }
}

const VARIABLES = [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!);

describe('rubbish in one variable', () => {
  it.each(VARIABLES)('%s is refused under its name alone, or taken', (name) => {
    for (const value of RUBBISH)
      for (const fault of faultsOf({ ...COMPLETE, [name]: value })) {
        expect(`${fault} `).toMatch(new RegExp(`^${name}[ :]`));
        expect(fault).not.toContain(CANARY);
      }
  });

  it('is told for all variables at once', () => {
    const env = { ...COMPLETE, ...Object.fromEntries(VARIABLES.map((name) => [name, `"${CANARY}"`])) };
    const named = faultsOf(env).map((fault) => fault.split(' ')[0]);
    const unread = ['CINETPAY_APIKEY', 'CINETPAY_SITE_ID', 'CINETPAY_SECRET_KEY', 'CINETPAY_CURRENCY'];
    const expected = VARIABLES.filter((one) => ![...unread, 'CINETPAY_SECRET_KEYS_PREVIOUS'].includes(one));
    expect(named.sort()).toEqual(expected.sort());
  });
});

describe('what is taken', () => {
  /** They say where others are, or who we are to them: no start can tell. `HOST` has its own test. */
  const ELSEWHERE = ['HOST', 'DATABASE_URL', 'CINETPAY_BASE_URL', 'CINETPAY_SITES_FILE'];
  /** Texts that may be anything: each would be a round of its own, and tell nothing. */
  const ANYTHING = ['DATA_DIR', 'CINETPAY_SECRET_KEYS_PREVIOUS', 'WEBHOOK_ALLOW_PRIVATE', 'ALLOW_HTTP_HOSTS'];
  const THEIRS = ['CINETPAY_APIKEY', 'CINETPAY_SITE_ID', 'CINETPAY_SECRET_KEY', 'CINETPAY_CURRENCY'];
  let database: TestDatabase;
  let simulator: RunningSimulator;

  beforeAll(async () => {
    configureLogger('silent');
    database = await createTestDatabase();
    simulator = await startSimulator({ port: 0 });
  });

  afterAll(async () => {
    await simulator.close();
    await database.drop();
  });

  it('starts, and takes an order whose link the customer can follow', async () => {
    const tried = VARIABLES.filter((name) => ![...ELSEWHERE, ...ANYTHING, ...THEIRS].includes(name));
    const taken = tried.map((name) => ({
      name,
      values: RUBBISH.filter((value) => faultsOf({ ...COMPLETE, [name]: value }).length === 0),
    }));
    const rounds = Math.max(...taken.map(({ values }) => values.length));
    expect(rounds).toBeGreaterThan(3);
    const base = { ...COMPLETE, DATABASE_URL: database.url, CINETPAY_BASE_URL: simulator.url };
    for (let round = 0; round < rounds; round++) {
      const chosen = taken.flatMap(({ name, values }) =>
        round < values.length ? [[name, values[round]!] as const] : [],
      );
      const env = { ...base, ...Object.fromEntries(chosen) };
      // A port of its own is all that the rounds must not share.
      const gateway = await startGateway(loadConfig({ ...env, PORT: '0' }, 'test'));
      const { key } = await gateway.app.get(ApiKeys).create(`round-${round}`);
      const answer = await request('POST', `${gateway.url}/v1/payments`, order(), { authorization: `Bearer ${key}` });
      expect([chosen, answer.status]).toEqual([chosen, 201]);
      const { pathname } = new URL(answer.body.checkout_url);
      const token = pathname.split('/').at(-1)!;
      expect((await request('GET', `${gateway.url}/checkout/${token}`)).status).toBe(303);
      await gateway.stop();
    }
  });

  it.each([
    ['192.0.2.1', /^HOST is no address of this machine \(EADDRNOTAVAIL\)/],
    ['nope.invalid', /^HOST cannot be resolved \(E\w+\)/],
  ])(
    'HOST=%s, which no loader can judge, is refused by start and check-config in the same line',
    async (host, line) => {
      const config = loadConfig({ ...COMPLETE, HOST: host, DATABASE_URL: database.url }, 'test');
      const started = await startGateway(config).then(
        () => 'it starts',
        (error: unknown) => error,
      );
      expect(started).toBeInstanceOf(StartRefused);
      expect((started as StartRefused).message).toMatch(line);
      await expect(tryListening(config)).rejects.toThrow((started as StartRefused).message);
    },
  );

  it('a port that another process has refuses a start, and is a warning of check-config', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const config = loadConfig({ ...COMPLETE, PORT: String(port), DATABASE_URL: database.url }, 'test');
    const told = await tryListening(config);
    expect(told).toMatch(/^Port \d+ on 127.0.0.1 is in use/);
    await expect(startGateway(config)).rejects.toThrow(told);
    server.close();
  });

  it('HOST=::1 is told as URLs write it', async () => {
    const config = loadConfig({ ...COMPLETE, HOST: '::1', DATABASE_URL: database.url }, 'test');
    // Some containers have no IPv6.
    if ((await tryListening(config).catch(() => 'none')) === 'none') return;
    const gateway = await startGateway(config);
    expect(gateway.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    await gateway.stop();
  });
});

describe('CINETPAY_SITES_FILE', () => {
  const { CINETPAY_APIKEY, CINETPAY_SITE_ID, CINETPAY_SECRET_KEY, CINETPAY_CURRENCY, ...ground } = COMPLETE;
  const site = {
    ...{ site_id: CINETPAY_SITE_ID, apikey: CINETPAY_APIKEY, secret_key: CINETPAY_SECRET_KEY },
    currency: CINETPAY_CURRENCY,
  };
  const withText = (text: string): Record<string, string> => {
    const file = join(mkdtempSync(join(tmpdir(), 'sites-')), 'sites.json');
    writeFileSync(file, text);
    return { ...ground, CINETPAY_SITES_FILE: file };
  };

  it.each([
    ['a byte order mark', `\ufeff${JSON.stringify([site])}`],
    ['a site_id as a number', JSON.stringify([{ ...site, site_id: Number(site.site_id) }])],
    ['spaces and line breaks at the ends of texts', JSON.stringify([{ ...site, apikey: ` ${site.apikey}\n` }])],
    [
      'two defaults of one currency for different callers',
      JSON.stringify([
        { ...site, default: true, callers: ['a'] },
        { ...site, site_id: '2', default: true, callers: ['b'] },
      ]),
    ],
  ])('takes %s', (_, text) => {
    const [read] = loadConfig(withText(text), 'test').sites;
    expect([read!.site_id, read!.apikey.reveal()]).toEqual([site.site_id, site.apikey]);
  });

  it.each<[string, object, string[]]>([
    ['an apikey in quotes', { apikey: `"${CANARY}"` }, ['apikey is in quotes: write it without']],
    ['an apikey with a space', { apikey: `${CANARY} x` }, ['apikey holds a space']],
    ['a site_id with a fraction', { site_id: 1.5 }, ['site_id must be a text']],
    ['an apikey that is no text', { apikey: 5 }, ['apikey must be a text']],
    ['min above max', { min_amount: 500, max_amount: 100 }, ['min_amount and max_amount leave no amount']],
    ['no multiple of 5 between them', { min_amount: 101, max_amount: 104 }, ['min_amount and max_amount leave no']],
    ['callers null, which would open it to all', { callers: null }, ['callers must not be null']],
    ['callers that cannot be', { callers: ['a shop'] }, ['callers are names of 1 to 64']],
    ['callers as one text', { callers: 'shop' }, ['callers: it must be an array']],
    ['a former secret that is no text', { secret_keys_previous: [5] }, ['secret_keys_previous must be a list']],
    ['former secrets as one text', { secret_keys_previous: CANARY }, ['secret_keys_previous must be a list']],
    ['a default as text', { default: 'true' }, ['default: it must be a boolean']],
    ['several faults', { currency: CANARY, seamless: 1 }, ['currency: it must be one of', 'seamless: it must be']],
  ])('refuses %s', (_, changes, complaints) => {
    const env = { ...ground, CINETPAY_SITES_FILE: sitesFile([{ ...site, ...changes }]) };
    const faults = faultsOf(env);
    expect(faults.sort()).toEqual(
      complaints.map((one) => expect.stringMatching(`^CINETPAY_SITES_FILE entry 1: ${one}`) as string),
    );
    expect(faults.join()).not.toContain(CANARY);
  });

  it.each([
    ['an entry that is no object', '["kanari", null]', ['entry 1 must be an object', 'entry 2 must be an object']],
    ['an object instead of a list', '{}', ['must hold a JSON array']],
    ['UTF-16', '\u0000[\u0000]', ['is not JSON in UTF-8']],
    [
      'two defaults of one currency',
      JSON.stringify([
        { ...site, default: true },
        { ...site, site_id: '2', default: true, callers: ['b'] },
      ]),
      [': the entries 1 and 2 are both the default of one currency'],
    ],
  ])('refuses %s', (_, text, complaints) => {
    const faults = faultsOf(withText(text)).filter((fault) => !/entry \d+: /.test(fault));
    expect(faults).toEqual(
      complaints.map(
        (one) => expect.stringContaining(`CINETPAY_SITES_FILE${one.startsWith(':') ? '' : ' '}${one}`) as string,
      ),
    );
    expect(faults.join()).not.toContain(CANARY);
  });
});

it('ALLOW_HTTP_HOSTS holds hosts in whatever case, and addresses with or without brackets', () => {
  for (const [hosts, url] of [
    ['Pay.Intern.Example', 'http://pay.intern.example:8080'],
    ['fd00::1', 'http://[fd00::1]'],
    ['[FD00::1]', 'http://[fd00:0::1]'],
  ])
    expect(faultsOf({ ...COMPLETE, ALLOW_HTTP_HOSTS: hosts!, PUBLIC_URL: url! })).toEqual([]);
  for (const hosts of ['http://pay.example', 'pay.example:80', 'pay.example/x'])
    expect(faultsOf({ ...COMPLETE, ALLOW_HTTP_HOSTS: hosts })).toEqual([
      expect.stringMatching(/^ALLOW_HTTP_HOSTS must be host names or addresses, without scheme and port/),
    ]);
});

describe('.env', () => {
  const back = process.cwd();

  beforeEach(() => process.chdir(mkdtempSync(join(tmpdir(), 'env-'))));
  afterEach(() => process.chdir(back));

  it('that is a folder, as Docker makes one where the file is missing, is told as such', () => {
    expect(readEnvironment({ withFile: true })).toBe(process.env);
    mkdirSync('.env');
    expect(() => readEnvironment({ withFile: true })).toThrow(
      /^\.env in \S+ cannot be read \(EISDIR\): it is a folder/,
    );
  });

  it('may begin with a byte order mark, and changes nothing that is set', () => {
    writeFileSync('.env', '\ufeffFIRST_OF_FILE=1\nPATH=/none\n');
    const { FIRST_OF_FILE, PATH } = readEnvironment({ withFile: true });
    delete process.env.FIRST_OF_FILE;
    expect([FIRST_OF_FILE, PATH === '/none']).toEqual(['1', false]);
  });
});
