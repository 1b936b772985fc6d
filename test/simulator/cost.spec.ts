// Proves that the largest body of any shape holds the simulator's event loop for less than 50 ms, on every route.
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, order, start, XOF } from './harness';

let simulator: RunningSimulator;
let counter: string;
beforeAll(async () => {
  simulator = await start({ log: (line) => logged.push(line) });
  const { body } = await call('POST', `${simulator.url}/v2/payment`, order({ transaction_id: 'COST' }));
  counter = new URL(String(body.data.payment_url)).pathname;
});
afterAll(() => simulator.close());
const logged: string[] = [];

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=X';
const CREDENTIALS = JSON.stringify({ ...order(), apikey: XOF.apikey, site_id: XOF.site_id }).slice(0, -1);

/** As many of a piece as fit between a beginning and an end. */
function filled(limit: number, piece: (index: number) => string, open = '', close = ''): string {
  const pieces: string[] = [];
  let size = open.length + close.length;
  for (let index = 0; ; index += 1) {
    const next = piece(index);
    size += next.length;
    if (size > limit) break;
    pieces.push(next);
  }
  return `${open}${pieces.join('')}${close}`;
}

/** Bodies of at most `limit` bytes, by shape. */
const shapes = (limit: number): [shape: string, type: string, body: string][] => [
  ['names of a form', FORM, filled(limit, (n) => `n${n}&`)],
  ['one-letter names', FORM, filled(limit, () => 'a&')],
  ['brackets of one name', FORM, filled(limit, (n) => `invoice_data[${n}]=&`)],
  ['brackets nobody closes', FORM, `invoice_data${'['.repeat(limit - 12)}`],
  ['percent signs', FORM, `a=${'%'.repeat(limit - 2)}`],
  ['names of JSON', JSON_TYPE, filled(limit, (n) => `,"n${n}":0`, CREDENTIALS, '}')],
  ['names of rules', JSON_TYPE, filled(limit, (n) => `,"n${n}":0`, '{"rules":[{"kind":"delay"', '}]}')],
  ['rules', JSON_TYPE, filled(limit, () => ',{"operation":"check"}', '{"rules":[{}', ']}')],
  ['sites', JSON_TYPE, filled(limit, () => ',{"site_id":1}', '{"sites":[{}', ']}')],
  ['lines of an invoice', JSON_TYPE, filled(limit, (n) => `,"n${n}":0`, `${CREDENTIALS},"invoice_data":{"a":0`, '}}')],
  ['channels', JSON_TYPE, filled(limit, (n) => `,"${n}"`, `${CREDENTIALS},"channels":["ALL"`, ']}')],
  ['deep lists', JSON_TYPE, `${CREDENTIALS},"metadata":${'['.repeat((limit - CREDENTIALS.length) / 2 - 20)}`],
  ['deep lists that close', JSON_TYPE, nested(limit)],
  ['deep objects', JSON_TYPE, filled(limit, () => '{"a":', `${CREDENTIALS},"metadata":`)],
  ['one long text', JSON_TYPE, `${CREDENTIALS},"description":"${'é'.repeat((limit - CREDENTIALS.length) / 2 - 20)}"}`],
  ['a long host', JSON_TYPE, filled(limit / 3, (n) => String.fromCodePoint(0x4e00 + (n % 20_000)), longHost, '"}')],
  ['a long id', JSON_TYPE, `${CREDENTIALS},"transaction_id":"${'<'.repeat(limit - CREDENTIALS.length - 30)}"}`],
  ['digits', JSON_TYPE, `${CREDENTIALS},"amount":${'9'.repeat(limit - CREDENTIALS.length - 20)}}`],
  [
    'parts',
    MULTIPART,
    filled(limit, (n) => `--X\r\nContent-Disposition: form-data; name=n${n}\r\n\r\n\r\n`, '', '--X--'),
  ],
  ['empty parts', MULTIPART, filled(limit, () => '--X\r\n')],
  [
    'one long part',
    MULTIPART,
    filled(limit, () => 'x', '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n', '\r\n--X--'),
  ],
  ['headers of a part', MULTIPART, filled(limit, (n) => `H${n}: x\r\n`, '--X\r\n', '\r\n\r\n--X--')],
  [
    'boundaries begun',
    MULTIPART,
    filled(limit, () => '\r\n--', '--X\r\nContent-Disposition: form-data; name=a\r\n\r\n', '--X--'),
  ],
  ['nothing but zeros', 'text/plain', '\0'.repeat(limit)],
];
const longHost = `${CREDENTIALS},"notify_url":"http://`;
function nested(limit: number): string {
  const depth = Math.floor((limit - CREDENTIALS.length) / 2) - 20;
  return `${CREDENTIALS},"metadata":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

/** Sends a request that was written before, so that the clock sees the simulator's work alone; gives the status of the answer. */
function send(request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1', () => socket.write(request));
    socket.once('data', (head: Buffer) => {
      resolve(Number(head.toString('latin1', 9, 12)));
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

/**
 * The processor's time that a request takes, which no pause of the loop exceeds: a busy machine cannot stretch it. Of up to five the least,
 * since the collector works when it likes.
 */
async function costOf(
  method: string,
  path: string,
  type: string,
  body: string,
): Promise<{ status: number; ms: number }> {
  const bytes = Buffer.from(body);
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  const request = Buffer.concat([Buffer.from(head), bytes]);
  let ms = Infinity;
  let status = 0;
  for (let run = 0; run < 5 && ms >= 40; run += 1) {
    const before = process.cpuUsage();
    status = await send(request);
    const { user, system } = process.cpuUsage(before);
    ms = Math.min(ms, (user + system) / 1000);
  }
  return { status, ms };
}

const PAYMENT_BYTES = 65_536;
const CONTROL_BYTES = 131_072;

it.each<[route: string, path: () => string, limit: number]>([
  ['POST /v2/payment', () => '/v2/payment', PAYMENT_BYTES],
  ['POST /v2/payment/check', () => '/v2/payment/check', PAYMENT_BYTES],
  ['POST /v2/seamless/device', () => '/v2/seamless/device', PAYMENT_BYTES],
  ['POST /payment/{token}', () => counter, PAYMENT_BYTES],
  ['POST /shop', () => '/shop', PAYMENT_BYTES],
  ['POST /_sim/transactions/{id}/wait', () => '/_sim/transactions/COST/wait', CONTROL_BYTES],
  ['PUT /_sim/settings', () => '/_sim/settings', CONTROL_BYTES],
  ['PUT /_sim/faults', () => '/_sim/faults', CONTROL_BYTES],
])('%s', async (route, path, limit) => {
  const [method = ''] = route.split(' ');
  const slow: [shape: string, ms: number][] = [];
  for (const [shape, type, body] of shapes(limit)) {
    const { status, ms } = await costOf(method, path(), type, body);
    expect([shape, status >= 200 && status < 500]).toEqual([shape, true]);
    if (ms >= 50) slow.push([shape, ms]);
  }
  expect(slow).toEqual([]);
  expect(logged).toEqual([]);
});
