import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pause } from '../common/clock';
import { askServer, createDatabase, embeddedUrl, EMBEDDED_USER, type Running } from './embedded-postgres.connection';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { claimOwnership, isDefunct } from './embedded-postgres.owner';
import { findPlace, type Place } from './embedded-postgres.place';
import { runProgram, telling } from './embedded-postgres.programs';

export { EmbeddedPostgresError };

/** A killed postmaster leaves its children and its shared memory for a moment, and a zombie its pid. */
const START_PATIENCE_MS = 15_000;
/** No patience helps: the cluster was made by another version of Postgres. */
const FINAL = /incompatible with server/;
/** A larger log is started anew with the server. */
const LOG_LIMIT_BYTES = 4_000_000;

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
  try {
    return await startOwned(options);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      `The embedded Postgres in ${options.dataDir} cannot be used: ${(error as Error).message}. Set DATA_DIR or DATABASE_URL.`,
    );
  }
}

async function startOwned(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = findPlace(options.dataDir);
  const release = claimOwnership(join(place.home, 'owner'), options.dataDir);
  try {
    const password = await initialise(place, options);
    const { port, adopted } = await adoptOrStart(place, options, password);
    await createDatabase(port, password);
    return {
      databaseUrl: embeddedUrl(port, password),
      where: { binaries: place.binaries, cluster: place.cluster, moved: place.moved },
      adopted,
      stop: () => stop(place).then(release),
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function initialise(place: Place, { durable = true }: EmbeddedPostgresOptions): Promise<string> {
  const passwordFile = join(place.home, 'password');
  if (existsSync(join(place.cluster, 'PG_VERSION'))) return readFileSync(passwordFile, 'utf8');
  for (const name of readdirSync(place.home))
    if (name.startsWith('new-'))
      rmSync(join(place.home, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  const password = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (place.user) chownSync(passwordFile, place.user.uid, place.user.gid);
  // A name of its own: an initdb whose node was killed may still be writing into the last one.
  const fresh = join(place.home, `new-${randomBytes(4).toString('hex')}`);
  const access = ['-U', EMBEDDED_USER, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'];
  const form = ['-E', 'UTF8', '--no-locale', '--no-instructions', ...(durable ? [] : ['--no-sync'])];
  const { code, reason } = await runProgram(place, 'initdb', ['-D', fresh, ...access, ...form]);
  if (code !== 0) throw new EmbeddedPostgresError(`The embedded Postgres cannot make its database: ${reason}`);
  renameSync(fresh, place.cluster);
  return password;
}

/** A start that is under way by somebody's killed hand counts as running as soon as it answers. */
async function adoptOrStart(
  place: Place,
  options: EmbeddedPostgresOptions,
  password: string,
): Promise<{ port: number; adopted: boolean }> {
  const until = Date.now() + START_PATIENCE_MS;
  for (;;) {
    const running = await findRunning(place, password);
    if (running && (running.durable || options.durable === false)) return { port: running.port, adopted: true };
    if (running) await stop(place);
    const port = await freePort();
    const reason = await launch(place, port, options);
    if (reason === undefined && (await askServer(port, password))) return { port, adopted: false };
    if (Date.now() > until || FINAL.test(reason ?? ''))
      throw new EmbeddedPostgresError(`The embedded Postgres does not start: ${reason}`);
    forgetDeadPostmaster(place);
    await pause(250);
  }
}

/** The server that runs on exactly this cluster and takes our password. */
async function findRunning(place: Place, password: string): Promise<Running | undefined> {
  const port = Number(readPidFile(place)[3]);
  if (!Number.isInteger(port) || port <= 0) return undefined;
  const running = await askServer(port, password);
  if (!running || realpathSync(running.folder) === realpathSync(place.cluster)) return running;
  throw new EmbeddedPostgresError(
    `${place.cluster} is a copy of ${running.folder}, whose Postgres runs: a copy is whole only when made after its stop.`,
  );
}

/** @returns why it did not start */
async function launch(place: Place, port: number, options: EmbeddedPostgresOptions): Promise<string | undefined> {
  const log = join(place.home, 'postgres.log');
  if (existsSync(log) && statSync(log).size > LOG_LIMIT_BYTES) rmSync(log);
  const before = existsSync(log) ? statSync(log).size : 0;
  const args = ['start', '-D', place.cluster, '-w', '-t', '30', '-l', log, '-o', serverOptions(port, options)];
  const { code, reason } = await runProgram(place, 'pg_ctl', args);
  if (code === 0) return undefined;
  const said = existsSync(log) ? readFileSync(log).subarray(before).toString('utf8') : '';
  return `${said === '' ? reason : telling(said)} (see ${log})`;
}

function serverOptions(port: number, { durable = true, maxConnections = 100 }: EmbeddedPostgresOptions): string {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: maxConnections,
    shared_buffers: '128MB',
    timezone: 'UTC',
    // Errors of statements would carry customers' data into a file; the gateway logs what matters of them.
    log_min_messages: 'log',
    log_checkpoints: 'off',
  };
  const unsafe = durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const pairs = Object.entries({ ...settings, ...unsafe }).map(
    ([name, value]) => `-c ${name}=${value === '' ? "''" : value}`,
  );
  return [`-p ${port}`, ...pairs].join(' ');
}

async function stop(place: Place): Promise<void> {
  await runProgram(place, 'pg_ctl', ['stop', '-D', place.cluster, '-m', 'fast', '-w', '-t', '20']);
}

// Postgres believes that whatever has a pid runs.
function forgetDeadPostmaster(place: Place): void {
  const pid = Number(readPidFile(place)[0]);
  if (pid > 0 && isDefunct(pid)) rmSync(join(place.cluster, 'postmaster.pid'), { force: true });
}

function readPidFile(place: Place): string[] {
  try {
    return readFileSync(join(place.cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
