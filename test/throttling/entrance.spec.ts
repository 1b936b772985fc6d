// Proves what a request without a valid key costs: it counts whatever it fails by, nothing of its body is read, and no caller suffers.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formOf, multipartOf, wireOrder } from '../compat/client';
import { eventually, order, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';

const LIMIT = 5;
const FORM = 'application/x-www-form-urlencoded';
const WRONG = `cpk_${'x'.repeat(43)}`;
const FULL = 64 * 1024;

let gateway: TestGateway;
const lines: Record<string, any>[] = [];
let addresses = 0;

beforeAll(async () => {
  const env = { THROTTLE_LIMIT: String(LIMIT), TRUST_PROXY_HOPS: '1', ROLES: 'api' };
  gateway = await startTestGateway({ env, log: (line) => lines.push(line) });
});
afterAll(() => gateway.close());

/** An address that has sent nothing yet. */
const newAddress = (): string => `198.51.100.${++addresses}`;

interface Sent {
  method?: string;
  path?: string;
  body?: string;
  type?: string;
  key?: string;
}

function send(from: string, { method = 'POST', path = '/v1/payments', body, type, key }: Sent): Promise<Answer> {
  return request(method, gateway.url + path, body, {
    'x-forwarded-for': from,
    ...(type !== undefined && { 'content-type': type }),
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  });
}

const KINDS: [what: string, status: number, sent: Sent][] = [
  ['a wrong key', 401, { key: WRONG, method: 'GET' }],
  ['no key and a full body', 401, { body: JSON.stringify({ metadata: 'x'.repeat(FULL - 20) }) }],
  ['no key and broken JSON', 401, { body: '{' }],
  ['no key and a body too large', 401, { body: 'x'.repeat(2 * FULL) }],
  ['no key and another content type', 401, { body: 'a=1', type: 'text/plain' }],
  ['a content type that cannot be read', 401, { body: 'a', type: 'not/a type; ;;' }],
  ['a form without apikey', 400, { path: '/v2/payment', body: 'amount=5', type: FORM }],
  ['a full form without apikey', 400, { path: '/v2/payment', body: 'a=1&'.repeat(FULL / 4), type: FORM }],
  ['a wrong apikey', 400, { path: '/v2/payment/check', body: `apikey=${WRONG}`, type: FORM }],
  ['broken JSON', 400, { path: '/v2/payment', body: '{"apikey":' }],
  ['broken JSON of full size', 400, { path: '/v2/payment', body: '{"apikey":'.repeat(FULL / 10) }],
  ['a body too large', 400, { path: '/v2/payment', body: 'x'.repeat(2 * FULL) }],
  ['no form and no JSON', 400, { path: '/v2/payment', body: '<a/>', type: 'application/xml' }],
  ['no body', 400, { path: '/v2/payment' }],
  ['no route, with a body', 404, { path: '/nowhere', body: 'x'.repeat(FULL), key: WRONG }],
  ['no route under /v2', 404, { path: '/v2/nothing', body: '{}' }],
  ['an address that cannot be read', 404, { path: '/v1/payments/%zz', body: 'x'.repeat(FULL) }],
];

describe('a request without a valid key counts against its address, and ends its connection:', () => {
  it.each(KINDS)('%s', async (_, status, sent) => {
    const from = newAddress();
    const seen: Answer[] = [];
    for (let i = 0; i < LIMIT + 3; i++) seen.push(await send(from, sent));
    expect(seen.map((answer) => answer.status)).toEqual([...Array<number>(LIMIT).fill(status), 429, 429, 429]);
    for (const { headers } of seen) {
      expect(headers.get('connection')).toBe('close');
      expect(headers.get('ratelimit-policy')).toBe(`"default";q=${LIMIT};w=60`);
    }
    expect(Number(seen.at(-1)!.headers.get('retry-after'))).toBeGreaterThan(0);
    if (sent.path?.startsWith('/v2')) expect(seen.at(-1)!.body).toMatchObject({ code: '429' });

    // Valid keys that this process has never seen, at the same address.
    const [fresh, other] = [await gateway.createKey('fresh'), await gateway.createKey('other')];
    expect((await send(from, { body: JSON.stringify(order()), key: fresh })).status).toBe(201);
    const dropIn = JSON.stringify({ ...wireOrder({ notify_url: undefined }), apikey: other, site_id: '100001' });
    expect((await send(from, { path: '/v2/payment', body: dropIn })).body).toMatchObject({ code: '201' });
  });
});

/** A connection on which the test writes what it likes. */
class Raw {
  text = '';
  hasEnded = false;
  error: Error | undefined;
  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    socket.on('end', () => (this.hasEnded = true));
    socket.on('error', (error) => (this.error = error));
  }
  static open(): Promise<Raw> {
    return new Promise((resolve) => {
      const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', allowHalfOpen: true }, () =>
        resolve(new Raw(socket)),
      );
    });
  }
  write(text: string): Promise<void> {
    return new Promise((resolve) => this.socket.write(text, () => resolve()));
  }
}

