// Proves that the first start after a clone is as small as the second, and that a build ends with the program that asked for it.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../simulator/simulator';
import { DEMO_SITES } from '../../simulator/state/settings';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/gateway';

const PARTS = ['src', 'migrations', 'simulator', 'tools', 'package.json', 'package-lock.json', '.swcrc'];
const hasProc = process.platform === 'linux';

let database: TestDatabase;
let simulator: RunningSimulator;
let clone: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  simulator = await startSimulator({ port: 0 });
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  for (const part of PARTS) cpSync(part, join(clone, part), { recursive: true });
  symlinkSync(realpathSync('node_modules'), join(clone, 'node_modules'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => ended(child, 'SIGTERM')));
});

afterAll(async () => {
  rmSync(clone, { recursive: true, force: true });
  await simulator.close();
  await database.drop();
});

function run(name: string): ChildProcess {
  const [site] = DEMO_SITES;
  const child = spawn(process.execPath, ['tools/run.mjs', name], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', HOST: '127.0.0.1' },
      ...{ PUBLIC_URL: 'http://127.0.0.1:1', DATABASE_URL: database.url, DATABASE_POOL: '4' },
      ...{ API_KEY_PEPPER: 'a pepper for these tests only', CINETPAY_BASE_URL: simulator.url },
      ...{ CINETPAY_SITE_ID: site!.site_id, CINETPAY_APIKEY: site!.apikey },
      ...{ CINETPAY_SECRET_KEY: site!.secret_key, CINETPAY_CURRENCY: site!.currency },
    },
  });
  started.push(child);
  return child;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return new Promise((resolve) => {
    child.once('close', resolve);
    child.kill(signal);
  });
}

/** Starts the gateway, and stops it. @returns the KB that were resident once it listened */
async function residentOfStart(): Promise<number> {
  const child = run('start');
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await eventually(() => output.includes('"listening"'), 120_000);
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  await ended(child, 'SIGTERM');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]);
}

/** Processes whose command line holds a text. */
function pidsOf(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid).includes(text))
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe.skipIf(!hasProc)('a build (tried where /proc is)', () => {
  it('leaves nothing in the memory of the gateway that it was made for', async () => {
    rmSync(join(clone, 'dist'), { recursive: true, force: true });
    const first = await residentOfStart();
    const second = await residentOfStart();
    expect(first / second).toBeLessThan(1.4);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'ends, and leaves no folder, when %s meets its program',
    async (signal) => {
      rmSync(join(clone, 'dist'), { recursive: true, force: true });
      const child = run('build');
      await eventually(() => readdirSync(clone).some((name) => name.startsWith('dist.')));
      const code = await ended(child, signal);
      expect(code).toBe({ SIGTERM: 143, SIGINT: 130, SIGKILL: null }[signal]);
      await eventually(() => pidsOf(clone).length === 0);
      expect(readdirSync(clone).filter((name) => name.startsWith('dist'))).toEqual([]);
    },
  );
});
