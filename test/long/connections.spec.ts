// Proves that 500 connections with 200 requests each (20 on routes like another), sent at once on any route without a key, keep others waiting for less than 200 ms and leave no memory behind, and that unread answers end.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { pause } from '../../src/common/clock';
import { eventually, request } from '../support/gateway';
import { figure, startFleet, type Fleet } from './fleet';
import { percentile, place } from './orders';

const CONNECTIONS = 500;
/** Requests of each connection, and how long others are watched. */
const FULL = { requests: 200, watchMs: 10_000 };
const BRIEF = { requests: 20, watchMs: 2_500 };
let fleet: Fleet;
let url: string;
let page: string;
let flood: ChildProcess | undefined;

beforeAll(async () => {
  fleet = await startFleet(1, { LOG_LEVEL: 'warn', THROTTLE_LIMIT: '600' });
  url = fleet.replicas[0]!.url;
  page = new URL((await place(fleet, 0)).body.checkout_url).pathname;
});
afterEach(async () => {
  flood?.kill('SIGKILL');
  await eventually(async () => (await openThere()) < 20, 60_000);
});
afterAll(() => fleet.close());

/** Sends them from a process of its own: the watcher must not wait for the sender. Resolves when all is sent. */
async function send(bytes: string, reads: boolean): Promise<void> {
  flood = spawn(process.execPath, [join(__dirname, 'flood.mjs'), url, String(CONNECTIONS), String(reads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const sent = new Promise<void>((resolve) => flood!.stdout!.once('data', () => resolve()));
  flood.stdin!.end(bytes);
  await sent;
}

/** How long `/health/live` takes for another client, in milliseconds. */
async function watch(milliseconds: number): Promise<number[]> {
  const args = [join(__dirname, 'watch.mjs'), url, String(milliseconds)];
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as number[];
}

/** Resident memory of the gateway, in MB. */
function memory(): number {
  const status = readFileSync(`/proc/${fleet.replicas[0]!.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1024;
}

/** How many connections the gateway has. Its limit for visitors may be used up. */
async function openThere(): Promise<number> {
  const { text } = await request('GET', `${url}/metrics`, undefined, { connection: 'close' });
  return Number(/^http_connections (\d+)$/m.exec(text)?.[1] ?? Infinity);
}

const rounded = (milliseconds: number): string => `${milliseconds.toFixed(0)} ms`;

/** One of each kind: a probe, what asks the database, what writes, a page. All others get a tenth. */
const ATTACKED = ['GET /health/live', 'GET /health/ready', 'POST /cinetpay/notify', 'GET PAGE/status'];

/** Every route that asks for no key, and the keyed ones without a key. */
const ROUTES = [
  ...['/health/live', '/health/ready', '/metrics', '/docs', '/openapi.json', '/', '/nowhere'].map((path) => [
    'GET',
    path,
  ]),
  ...['/v1/payments', '/cinetpay/notify'].map((path) => ['GET', path]),
  ...['/cinetpay/notify', '/v1/payments', '/v2/payment', '/v2/payment/check'].map((path) => ['POST', path]),
  ...['', '/inline', '/result', '/status', '/view', '/return'].map((path) => ['GET', `PAGE${path}`]),
  ...['/return', '/seen'].map((path) => ['POST', `PAGE${path}`]),
] as [string, string][];

function bytesOf(method: string, path: string, { requests } = FULL): string {
  const body = method === 'POST' ? 'cpm_site_id=1&cpm_trans_id=x' : '';
  const form = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`;
  return `${method} ${path.replace('PAGE', page)} HTTP/1.1\r\nHost: x\r\n${body && form}\r\n${body}`.repeat(requests);
}

it.each(ROUTES)('%s %s on 500 connections, 20 or 200 times each', async (method, path) => {
  const before = memory();
  const size = ATTACKED.includes(`${method} ${path}`) ? FULL : BRIEF;
  const watching = watch(size.watchMs);
  await pause(500);
  await send(bytesOf(method, path, size), true);
  const times = await watching;
  const [half, most] = [percentile(times, 0.5), percentile(times, 0.99)];
  figure(`${method} ${path}: others p50 ${rounded(half)}, p99 ${rounded(most)}; +${(memory() - before).toFixed(0)} MB`);
  expect(most).toBeLessThan(200);
});

it('ends connections whose answers are not read, and a minute later nothing is left of any of it', async () => {
  // As it is when it has served: the first of everything takes room that stays.
  const before = memory();
  await send(bytesOf('GET', '/cinetpay/notify') + bytesOf('GET', '/docs/swagger-ui-bundle.js'), false);
  const times = await watch(FULL.watchMs);
  const most = memory();
  flood!.kill('SIGSTOP');
  await eventually(async () => (await openThere()) < 20, 120_000);
  await eventually(() => memory() - before < 50, 60_000);
  figure(
    `unread: others p99 ${rounded(percentile(times, 0.99))}; memory ${[before, most, memory()].map(Math.round).join(', ')} MB`,
  );
  expect(percentile(times, 0.99)).toBeLessThan(200);
  expect(memory() - before).toBeLessThan(50);
});
