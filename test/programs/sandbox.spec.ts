// Proves what the README promises of `npm run sandbox`: ready in seconds, used at once, stopped without a trace, back as it was.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { firstOrder } from '../../src/sandbox.banner';
import { loadSandboxConfig, STAND_INS } from '../../src/sandbox.config';
import type { SandboxFile } from '../../src/sandbox.folder';
import { eventually, request } from '../support/gateway';
import { nodeForNobody } from '../support/nobody';
import { build, RunningProgram, runToEnd } from '../support/program';

const started: RunningProgram[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((program) => program.stop()));
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sandbox-'));
  folders.push(path);
  // Started by root, Postgres runs as another user, who has to get in.
  chmodSync(path, 0o755);
  return path;
}

async function sandbox(dataDir: string): Promise<{ program: RunningProgram; file: SandboxFile }> {
  const program = RunningProgram.start('sandbox', [], { PORT: '0', SIMULATOR_PORT: '0', DATA_DIR: dataDir });
  started.push(program);
  await program.says('Ctrl-C stops everything');
  return { program, file: JSON.parse(readFileSync(join(dataDir, 'sandbox.json'), 'utf8')) as SandboxFile };
}

function call(file: SandboxFile, method: string, path: string, body?: unknown): ReturnType<typeof request> {
  return request(method, file.gateway_url + path, body, { authorization: `Bearer ${file.api_key}` });
}

/** The pids of a process and of everything below it. */
function familyOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/).map(Number));
  const below = (parent: number): number[] =>
    pairs.filter(([, one]) => one === parent).flatMap(([one]) => [one!, ...below(one!)]);
  return [pid, ...below(pid)];
}

function isThere(pid: number): boolean {
  return (
    spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
      .stdout.trim()
      .replace(/^Z.*/, '') !== ''
  );
}

/** A receiver of webhooks that takes everything and answers nothing. */
async function mute(): Promise<{ url: string; heard: () => number; close: () => void }> {
  let count = 0;
  const server = createHttpServer(() => void count++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard: () => count, close };
}

const FIRST_ORDER = firstOrder('http://127.0.0.1:3001');

