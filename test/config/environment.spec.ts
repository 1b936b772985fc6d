// Proves that the configuration is read as documented: defaults, all faults at once, names and never values, one order everywhere.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigFaults, loadConfig } from '../../src/config/environment';
import { namesLocalhost } from '../../src/config/warnings';
import { sitesFile } from '../support/sites-file';

const COMPLETE = {
  PUBLIC_URL: 'https://pay.shop.example/',
  DATABASE_URL: 'postgres://db/gateway',
  API_KEY_PEPPER: '0123456789abcdef',
  CINETPAY_APIKEY: 'canary.1',
  CINETPAY_SITE_ID: '123456',
  CINETPAY_SECRET_KEY: 'canary-secret',
  CINETPAY_CURRENCY: 'XOF',
};

function faultsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigFaults).faults;
  }
}

describe('the environment', () => {
  it('is complete with a URL, a database, a pepper and a site; the rest has the documented defaults', () => {
    expect(loadConfig(COMPLETE)).toMatchObject({
      ...{ mode: 'production', port: 3000, host: '0.0.0.0', publicUrl: 'https://pay.shop.example', databasePool: 16 },
      ...{ dataDir: '.data', cinetpayBaseUrl: 'https://api-checkout.cinetpay.com', cinetpayRatePerSecond: 10 },
      ...{ cinetpayTimeoutMs: 10_000, initiationRetrySeconds: [2, 5, 15, 30, 60], backlogLimit: 5000 },
      checkScheduleSeconds: [60, 300, 900, 3600, 21600, 86400, 259200],
      webhookRetrySeconds: [5, 30, 120, 600, 1800, 7200, 18000, 36000, 50400, 72000, 86400],
      ...{ throttleLimit: 600, throttleWindowSeconds: 60, trustProxyHops: 0, roles: ['api', 'worker'] },
      ...{ simulatorPort: 3001, logLevel: 'info', shutdownTimeoutMs: 15_000 },
      sites: [{ site_id: '123456', currency: 'XOF', default: true, seamless: false }],
    });
  });

  it('lists everything wrong at once, by name and without a value', () => {
    const faults = faultsOf({
      ...{ ...COMPLETE, PUBLIC_URL: 'canary', API_KEY_PEPPER: 'canary', CINETPAY_SECRET_KEY: '' },
      ...{ PORT: '-1', ROLES: 'canary', INITIATION_RETRY_SECONDS: '1,canary', CINETPAY_TIMEOUT_MS: '5' },
    });
    expect(faults.map((fault) => fault.split(/[ :]/)[0]).sort()).toEqual(
      [
        ...['API_KEY_PEPPER', 'CINETPAY_SECRET_KEY', 'CINETPAY_TIMEOUT_MS'],
        ...['INITIATION_RETRY_SECONDS', 'PORT', 'PUBLIC_URL', 'ROLES'],
      ].sort(),
    );
    expect(faults.join()).not.toContain('canary');
  });

  it('takes no pool that a worker would fill by itself: it keeps two connections', () => {
    expect(loadConfig({ ...COMPLETE, DATABASE_POOL: '4' }).databasePool).toBe(4);
    expect(faultsOf({ ...COMPLETE, DATABASE_POOL: '3' })).toEqual(['DATABASE_POOL: it must not be less than 4']);
  });

  it('keeps secrets out of what is printed of it', () => {
    const config = loadConfig(COMPLETE);
    expect(JSON.stringify(config)).not.toContain('canary');
    expect(JSON.stringify(config)).not.toContain('0123456789abcdef');
  });

  it.each([
    ['http://127.0.0.1:3000', true],
    ['http://localhost', true],
    ['http://[::1]:3000', true],
    ['http://10.0.0.7', false],
    ['http://127.0.0.1.example', false],
    ['http://allowed.example', true],
    ['ftp://pay.example', false],
  ])('takes PUBLIC_URL %s: %s', (url, taken) => {
    expect(faultsOf({ ...COMPLETE, PUBLIC_URL: url, ALLOW_HTTP_HOSTS: 'allowed.example' })).toHaveLength(taken ? 0 : 1);
  });
});

it.each([
  ['CINETPAY_BASE_URL', 'https://api-checkout.cinetpay.com/v2/payment', ['CINETPAY_BASE_URL must be the address']],
  ['CINETPAY_BASE_URL', 'https://proxy.example/cinetpay', []],
  ['CINETPAY_APIKEY', 'sk_canary', ["CINETPAY_APIKEY belongs to CinetPay's newer API"]],
])('tells the slips that CinetPay answers with riddles: %s=%s', (name, value, complaints) => {
  const faults = faultsOf({ ...COMPLETE, [name]: value });
  expect(faults).toEqual(complaints.map((complaint) => expect.stringContaining(complaint) as string));
  expect(faults.join()).not.toContain('canary');
});

