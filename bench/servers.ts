import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ended } from './child';
import { SITE } from './order';
import type { Variant } from './results';

/** A gateway or a rival that answers. */
export interface Server {
  variant: Variant;
  /** Its variant and its database: whoever has both has the same payments. */
  name: string;
  port: number;
  pid: number;
  /** Milliseconds from its start to its first 200. */
  bootMs: number;
  stop(): Promise<void>;
  /** Ends it without waiting; nothing happens when it has ended. */
  kill(): void;
  /** Asks it to end now, so that it can still write what it has to. */
  end(): Promise<void>;
}

/** What every server needs. */
export interface Ground {
  root: string;
  /** The run's own folder: logs lie here, and no `.env` does. */
  folder: string;
  databaseUrl: string;
  cinetpayUrl: string;
}

/** Longest patience with a start. */
const START_MS = 60_000;
const PEPPER = 'bench-pepper-0123456789';
/** Far away: a check that falls due while a rival is measured would take its CPU. */
const NO_CHECKS = '86400,259200';

/**
 * Starts the gateway as production does, with the throttle and the budget on and out of the way.
 * @param command Node's further options and the program, where it is not what `npm start` runs
 */
export async function startGateway(
  ground: Ground,
  overrides: Record<string, string> = {},
  command = ['dist/gateway.js'],
): Promise<Server> {
  const port = await freePort();
  const env = gatewayEnvironment(ground, port, overrides);
  const log = openSync(join(ground.folder, `ours-${port}.log`), 'a');
  return answering('ours', ground, port, '/health/ready', () =>
    spawn(process.execPath, [...flagsOf(ground.root), ...command.slice(0, -1), join(ground.root, command.at(-1)!)], {
      cwd: ground.folder,
      detached: true,
      env,
      stdio: ['ignore', log, log],
    }),
  );
}

/** What `npm start` hands to Node. */
function flagsOf(root: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return scripts.start.match(/--\S+/g) ?? [];
}

/** Starts B, with the flags that the gateway has, or D, as its tutorials do. */
export async function startRival(variant: 'b' | 'd', ground: Ground): Promise<Server> {
  const port = await freePort();
  const log = openSync(join(ground.folder, `${variant}-${port}.log`), 'a');
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    DATABASE_URL: ground.databaseUrl,
    CINETPAY_BASE_URL: ground.cinetpayUrl,
  };
  const execArgv = variant === 'b' ? flagsOf(ground.root) : [];
  return answering(variant, ground, port, '/health', () =>
    fork(join(__dirname, variant, 'main.js'), { detached: true, env, execArgv, stdio: ['ignore', log, log, 'ipc'] }),
  );
}

/** Migrates a database and makes the keys of two callers. */
export async function prepareGateway(ground: Ground): Promise<{ apiKey: string; otherKey: string }> {
  await cli(ground, ['migrate']);
  return { apiKey: await createKey(ground, 'bench'), otherKey: await createKey(ground, 'other') };
}

async function createKey(ground: Ground, caller: string): Promise<string> {
  const key = /cpk_[A-Za-z0-9_-]{43}/.exec(await cli(ground, ['keys', 'create', caller]))?.[0];
  if (key === undefined) throw new Error('keys create printed no key');
  return key;
}

async function cli(ground: Ground, args: string[]): Promise<string> {
  const program = join(ground.root, 'dist', 'src', 'cli.js');
  const options = { cwd: ground.folder, env: gatewayEnvironment(ground, 3000, {}) };
  return (await promisify(execFile)(process.execPath, [program, ...args], options)).stdout;
}

function gatewayEnvironment(ground: Ground, port: number, overrides: Record<string, string>): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: ground.databaseUrl,
    API_KEY_PEPPER: PEPPER,
    CINETPAY_BASE_URL: ground.cinetpayUrl,
    CINETPAY_APIKEY: SITE.apikey,
    CINETPAY_SITE_ID: SITE.site_id,
    CINETPAY_SECRET_KEY: SITE.secret_key,
    CINETPAY_CURRENCY: SITE.currency,
    CINETPAY_RATE_PER_SECOND: '1000000',
    CHECK_SCHEDULE_SECONDS: NO_CHECKS,
    THROTTLE_LIMIT: '1000000',
    WEBHOOK_ALLOW_PRIVATE: '127.0.0.0/8',
    ...overrides,
  };
}

async function answering(
  variant: Variant,
  { databaseUrl }: Ground,
  port: number,
  path: string,
  start: () => ChildProcess,
): Promise<Server> {
  const began = performance.now();
  const child = start();
  try {
    while (!(await answers200(port, path))) {
      if (child.exitCode !== null) throw new Error(`${variant} ended with ${child.exitCode} at its start`);
      if (performance.now() - began > START_MS) throw new Error(`${variant} did not answer`);
      await pause(2);
    }
  } catch (error) {
    await ended(child);
    throw error;
  }
  const bootMs = performance.now() - began;
  const end = async (): Promise<void> => {
    const exit = once(child, 'exit');
    // Another one, a second later, says not to wait for load balancers.
    for (const wait of [0, 1_100]) await pause(wait).then(() => child.kill('SIGTERM'));
    await exit;
  };
  const name = variant + new URL(databaseUrl).pathname;
  const kill = (): void => void child.kill('SIGKILL');
  return { variant, name, port, pid: child.pid!, bootMs, stop: () => ended(child), kill, end };
}

function answers200(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
}

/** A port nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
