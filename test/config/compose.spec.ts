// Proves that docker-compose.yml and .env.example, filled in as the README says, are a configuration that starts, and that no port or key
// of the simulator gets into it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEMO_SITES } from '../../simulator/state/settings';
import type { Config } from '../../src/config/config';
import { type ConfigFaults, loadConfig } from '../../src/config/environment';

interface Service {
  profiles?: string[];
  ports?: string[];
  restart?: string;
  env_file?: { path: string }[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  network_mode?: string;
}

const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
};
const EXAMPLE = parseEnv(readFileSync('.env.example', 'utf8')) as Record<string, string>;
/** What an operator fills in. */
const FILLED = {
  ...{ API_KEY_PEPPER: '0123456789abcdef0123', POSTGRES_PASSWORD: 'p@ss/w#rd?%', CINETPAY_SITE_ID: '123456' },
  ...{ CINETPAY_APIKEY: '1234.5678', CINETPAY_SECRET_KEY: 'secret' },
};
const always = Object.entries(services).filter(([, { profiles }]) => profiles === undefined);

/** As Compose fills in `${NAME:-default}`, from .env. */
function interpolated(text: string, env: Record<string, string>): string {
  return text.replace(
    /\$\{(\w+)(?::-([^}]*))?\}/g,
    (_, name: string, otherwise = '') => env[name] || String(otherwise),
  );
}

/** The environment that a service's process gets. */
function environmentOf(service: Service, env: Record<string, string>): Record<string, string> {
  const own = Object.entries(service.environment ?? {}).map(([name, value]) => [
    name,
    interpolated(String(value), env),
  ]);
  return { ...(service.env_file?.some(({ path }) => path === '.env') ? env : {}), ...Object.fromEntries(own) };
}

function judged(env: Record<string, string>): Config | string[] {
  try {
    return loadConfig(env);
  } catch (error) {
    return (error as ConfigFaults).faults;
  }
}

describe('docker compose up', () => {
  it('starts the gateway with all of .env: what is in the example, and what else stands there', () => {
    const env = { ...EXAMPLE, ...FILLED, PORT: '4000', THROTTLE_LIMIT: '77' };
    const config = judged(environmentOf(services.gateway!, env)) as Config;
    expect(config).toMatchObject({ port: 4000, host: '0.0.0.0', throttleLimit: 77 });
    expect(config.cinetpayBaseUrl).toBe('https://api-checkout.cinetpay.com');
    expect(services.gateway!.ports!.map((port) => interpolated(port, env))).toEqual(['4000:4000']);
  });

  it('refuses the example as it is, rather than call CinetPay with a key of the simulator', () => {
    expect(judged(environmentOf(services.gateway!, EXAMPLE))).toEqual([
      'API_KEY_PEPPER is not set',
      expect.stringContaining('no CinetPay site is configured'),
    ]);
    for (const [, service] of always)
      for (const { apikey } of DEMO_SITES) expect(JSON.stringify(service)).not.toContain(apikey);
  });

  it('hands the password over as it is, in no URL', () => {
    for (const [, service] of Object.entries(services))
      expect(service.environment?.DATABASE_URL ?? '').not.toMatch(/\$|:\/\/[^/]*:[^/]*@/);
    const { PGPASSWORD } = environmentOf(services.gateway!, FILLED);
    const { POSTGRES_PASSWORD } = environmentOf(services.postgres!, FILLED);
    expect([PGPASSWORD, POSTGRES_PASSWORD]).toEqual([FILLED.POSTGRES_PASSWORD, FILLED.POSTGRES_PASSWORD]);
    expect(readFileSync('.env.example', 'utf8')).toMatch(/^# POSTGRES_PASSWORD=$/m);
  });

  it('comes back by itself, and waits for a Postgres that takes connections from outside', () => {
    expect(always.map(([name]) => name)).toEqual(['gateway', 'postgres']);
    for (const [, { restart }] of always) expect(restart).toBe('unless-stopped');
    for (const name of ['postgres', 'trial-postgres']) {
      const test = services[name]!.healthcheck!.test;
      expect(test[test.indexOf('-h') + 1]).toBe('127.0.0.1');
    }
    expect(services.gateway!.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });
});

describe('docker compose up trial', () => {
  it('is complete by itself, and knows no CinetPay but the simulator', () => {
    const config = judged(environmentOf(services.trial!, {})) as Config;
    expect(config.cinetpayBaseUrl).toBe('http://127.0.0.1:3001');
    expect(DEMO_SITES.map(({ apikey }) => apikey)).toContain(config.sites[0]!.apikey.reveal());
    expect(config.seamlessScriptUrl).toContain('127.0.0.1:3001');
    expect(services.trial!.network_mode).toBe('service:simulator');
  });

  it('is in a profile, on loopback, and on no database of the real gateway', () => {
    const trial = ['trial', 'trial-postgres', 'simulator'].map((name) => services[name]!);
    for (const { profiles, ports = [] } of trial) {
      expect(profiles).toEqual(['simulator']);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
    expect(services.trial!.environment!.DATABASE_URL).not.toContain('@postgres');
    expect(JSON.stringify(always)).not.toContain('3001');
  });
});

describe("the image's health check", () => {
  const [, command] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8'))!;
  const [, ...args] = JSON.parse(command!) as string[];
  const check = (port: number): Promise<number | null> =>
    new Promise((resolve) => spawn(process.execPath, args, { env: { PORT: String(port) } }).once('close', resolve));

  it('asks the port of PORT, and fails where the gateway does', async () => {
    const statuses = [200, 503];
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      response.writeHead(statuses[asked.length - 1]!).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect([await check(port), await check(port), asked]).toEqual([0, 1, ['/health/live', '/health/live']]);
    server.close();
    expect(spawnSync(process.execPath, args, { env: { PORT: '1' }, encoding: 'utf8' })).toMatchObject({
      ...{ status: 1, stderr: '' },
    });
  });
});