it.each([
  ['https://localhost/pay', true],
  ['https://shop.localhost', true],
  ['https://127.0.0.1', false],
  ['https://localhost.example', false],
])('knows which PUBLIC_URL CinetPay takes for localhost: %s %s', (url, refused) => {
  expect(namesLocalhost(url)).toBe(refused);
});

describe('CINETPAY_SITES_FILE', () => {
  const { CINETPAY_APIKEY: apikey, CINETPAY_SECRET_KEY: secret_key, ...ground } = COMPLETE;
  const site = { site_id: '1', apikey, secret_key, currency: 'XOF' };
  const withSites = (...sites: object[]): string[] => faultsOf({ ...ground, CINETPAY_SITES_FILE: sitesFile(sites) });

  it('holds several sites, with previous secrets and callers', () => {
    const other = { ...site, site_id: '2', secret_keys_previous: ['old'], callers: ['shop'], max_amount: 5000 };
    const config = loadConfig({ ...ground, CINETPAY_SITES_FILE: sitesFile([site, other]) });
    expect(config.sites).toMatchObject([{ site_id: '1' }, { site_id: '2', callers: ['shop'], max_amount: 5000 }]);
    expect(config.sites[1]!.secret_keys_previous.map((secret) => secret.reveal())).toEqual(['old']);
  });

  it.each([
    ['two sites of one id', [site, site], 'the entries 1 and 2 have the same site_id'],
    [
      'a seamless site that shares its apikey',
      [
        { ...site, seamless: true },
        { ...site, site_id: '2' },
      ],
      'share an apikey that seamless makes public',
    ],
    ['a site without a secret', [{ ...site, secret_key: undefined }], 'entry 1: secret_key is not set'],
    [
      'a currency of elsewhere',
      [{ ...site, currency: 'EUR' }],
      'CINETPAY_SITES_FILE entry 1: currency: it must be one of',
    ],
    [
      'a misspelt field, which would open the site to everybody',
      [{ ...site, caller: ['shop'] }],
      'entry 1: caller is a field that no site has',
    ],
    ['no site', [], 'no CinetPay site is configured'],
  ])('refuses %s', (_, sites, complaint) => {
    const faults = withSites(...sites);
    expect(faults).toEqual([expect.stringContaining(complaint)]);
    expect(faults.join()).not.toContain('canary');
  });
});

it('says what is wrong with a file of sites that cannot be read', () => {
  expect(faultsOf({ ...COMPLETE, CINETPAY_SITES_FILE: '/none/canary.json' })).toEqual([
    'CINETPAY_SITES_FILE cannot be read (ENOENT)',
  ]);
  expect(faultsOf({ ...COMPLETE, CINETPAY_SITES_FILE: 'README.md' })).toEqual([
    'CINETPAY_SITES_FILE is not JSON in UTF-8',
  ]);
});

it('judges what is there of a site that lacks something', () => {
  expect(faultsOf({ ...COMPLETE, CINETPAY_SECRET_KEY: '', CINETPAY_SITE_ID: 'xyz', CINETPAY_CURRENCY: 'EUR' })).toEqual(
    [
      'CINETPAY_SECRET_KEY is not set',
      'CINETPAY_SITE_ID: it must be 1 to 20 digits',
      expect.stringContaining('CINETPAY_CURRENCY: it must be one of'),
    ],
  );
});

it('.env.example as it stands: what is missing is told once each', () => {
  const example = Object.fromEntries(
    [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z_]+)=(.*)/gm)].map(([, name, value]) => [name!, value!]),
  );
  expect(faultsOf(example)).toEqual([
    'API_KEY_PEPPER is not set',
    expect.stringMatching(/^CINETPAY_SITES_FILE .*: no CinetPay site is configured$/),
  ]);
});

it('.env.example names every variable once, in the order of the Config class', () => {
  const inClass = [...readFileSync('src/config/config.ts', 'utf8').matchAll(/`([A-Z][A-Z_]+)`/g)].map(
    ([, name]) => name,
  );
  const names = [...new Set(inClass)].filter((name) => name !== 'THROTTLE_LIMIT' || inClass.indexOf(name) >= 0);
  const inExample = [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(inExample).toEqual(names);
});
