import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, openSync, closeSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { pause } from '../common/clock';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { claimOwnership } from './embedded-postgres.owner';
import { findPlace, type Place } from './embedded-postgres.place';

export { EmbeddedPostgresError };

const USER = 'gateway';
const DATABASE = 'gateway';
/** A killed postmaster leaves its children and its shared memory for a moment, and a zombie its pid. */
const START_PATIENCE_MS = 15_000;

export interface EmbeddedPostgresOptions {
  /** Keeps the cluster, or says where it lies. */
  dataDir: string;
  /** false only for tests: fsync, synchronous_commit and full_page_writes off. */
  durable?: boolean;
  maxConnections?: number;
}

export interface EmbeddedPostgres {
  databaseUrl: string;
  where: { binaries: string; cluster: string; moved: boolean };
  /** It was running already: its last owner was killed. */
  adopted: boolean;
  /** Stops it fast and clean. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres of our own in the data folder, or adopts the one that a killed process left running there.
 * @throws EmbeddedPostgresError with one line for a person
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = findPlace(options.dataDir);
  const release = claimOwnership(join(place.home, 'owner'), options.dataDir);
  try {
    await initialise(place);
    const password = readFileSync(join(place.home, 'password'), 'utf8');
    const running = await adopt(place, password);
    const port = running ?? (await start(place, options, password));
    await createDatabase(port, password);
    return {
      databaseUrl: urlOf(port, password, DATABASE),
      where: { binaries: place.binaries, cluster: place.cluster, moved: place.moved },
      adopted: running !== undefined,
      stop: async () => {
        await runProgram(place, 'pg_ctl', ['stop', '-D', place.cluster, '-m', 'fast', '-w', '-t', '20']);
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function initialise(place: Place): Promise<void> {
  if (existsSync(join(place.cluster, 'PG_VERSION'))) return;
  const fresh = `${place.cluster}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  const file = join(place.home, 'password');
  writeFileSync(file, password, { mode: 0o600 });
  if (place.user) chownSync(file, place.user.uid, place.user.gid);
  const options = [
    '-U',
    USER,
    `--pwfile=${file}`,
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
    '--no-locale',
    '--no-instructions',
  ];
  const { code, output } = await runProgram(place, 'initdb', ['-D', fresh, ...options]);
  if (code !== 0) throw new EmbeddedPostgresError(`initdb failed: ${lastLine(output)}`);
  renameSync(fresh, place.cluster);
}

/** The port of a server that runs on this cluster already and takes our password. */
async function adopt(place: Place, password: string): Promise<number | undefined> {
  const port = Number(readPidFile(place)[3]);
  if (!Number.isInteger(port) || port <= 0) return undefined;
  return (await answers(port, password)) ? port : undefined;
}

async function start(place: Place, options: EmbeddedPostgresOptions, password: string): Promise<number> {
  const until = Date.now() + START_PATIENCE_MS;
  const log = join(place.home, 'postgres.log');
  for (;;) {
    const port = await freePort();
    const { code, output } = await runProgram(place, 'pg_ctl', [
      'start',
      '-D',
      place.cluster,
      '-w',
      '-t',
      '30',
      '-l',
      log,
      '-o',
      serverOptions(port, options),
    ]);
    if (code === 0 && (await answers(port, password))) return port;
    if (Date.now() > until) throw new EmbeddedPostgresError(`Postgres does not start: ${lastLine(output)} See ${log}.`);
    forgetDeadPostmaster(place);
    await pause(250);
  }
}

function serverOptions(port: number, { durable = true, maxConnections = 100 }: EmbeddedPostgresOptions): string {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: maxConnections,
    shared_buffers: '128MB',
    timezone: 'UTC',
  };
  const unsafe = durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const pairs = Object.entries({ ...settings, ...unsafe }).map(
    ([name, value]) => `-c ${name}=${value === '' ? "''" : value}`,
  );
  return [`-p ${port}`, ...pairs].join(' ');
}

// A zombie still has its pid, so Postgres believes that it runs; /proc knows better.
function forgetDeadPostmaster(place: Place): void {
  const pid = Number(readPidFile(place)[0]);
  try {
    if (pid > 0 && /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')))
      rmSync(join(place.cluster, 'postmaster.pid'), { force: true });
  } catch {
    // No /proc here, or the process is gone: Postgres judges for itself.
  }
}

function readPidFile(place: Place): string[] {
  try {
    return readFileSync(join(place.cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

async function createDatabase(port: number, password: string): Promise<void> {
  await withClient(port, password, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

async function answers(port: number, password: string): Promise<boolean> {
  return withClient(port, password, (client) => client.query('SELECT 1')).then(
    () => true,
    () => false,
  );
}

async function withClient<T>(port: number, password: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: urlOf(port, password, 'postgres'), connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

// Output goes to a file: a pipe would be held open by the server that pg_ctl leaves behind.
async function runProgram(
  place: Place,
  program: string,
  args: string[],
): Promise<{ code: number | null; output: string }> {
  const outputFile = join(place.home, `${program}.log`);
  const output = openSync(outputFile, 'w', 0o600);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(join(place.binaries, 'bin', program), args, {
        ...place.user,
        cwd: place.home,
        // Its own session: Ctrl-C in the terminal reaches only node, which stops Postgres last.
        detached: true,
        env: { LC_ALL: 'C' },
        stdio: ['ignore', output, output],
      });
      child.once('error', reject);
      child.once('exit', resolve);
    });
    return { code, output: readFileSync(outputFile, 'utf8') };
  } finally {
    closeSync(output);
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