function head(path: string, length: number, more = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${newAddress()}\r\nContent-Length: ${length}\r\n${more}\r\n`;
}

describe('of the body of a stranger', () => {
  const JSON_TYPE = 'Content-Type: application/json\r\n';
  it.each([
    ['nothing is read under /v1', 401, head('/v1/payments', FULL, JSON_TYPE), ''],
    ['nothing is read where no route is', 404, head('/nowhere', FULL), ''],
    [
      'nothing is read after a header that came twice',
      400,
      head('/v1/payments', FULL, 'Origin: a\r\nOrigin: b\r\n'),
      '',
    ],
    ['16 KB are read under /v2', 400, head('/v2/payment', FULL, `Content-Type: ${FORM}\r\n`), 'a=1&'.repeat(4_097)],
  ])('%s', async (_, status, headers, body) => {
    const raw = await Raw.open();
    await raw.write(headers + body);
    await eventually(() => raw.hasEnded);
    expect(raw.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(raw.text.toLowerCase()).toContain('\r\nconnection: close\r\n');
    raw.socket.destroy();
  });

  it('so little is read also of a caller over its limit', async () => {
    const key = await gateway.createKey('busy');
    for (let i = 0; i < LIMIT; i++) await send(newAddress(), { method: 'GET', key });
    const raw = await Raw.open();
    await raw.write(head('/v1/payments', FULL, `Authorization: Bearer ${key}\r\n${JSON_TYPE}`));
    await eventually(() => raw.hasEnded);
    expect(raw.text).toMatch(/^HTTP\/1.1 429 /);
    raw.socket.destroy();
  });

  it('half a megabyte may still be sent by one who does not look at the answer yet', async () => {
    for (const path of ['/v1/payments', '/nowhere', '/v2/payment', '/v1/payments/%zz']) {
      const raw = await Raw.open();
      await raw.write(head(path, FULL * 16, JSON_TYPE) + 'x'.repeat(20_000));
      await eventually(() => raw.text !== '');
      for (let i = 0; i < 8; i++) await raw.write('x'.repeat(FULL));
      await eventually(() => raw.hasEnded);
      expect([path, raw.error, raw.text.slice(0, 10)]).toEqual([path, undefined, 'HTTP/1.1 4']);
      raw.socket.destroy();
    }
  });

  it('no request that hides behind it is answered', async () => {
    const raw = await Raw.open();
    await raw.write(head('/v1/payments', FULL, JSON_TYPE));
    await eventually(() => raw.hasEnded);
    await raw.write(`${'x'.repeat(FULL)}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`);
    raw.socket.end();
    await new Promise((resolve) => raw.socket.once('close', resolve));
    expect(raw.text.match(/HTTP\/1.1/g)).toHaveLength(1);
  });
});

describe('a body of more than 16 KB under /v2', () => {
  const filling = { invoice_data: { note: 'x'.repeat(40_000) } };
  const fieldsOf = async (more: Record<string, unknown> = {}): Promise<Record<string, unknown>> => ({
    ...{ apikey: await gateway.createKey('big'), site_id: '100001' },
    ...wireOrder(),
    ...more,
  });
  const post = (body: string, type = 'application/json'): Promise<Answer> =>
    send(newAddress(), { path: '/v2/payment', body, type });
  const boundary = 'b0undary';
  const multipart = `multipart/form-data; boundary=${boundary}`;

  it.each<[kind: string, type: string, write: (fields: Record<string, unknown>) => string]>([
    ['JSON', 'application/json', (fields) => JSON.stringify(fields)],
    ['a form', FORM, formOf],
    ['multipart', multipart, (fields) => multipartOf(fields, boundary)],
  ])('is read whole as %s when its key stands in the beginning, and only then', async (_kind, type, write) => {
    const fields = await fieldsOf();
    const asItIs = await post(write({ ...fields, ...filling }), type);
    expect(asItIs.body).toMatchObject({ code: '608', description: expect.stringContaining('invoice_data') });
    expect(asItIs.body.description).not.toContain('apikey');
    const late = await post(write({ ...filling, ...fields }), type);
    expect(late.body).toMatchObject({
      ...{ code: '608', description: 'apikey is required in the first 16 KB of the body' },
    });
    const wrong = await post(write({ ...fields, ...filling, apikey: WRONG }), type);
    expect(wrong.body).toMatchObject({ code: '609' });
  });

  it.each<[kind: string, type: string, write: (fields: Record<string, unknown>, second: string) => string]>([
    ['JSON', 'application/json', (f, second) => `${JSON.stringify(f).slice(0, -1)},"apikey":"${second}"}`],
    ['a form', FORM, (f, second) => `${formOf(f)}&apikey=${second}`],
    [
      ...(['multipart', multipart] as const),
      (f, second) =>
        multipartOf(f, boundary).replace(/--\r\n$/, '\r\n') +
        multipartOf({ apikey: second }, boundary).slice(boundary.length + 4),
    ],
  ])('is refused as %s where a second key hides in the rest', async (_kind, type, write) => {
    const second = await gateway.createKey('another');
    const hidden = await post(write(await fieldsOf(filling), second), type);
    expect(hidden.body).toMatchObject({ code: '608', description: 'apikey came twice and is not the same' });
    expect(JSON.stringify(hidden.body)).not.toContain('cpk_');
  });

  it('has its own key, not one of the objects in it, nor a value that looks like its name', async () => {
    const { apikey, ...fields } = await fieldsOf();
    const first = { description: 'apikey', note: '\\"apikey":"', inside: { apikey: WRONG } };
    const found = await post(JSON.stringify({ ...first, apikey, ...fields, ...filling }));
    expect(found.body).toMatchObject({ code: '608', description: expect.not.stringContaining('apikey') });
    expect(found.body.description).toContain('invoice_data');
  });

  it('is too large above 64 KB, key or not', async () => {
    const large = { ...(await fieldsOf()), note: 'x'.repeat(FULL) };
    expect((await post(JSON.stringify(large))).body.description).toBe('A body may have at most 64 KB.');
    expect((await post(JSON.stringify({ ...large, apikey: undefined }))).body.description).toBe(
      'A body may have at most 64 KB.',
    );
  });
});

describe('X-Forwarded-For', () => {
  const warnings = (): number => lines.filter(({ msg }) => /^X-Forwarded-For arrives/.test(String(msg))).length;

  it('is warned of once where no proxy is configured, and never where one is', async () => {
    await send(newAddress(), { method: 'GET' });
    const env = { TRUST_PROXY_HOPS: '0', ROLES: 'api' };
    const { database, simulator } = gateway;
    const bare = await startTestGateway({ env, database, simulator, log: (line) => lines.push(line) });
    try {
      await request('GET', `${bare.url}/health/live`);
      expect(warnings()).toBe(0);
      for (let i = 0; i < 3; i++)
        await request('GET', `${bare.url}/health/live`, undefined, { 'x-forwarded-for': '203.0.113.1' });
      await eventually(() => warnings() > 0);
      expect(warnings()).toBe(1);
    } finally {
      await bare.close();
    }
  });
});