describe('npm run sandbox', () => {
  it('takes the order of its banner, and has it paid after it was stopped and started again', async () => {
    const dataDir = folder();
    const first = await sandbox(dataDir);
    const order = firstOrder(first.file.simulator_url);
    expect(first.program.stdout).toContain(JSON.stringify(order));
    const created = await call(first.file, 'POST', '/v1/payments', order);
    expect(created.status).toBe(201);
    const id: string = created.body.transaction_id;
    const shop = await fetch(`${(order as { return_url: string }).return_url}?transaction_id=${id}`);
    expect([shop.status, (await shop.text()).includes(id)]).toEqual([200, true]);
    await request('POST', `${first.file.simulator_url}/_sim/transactions/${id}/pay`, { payment_method: 'OM' });
    await eventually(
      async () => (await call(first.file, 'GET', `/v1/payments/${id}`)).body.status === 'accepted',
      2_000,
    );
    const began = performance.now();
    expect(await first.program.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(3_000);
    await expect(fetch(first.file.gateway_url)).rejects.toThrow();

    const second = await sandbox(dataDir);
    expect([second.file.api_key, second.file.admin_key]).toEqual([first.file.api_key, first.file.admin_key]);
    const { body } = await call(second.file, 'GET', `/v1/payments/${id}`);
    expect(body).toMatchObject({ status: 'accepted', payment_method: 'OM' });
    expect(body.operator_id).toEqual(expect.any(String));
    const ledger = await request('GET', `${second.file.simulator_url}/_sim/ledger`);
    expect(ledger.body.captures).toMatchObject([{ transaction_id: id, amount: 2500, currency: 'XOF' }]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops within 3 s on %s, whole, while CinetPay and a receiver keep it waiting',
    async (signal) => {
      const dataDir = folder();
      const { program, file } = await sandbox(dataDir);
      const receiver = await mute();
      await call(file, 'POST', '/v1/webhook-endpoints', { url: receiver.url });
      await call(file, 'POST', '/v1/payments', FIRST_ORDER);
      await eventually(() => receiver.heard() > 0);
      // Created at once and answered after 15 s.
      const slow = call(file, 'POST', '/v1/payments', { ...FIRST_ORDER, amount: 1945, transaction_id: 'SLOW' });
      const seen = `${file.simulator_url}/_sim/transactions/SLOW`;
      await eventually(async () => (await request('GET', seen)).status === 200);
      const postmaster = Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
      const family = [...familyOf(program.child.pid!), ...familyOf(postmaster)];
      expect(family.length).toBeGreaterThan(4);
      const began = performance.now();
      expect(await program.stop(signal)).toBe(0);
      expect(performance.now() - began).toBeLessThan(3_000);
      expect(family.filter(isThere)).toEqual([]);
      expect((await slow).status).toBe(202);
      receiver.close();
      const again = await sandbox(dataDir);
      expect((await call(again.file, 'GET', '/v1/payments/SLOW')).body.status).toMatch(/^(created|pending)$/);
    },
  );

  it('takes a Ctrl-C that comes twice, from the terminal and from npm, for one', async () => {
    const dataDir = folder();
    const { program } = await sandbox(dataDir);
    const postmaster = Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
    // Two of one signal could come as one.
    program.child.kill('SIGINT');
    expect(await program.stop('SIGTERM')).toBe(0);
    expect(isThere(postmaster)).toBe(false);
  });

  it('waits as long as the environment says instead', () => {
    expect(loadSandboxConfig({ SHUTDOWN_TIMEOUT_MS: '9000' }, STAND_INS).shutdownTimeoutMs).toBe(9_000);
  });

  it('keeps its keys where only their owner can read them', async () => {
    const dataDir = folder();
    await sandbox(dataDir);
    for (const name of ['sandbox.json', 'pepper']) expect(statSync(join(dataDir, name)).mode & 0o077).toBe(0);
  });

  it('comes back after kill -9, and stops what the killed one left running', async () => {
    const dataDir = folder();
    const first = await sandbox(dataDir);
    const { body } = await call(first.file, 'POST', '/v1/payments', FIRST_ORDER);
    await first.program.stop('SIGKILL');
    const second = await sandbox(dataDir);
    expect((await call(second.file, 'GET', `/v1/payments/${body.transaction_id}`)).status).toBe(200);
    expect(await second.program.stop('SIGINT')).toBe(0);
  });

  it('runs beside another with its own folder', async () => {
    const [one, other] = await Promise.all([sandbox(folder()), sandbox(folder())]);
    const { body } = await call(one.file, 'POST', '/v1/payments', FIRST_ORDER);
    expect((await call(other.file, 'GET', `/v1/payments/${body.transaction_id}`)).status).toBe(404);
  });

  it('reads nothing of a real account in the environment', async () => {
    const dataDir = folder();
    const env = { CINETPAY_APIKEY: 'real-canary-apikey', CINETPAY_SITE_ID: '777777', CINETPAY_SECRET_KEY: 'x' };
    const program = RunningProgram.start('sandbox', [], { PORT: '0', SIMULATOR_PORT: '0', DATA_DIR: dataDir, ...env });
    started.push(program);
    await program.says('Ctrl-C stops everything');
    const file = JSON.parse(readFileSync(join(dataDir, 'sandbox.json'), 'utf8')) as SandboxFile;
    expect((await call(file, 'POST', '/v1/payments', FIRST_ORDER)).body.site_id).toBe('100001');
  });
});

describe('a sandbox that cannot start says why in one line', () => {
  it.each(['PORT', 'SIMULATOR_PORT'])('when %s is in use', async (name) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const env = { PORT: '0', SIMULATOR_PORT: '0', DATA_DIR: folder(), [name]: String(port) };
    const { code, stdout, stderr } = await runToEnd('sandbox', [], env);
    server.close();
    expect([code, stdout, stderr.trim()]).toEqual([
      1,
      '',
      `Port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another ${name}.`,
    ]);
  });

  it('when PORT is none', async () => {
    const { stderr } = await runToEnd('sandbox', [], { PORT: 'abc', DATA_DIR: folder() });
    expect(stderr.trim().split('\n').slice(1)).toEqual(['  PORT must be a whole number, in digits']);
  });

  it('when the data folder cannot be written', async () => {
    const file = join(folder(), 'a-file');
    writeFileSync(file, '');
    const { code, stderr } = await runToEnd('sandbox', [], {
      PORT: '0',
      SIMULATOR_PORT: '0',
      DATA_DIR: `${file}/data`,
    });
    expect([code, stderr.trim()]).toEqual([1, `DATA_DIR ${file}/data cannot be used (ENOTDIR).`]);
  });

  const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const canBeNobody = spawnSync('setpriv', [...AS_NOBODY, 'test', '-r', 'tools/run.mjs']).status === 0;

  it.skipIf(!canBeNobody)(
    "when the data folder is another user's (tried as nobody: needs root and setpriv)",
    async () => {
      await build();
      const dataDir = folder();
      const env = { PATH: process.env.PATH!, HOME: '/', PORT: '0', SIMULATOR_PORT: '0', DATA_DIR: dataDir };
      const command = [...AS_NOBODY, nodeForNobody(), 'tools/run.mjs', 'sandbox'];
      const { status, stdout, stderr } = spawnSync('setpriv', command, { env, encoding: 'utf8', timeout: 30_000 });
      expect([status, stdout, stderr.trim()]).toEqual([1, '', `DATA_DIR ${dataDir} cannot be used (EACCES).`]);
    },
  );

  it('when variables are wrong, all at once and without their values', async () => {
    const { code, stderr } = await runToEnd('sandbox', [], { PORT: 'canary', LOG_LEVEL: 'canary', DATA_DIR: folder() });
    expect(code).toBe(1);
    expect(stderr).toContain('PORT must be a whole number');
    expect(stderr).toContain('LOG_LEVEL');
    expect(stderr).not.toContain('canary');
  });
});
