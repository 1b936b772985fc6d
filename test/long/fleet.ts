import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { DEMO_SITES } from '../../simulator/state/settings';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/gateway';
import { runToEnd } from '../support/program';
import { sitesFile } from '../support/sites-file';
import { Replica } from '../torture/replica';
import { freePort } from '../torture/world';

/** The one site of a fleet. */
export const SITE = DEMO_SITES[0]!;

/** The simulator, at one address. While it is stopped nobody listens there; what it knew is forgotten. */
export interface Judge {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Production gateways as processes of their own, over one database and one simulator. */
export interface Fleet {
  replicas: Replica[];
  /** A process of its own: the judge's clock must not wait for the test's work. */
  simulator: Judge;
  database: TestDatabase;
  db: Client;
  /** Of the caller `shop`. */
  apiKey: string;
  /** Runs a command of the operators. @returns what it printed */
  cli(...args: string[]): Promise<string>;
  /** What the replicas logged. */
  log(): string;
  close(): Promise<void>;
}

/** Builds what is stale and starts so many replicas. @param linesOf the addresses of the database for each of them, where they are not its own */
export async function startFleet(
  count: number,
  env: Record<string, string> = {},
  linesOf: (database: TestDatabase) => Promise<string[]> = async () => [],
): Promise<Fleet> {
  const built = await runToEnd('build', [], {});
  if (built.code !== 0) throw new Error(`the build failed: ${built.stderr}`);
  const [database, simulator] = await Promise.all([createTestDatabase(), startJudge()]);
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const all = { ...environment(database.url, simulator.url, ports[0]!), ...env };
  const logFile = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'gateway.log');
  writeFileSync(logFile, '');
  const cli: Fleet['cli'] = async (...args) => {
    const options = { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...all } };
    return (await promisify(execFile)(process.execPath, ['dist/src/cli.js', ...args], options)).stdout;
  };
  const apiKey = /cpk_\S+/.exec(await cli('keys', 'create', 'shop'))![0];
  const urls = await linesOf(database);
  const replicas = ports.map(
    (port, n) => new Replica(port, { ...all, DATABASE_URL: urls[n] ?? all.DATABASE_URL! }, logFile),
  );
  await Promise.all(replicas.map((replica) => replica.start()));
  const db = await connect(database.url);
  const close = async (): Promise<void> => {
    await Promise.all(replicas.map((replica) => replica.stop('SIGTERM')));
    await Promise.all([simulator.stop(), db.end()]);
    await database.drop();
  };
  return { replicas, simulator, database, db, apiKey, cli, log: () => readFileSync(logFile, 'utf8'), close };
}

async function startJudge(): Promise<Judge> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = JSON.stringify({ magic_amounts: false });
  const env = { PATH: process.env.PATH, SIMULATOR_PORT: String(port), SIMULATOR_SETTINGS: settings };
  let stop = (): Promise<void> => Promise.resolve();
  const start = async (): Promise<void> => {
    const child = spawn(process.execPath, ['dist/simulator/main.js'], { env, stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    stop = () => (child.kill('SIGTERM'), ended);
    await eventually(async () => (await fetch(`${url}/_sim/ledger`)).ok, 20_000);
  };
  await start();
  return { url, start, stop: () => stop() };
}

function environment(databaseUrl: string, simulatorUrl: string, port: number): Record<string, string> {
  const { site_id, apikey, secret_key, currency } = SITE;
  return {
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL: '8',
    API_KEY_PEPPER: 'a pepper for long tests only',
    CINETPAY_BASE_URL: simulatorUrl,
    CINETPAY_SITES_FILE: sitesFile([{ site_id, apikey, secret_key, currency, default: true }]),
    CINETPAY_TIMEOUT_MS: '3000',
    WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32',
    THROTTLE_LIMIT: '1000000',
    LOG_LEVEL: 'info',
  };
}

/** Tells a figure that a test measured, also when it passes. */
export function figure(text: string): void {
  process.stdout.write(`  measured: ${text}\n`);
}
