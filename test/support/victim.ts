import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { CrashPoint } from '../../src/common/crash-points';
import { eventually, type TestGateway } from './gateway';
import { build } from './program';

const ROOT = join(__dirname, '..', '..');

/** A gateway in a process of its own that may be killed, paused, or have a wrong clock. */
export interface Victim {
  url: string;
  process: ChildProcess;
  /** Resolves when the process has ended, whatever ended it. */
  ended: Promise<void>;
}

/** Starts it beside a test's own gateway: same database, same simulator, same keys. It may work on anything, or only answer (`api`). */
export async function startVictim(
  beside: TestGateway,
  options: { crashAt?: CrashPoint; clockOffsetMs?: number; roles?: string; env?: Record<string, string> } = {},
): Promise<Victim> {
  await build();
  const child = spawn(process.execPath, ['dist/test/torture/victim.js'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...environment(beside), ...optionsOf(options), ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const url = await eventually(() => /"reason":"(http:[^"]+)"/.exec(output)?.[1] ?? false, 20_000);
  return { url, process: child, ended };
}

function environment({ database, simulator, config }: TestGateway): Record<string, string> {
  const [site] = config.sites;
  return {
    PORT: '0',
    PUBLIC_URL: config.publicUrl,
    DATABASE_URL: database.url,
    DATABASE_POOL: '4',
    API_KEY_PEPPER: config.apiKeyPepper.reveal(),
    CINETPAY_BASE_URL: simulator.url,
    CINETPAY_SITE_ID: site!.site_id,
    CINETPAY_APIKEY: site!.apikey.reveal(),
    CINETPAY_SECRET_KEY: site!.secret_key.reveal(),
    CINETPAY_CURRENCY: site!.currency,
    CINETPAY_RATE_PER_SECOND: '1000',
    WEBHOOK_ALLOW_PRIVATE: '127.0.0.0/8',
    THROTTLE_LIMIT: '1000000',
    LOG_LEVEL: 'info',
  };
}

function optionsOf({
  crashAt,
  clockOffsetMs = 0,
  roles = 'api,worker',
}: {
  crashAt?: CrashPoint;
  clockOffsetMs?: number;
  roles?: string;
}): Record<string, string> {
  return { CRASH_AT: crashAt ?? '', CLOCK_OFFSET_MS: String(clockOffsetMs), ROLES: roles };
}
