// Proves that no request, however it is made, gets a 5xx, a stack or silence from the simulator, and that it lives on.
import fc from 'fast-check';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, order, start, XOF } from './harness';

const logged: string[] = [];
let simulator: RunningSimulator;
let token: string;
beforeAll(async () => {
  simulator = await start({ settings: { magic_amounts: false }, log: (line) => logged.push(line) });
  const { body } = await call('POST', `${simulator.url}/v2/payment`, order({ transaction_id: 'A', device_id: 'd' }));
  token = String(body.data.payment_token);
});
afterAll(() => simulator.close());

const NAMES = [
  ...['apikey', 'site_id', 'transaction_id', 'amount', 'currency', 'description', 'notify_url', 'return_url', 'token'],
  ...['channels', 'lang', 'metadata', 'invoice_data', 'lock_phone_number', 'device_id', 'customer_country'],
  ...[
    'old_device_id',
    'new_device_id',
    'payment_method',
    'phone',
    'code',
    'status',
    'act',
    'strict',
    'notify',
    'sites',
  ],
  ...['seed', 'rules', 'rate_per_second', '__proto__', 'constructor', 'toString'],
];
const ODD: unknown[] = [
  ...[
    { toString: 1, valueOf: 1 },
    { toJSON: 1 },
    [[[[]]]],
    [null],
    {},
    0,
    -0,
    1e308,
    2 ** 53,
    '1905',
    1905,
    '2500.0',
    true,
  ],
  ...['http://[::1', 'http://\u0000', 'http://a b', '\ud800', ' ', '%', 'OM', 'pay', '__proto__'],
];
const oddValue = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(...ODD),
);
const fields = fc
  .dictionary(fc.constantFrom(...NAMES), oddValue, { maxKeys: 8 })
  .chain((odd) => fc.constantFrom(odd, { ...order({ transaction_id: 'A', apikey: XOF.apikey }), ...odd }));
const asForm = (record: Record<string, unknown>): string =>
  Object.entries(record)
    .map(
      ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(JSON.stringify(value)).replace('%22', '')}`,
    )
    .join('&');
const asParts = (record: Record<string, unknown>): string =>
  `${Object.entries(record)
    .map(([name, value]) => `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`)
    .join('')}--X--`;
const body = fc.oneof(
  fields.map((record) => JSON.stringify(record)),
  fields.map((record) => JSON.stringify(record).slice(0, -3)),
  fields.map((record) => asForm(record)),
  fields.map((record) => asParts(record)),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('', 'null', '[]', '"x"', '\uFEFF{}', '[[[['),
);

const path = fc.oneof(
  fc.constantFrom(
    '/v2/payment',
    '/v2/payment/check',
    '/v2/seamless/device',
    '//v2//payment/',
    '/shop',
    '/',
    '/_sim/ledger',
  ),
  fc.constantFrom('/_sim/transactions/A/pay', '/_sim/transactions/A', '/_sim/reset', '/_sim/settings', '/_sim/faults'),
  fc.constantFrom(
    'TOKEN',
    '/v2/seamless/result/d',
    '/_sim/transactions/%E0%A4/refuse?site_id=%',
    '*',
    'http://x/v2/payment',
  ),
  fc.webPath().map((one) => `/${one}`),
  fc.stringMatching(/^\/[!-~]{0,60}$/),
);
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'POST', 'POST', 'PUT', 'PUT', 'DELETE', 'OPTIONS', 'PATCH');
const header = fc.constantFrom(
  ...[
    'Content-Type: application/json',
    'Content-Type: application/x-www-form-urlencoded',
    'Content-Type: multipart/form-data',
  ],
  ...['Content-Type: multipart/form-data; boundary=X', 'Content-Type: ;;=', 'Host: a', 'Host: "><b>', 'User-Agent: t'],
  ...['Access-Control-Request-Headers: \xe9, x', 'Origin: null', 'Expect: 100-continue', 'Accept: */*, */*'],
);

/** The whole answer, empty where the connection was closed without one. */
function answerTo(request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1', () => socket.write(request));
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer in 10 s')));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(text) : reject(error),
    );
    socket.once('end', () => resolve(text));
  });
}

it('any request', async () => {
  await fc.assert(
    fc.asyncProperty(method, path, fc.array(header, { maxLength: 4 }), body, async (verb, where, headers, text) => {
      const bytes = Buffer.from(text, 'utf8');
      const target = where === 'TOKEN' ? `/payment/${token}` : where;
      const lines = [`${verb} ${target} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers];
      const head = Buffer.from(`${lines.join('\r\n')}\r\nContent-Length: ${bytes.length}\r\n\r\n`, 'latin1');
      const answer = await answerTo(Buffer.concat([head, bytes]));
      expect(logged).toEqual([]);
      expect(answer.replace('HTTP/1.1 100 Continue\r\n\r\n', '')).toMatch(/^HTTP\/1\.1 [234]\d\d /);
      expect(answer).not.toMatch(/\n\s+at .+:\d+:\d+/);
      // What was set must not decide what the next request gets.
      if (verb === 'PUT') await call('PUT', `${simulator.url}/_sim/faults`, { rules: [] });
    }),
    { numRuns: 250 },
  );
  expect((await call('GET', `${simulator.url}/_sim/ledger`)).status).toBe(200);
});

it('an order with one odd value, whichever field has it', async () => {
  for (const name of NAMES.slice(0, 16)) {
    const answers = await Promise.all(
      ODD.map((value) =>
        call('POST', `${simulator.url}/v2/payment`, order({ lock_phone_number: false, [name]: value })),
      ),
    );
    expect(logged).toEqual([]);
    expect(new Set(answers.map(({ body: { code } }) => String(code).length))).toEqual(new Set([3]));
  }
});
