// Proves that 500 connections with 200 pipelined requests each, on any route without a key, slow others down by less than 200 ms and leave no memory behind, and that answers which are not read end their connections.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pause } from '../../src/common/clock';
import { eventually, request } from '../support/gateway';
import { RawClient } from '../support/raw';
import { figure, startFleet, type Fleet } from './fleet';
import { percentile, place } from './orders';

const CONNECTIONS = 500;
const REQUESTS = 200;
const PROBE_MS = 50;
let fleet: Fleet;
let url: string;
let page: string;

beforeAll(async () => {
  fleet = await startFleet(1, { LOG_LEVEL: 'warn', THROTTLE_LIMIT: '600' });
  url = fleet.replicas[0]!.url;
  page = new URL((await place(fleet, 0)).body.checkout_url).pathname;
});
afterAll(() => fleet.close());

/** Asks `/health/live` over a connection of its own until it is told to stop. @returns how long each answer took, in milliseconds */
function watch(): () => Promise<number[]> {
  const times: number[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      const from = performance.now();
      expect((await request('GET', `${url}/health/live`, undefined, { connection: 'close' })).status).toBe(200);
      times.push(performance.now() - from);
      await pause(PROBE_MS);
    }
  })();
  return async () => ((over = true), await watching, times);
}

/** Resident memory of the gateway, in MB. */
function memory(): number {
  const status = readFileSync(`/proc/${fleet.replicas[0]!.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1024;
}

/** Every route that asks for no key, and the keyed ones without a key. */
const ROUTES = [
  ...['/health/live', '/health/ready', '/metrics', '/docs', '/docs-json', '/', '/nowhere'].map((path) => ['GET', path]),
  ...['/v1/payments', '/cinetpay/notify'].map((path) => ['GET', path]),
  ...['/cinetpay/notify', '/v1/payments', '/v2/payment', '/v2/payment/check'].map((path) => ['POST', path]),
  ...['', '/inline', '/result', '/status', '/view', '/return'].map((path) => ['GET', `PAGE${path}`]),
  ['POST', 'PAGE/seen'],
] as [string, string][];

function bytesOf(method: string, path: string): string {
  const target = path.replace('PAGE', page);
  const body = method === 'POST' ? 'cpm_site_id=1&cpm_trans_id=x' : '';
  const form = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`;
  return `${method} ${target} HTTP/1.1\r\nHost: x\r\n${body && form}\r\n${body}`;
}

it.each(ROUTES)('%s %s by 500 connections, 200 requests each', async (method, path) => {
  const before = memory();
  const bytes = bytesOf(method, path).repeat(REQUESTS);
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => RawClient.open(url)));
  const stop = watch();
  await pause(300);
  for (const { socket } of clients) socket.removeAllListeners('data').resume().write(bytes);
  await pause(10_000);
  const times = await stop();
  const most = memory();
  for (const { socket } of clients) socket.destroy();
  const p50 = percentile(times, 0.5);
  const p99 = percentile(times, 0.99);
  figure(
    `${method} ${path}: others p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, worst ${Math.max(...times).toFixed(0)} ms; memory +${(most - before).toFixed(0)} MB`,
  );
  expect(p99).toBeLessThan(200);
});

it('keeps nothing of it a minute later, and ends connections whose answers are not read', async () => {
  const before = memory();
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => RawClient.open(url)));
  let open = CONNECTIONS;
  for (const { socket } of clients) {
    socket.once('close', () => open--);
    socket.pause();
    socket.write('GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(REQUESTS));
  }
  await pause(3_000);
  const stop = watch();
  const most = memory();
  await pause(57_000);
  // What it has got so far is read at last: then it sees the end.
  const openThere = async (): Promise<number> =>
    Number(/^http_connections (\d+)$/m.exec((await request('GET', `${url}/metrics`)).text)![1]);
  await eventually(async () => (await openThere()) < 10, 60_000);
  await pause(60_000);
  const after = memory();
  figure(
    `unread: others p99 ${percentile(await stop(), 0.99).toFixed(0)} ms; memory ${before.toFixed(0)}, ${most.toFixed(0)}, a minute later ${after.toFixed(0)} MB`,
  );
  expect(after - before).toBeLessThan(50);
  for (const { socket } of clients) socket.destroy();
});
