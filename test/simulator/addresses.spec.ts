// Proves that the simulator names the address under which it was asked, or the one that it was told, and that it speaks TLS.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../simulator/environment';
import { startSimulator, type RunningSimulator, type SimulatorOptions } from '../../simulator/simulator';
import { selfSigned } from '../support/certificate';
import { order } from './harness';

const CINETPAY = 'api-checkout.cinetpay.com';
const tls = selfSigned(CINETPAY, 'localhost');

async function running<T>(options: Partial<SimulatorOptions>, use: (one: RunningSimulator) => Promise<T>): Promise<T> {
  const simulator = await startSimulator({ port: 0, ...options });
  return use(simulator).finally(() => simulator.close());
}

/** What a client gets that asked for this Host, over TLS where the simulator speaks it. */
function ask(url: string, path: string, host: string, body?: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const secure = url.startsWith('https:');
    const tlsOptions = secure ? { ca: tls.cert, servername: CINETPAY } : {};
    const sent = (secure ? httpsRequest : httpRequest)(
      url + path,
      { ...tlsOptions, method: body ? 'POST' : 'GET', headers: { Host: host } },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      },
    );
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

/** Every place that shows the simulator's own address. */
async function shown({ url }: RunningSimulator, host: string): Promise<string[]> {
  const created = await ask(url, '/v2/payment', host, order());
  const script = await ask(url, '/seamless/main.js', host);
  const landing = await ask(url, '/', host);
  return [
    String(JSON.parse(created).data.payment_url).replace(/\/payment\/[0-9a-f]{110}$/, ''),
    /var base = "([^"]*)"/.exec(script)?.[1] ?? '',
    /Put <code>([^<]*)/.exec(landing)?.[1] ?? '',
    ...[...landing.matchAll(/(https?:[^<\s]*?)\/(?:v2\/payment|_sim|seamless)/g)].map((one) => one[1]!),
  ];
}

it.each(['sim.test:3001', '192.168.1.7:3001', '[fd00::7]:3001', CINETPAY])('asked as %s it says so', (host) =>
  running({}, async (simulator) => {
    const places = await shown(simulator, host);
    expect(places.length).toBeGreaterThan(5);
    expect(new Set(places)).toEqual(new Set([`http://${host}`]));
  }),
);

it.each(['"><script>', 'user@host', 'a b', ''])('a Host of %j is not repeated', (host) =>
  running({}, async (simulator) => {
    expect(new Set(await shown(simulator, host))).toEqual(new Set([simulator.url]));
  }),
);

it('says the address that it was told, whatever it is asked for', () =>
  running({ publicUrl: 'https://pay.example/sim/' }, async (simulator) => {
    const places = await shown(simulator, 'sim.test');
    expect(new Set(places)).toEqual(new Set(['https://pay.example/sim']));
  }));

it('answers over TLS with its certificate, and says https', () =>
  running({ tls }, async (simulator) => {
    expect(simulator.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(new Set(await shown(simulator, CINETPAY))).toEqual(new Set([`https://${CINETPAY}`]));
  }));

it('on an IPv6 address its own address has brackets', () =>
  running({ host: '::1' }, async ({ url }) => {
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect(await ask(url, '/', '')).toContain('CinetPay simulator');
  }));

it.each([
  ['an address that this machine does not have', { host: '192.0.2.1' }, /port 0 on 192\.0\.2\.1 cannot be listened on/],
  ['a certificate that is none', { tls: { cert: 'x', key: 'y' } }, /certificate/],
])('does not start with %s', async (_what, options, words) => {
  await expect(startSimulator({ port: 0, ...options })).rejects.toThrow(words);
});

describe('the environment', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    for (const name of ['cert', 'key'] as const) writeFileSync(join(folder, name), tls[name]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read, and empty variables are absent ones', () => {
    const files = { SIMULATOR_TLS_CERT: join(folder, 'cert'), SIMULATOR_TLS_KEY: join(folder, 'key') };
    const set = { HOST: '0.0.0.0', SIMULATOR_PUBLIC_URL: 'http://pay.test', SIMULATOR_SETTINGS: '{"strict":true}' };
    expect(readEnvironment({ ...set, ...files })).toEqual({
      ...{ port: 3001, host: '0.0.0.0', publicUrl: 'http://pay.test', settings: { strict: true }, tls },
    });
    expect(readEnvironment({ SIMULATOR_PORT: '', HOST: '', SIMULATOR_SETTINGS: '' })).toEqual({ port: 3001 });
  });

  it.each([
    [{ SIMULATOR_PORT: 'many' }, 'SIMULATOR_PORT must be a port number'],
    [{ SIMULATOR_PUBLIC_URL: 'pay.test' }, 'SIMULATOR_PUBLIC_URL must be'],
    [{ SIMULATOR_PUBLIC_URL: 'https://pay.test?a=1' }, 'SIMULATOR_PUBLIC_URL must be'],
    [{ SIMULATOR_SETTINGS: '{' }, 'SIMULATOR_SETTINGS must be JSON'],
    [{ SIMULATOR_SETTINGS: '{"strictt":true}' }, 'SIMULATOR_SETTINGS: strictt is unknown'],
    [{ SIMULATOR_TLS_CERT: '/nowhere' }, 'SIMULATOR_TLS_CERT names a file that cannot be read: ENOENT'],
  ])('%j: %s', (env, words) => {
    expect(() => readEnvironment(env)).toThrow(words);
  });

  it('a certificate without its key: both or none', () => {
    expect(() => readEnvironment({ SIMULATOR_TLS_CERT: join(folder, 'cert') })).toThrow('set together');
  });
});
