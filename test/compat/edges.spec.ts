// Proves that whatever goes wrong around an order under /v2 is told in CinetPay's envelope too, to browsers of any origin, and only there.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database';
import { startDatabaseLine } from '../support/database-line';
import { eventually, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { clientOf, formOf, wireOrder, type Client } from './client';
import { expectFault, invalid, type Fault } from './expected';

let gateway: TestGateway;
let stage: Stage;
let client: Client;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
  stage = stageOf(gateway);
  client = clientOf(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => stage.faults());

describe('a body', () => {
  const JSON_TYPE = 'application/json';
  const FORM = 'application/x-www-form-urlencoded';
  it.each<[what: string, body: string, type: string, description: unknown]>([
    ['that is broken JSON', '{"apikey":', JSON_TYPE, 'The body could not be read as JSON in UTF-8.'],
    ['that is a form and calls itself JSON', 'apikey=x', JSON_TYPE, 'The body could not be read as JSON in UTF-8.'],
    ['that is empty', '', JSON_TYPE, 'The body must be a JSON object or a form.'],
    ['that is null', 'null', JSON_TYPE, 'The body must be a JSON object or a form.'],
    ['that is a list', '[{"apikey":"x"}]', JSON_TYPE, 'The body must be a JSON object or a form.'],
    ['that is a text', '"apikey"', JSON_TYPE, 'The body must be a JSON object or a form.'],
    [
      'that reaches for prototypes',
      '{"__proto__":{"apikey":"x"}}',
      JSON_TYPE,
      'A field may not be called "__proto__".',
    ],
    ['that is XML', '<apikey>x</apikey>', 'application/xml', 'The body must be JSON or a form.'],
    ['of no readable type', 'apikey=x', 'not/a type; ;;', expect.any(String)],
    ['that is an empty form', '', FORM, 'apikey is required'],
    ['of a broken multipart', '--x', 'multipart/form-data', expect.stringContaining('multipart/form-data')],
    ['that is too large', `{"apikey":"${'x'.repeat(70_000)}"}`, JSON_TYPE, 'A body may have at most 64 KB.'],
    ['that is too deep', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`, JSON_TYPE, expect.stringContaining('nested')],
    ['with a NUL in a form', 'apikey=%00', FORM, expect.stringContaining('U+0000')],
  ])('%s', async (_what, body, type, description) => {
    for (const path of ['', '/check']) expectFault(await client.send(body, type, path), invalid(description));
  });

  it('that is no body', async () => {
    const nothing = invalid('The body must be a JSON object or a form.');
    expectFault(await request('POST', `${gateway.url}/v2/payment`), nothing);
  });

  it('whose values say themselves how they are read is refused like any other', async () => {
    const odd = { toString: 1, valueOf: 1, toJSON: 1, then: 1 };
    for (const name of ['lock_phone_number', 'amount', 'lang', 'channels', 'site_id', 'transaction_id'])
      expectFault(await client.pay({ [name]: odd }), invalid(expect.stringContaining(name)));
  });

  it('with hostile names inside an object is refused or kept as text, and harms nothing', async () => {
    const order = { ...wireOrder(), apikey: gateway.apiKey, site_id: '1' };
    const folded = `${formOf(order)}&invoice_data[__proto__]=x&metadata[constructor]=y`;
    const { body } = await client.send(folded, FORM);
    expect(body.code).toBe('608');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    const sql = wireOrder({ description: `'); DROP TABLE transactions; --`, metadata: `$1 "'; \\` });
    expect((await client.pay(sql)).body.code).toBe('201');
    expect((await stage.row(sql.transaction_id as string)).metadata).toBe(`$1 "'; \\`);
  });
});

describe('anything else under /v2', () => {
  it.each([
    ['GET', '/v2/payment'],
    ['PUT', '/v2/payment'],
    ['POST', '/v2/payments'],
    ['POST', '/v2/payment/verify'],
    ['POST', '/v2'],
    ['GET', '/v2/payment/%zz'],
  ])('%s %s is not found, in the same envelope', async (method, path) => {
    const answer = await request(method, gateway.url + path, method === 'GET' ? undefined : {});
    expectFault(answer, { status: 404, code: '404', message: 'NOT_FOUND', description: expect.any(String) });
  });
});

describe('browsers', () => {
  const preflight = (path: string): Promise<Answer> =>
    request('OPTIONS', gateway.url + path, undefined, {
      ...{ origin: 'https://shop.example', 'access-control-request-method': 'POST' },
      'access-control-request-headers': 'content-type,x-requested-with',
    });

  it.each(['/v2/payment', '/v2/payment/check'])('of any origin may post to %s', async (path) => {
    const { status, headers, text } = await preflight(path);
    expect([status, text]).toEqual([204, '']);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    // The same for each caller: what a request names comes back nowhere.
    expect(headers.get('access-control-allow-headers')).toBe(
      'Accept, Accept-Language, Authorization, Cache-Control, Content-Type, Request-Id, X-Requested-With',
    );
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const order = { ...wireOrder(), apikey: gateway.apiKey, site_id: '1' };
    const posted = await request('POST', gateway.url + path, order, { origin: 'https://shop.example' });
    expect(posted.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['/v1/payments', '/cinetpay/notify', '/checkout/x/status', '/health', '/v2x/payment', '/openapi.json'])(
    'may not read %s',
    async (path) => {
      for (const answer of [await preflight(path), await gateway.call('GET', path)]) {
        const named = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
        expect(named).toEqual([]);
      }
    },
  );
});

describe('a gateway that cannot', () => {
  const away = (description: unknown): Fault => ({
    ...{ status: 503, code: '603', message: 'SERVICE_UNAVAILABLE' },
    description,
  });

  it('reach its database says 503 and when to come again', async () => {
    const line = await startDatabaseLine(await createTestDatabase());
    const broken = await startTestGateway({ database: line.database, env: { ROLES: 'api' } });
    const shop = clientOf(broken);
    const order = wireOrder();
    expect((await shop.pay(order)).body.code).toBe('201');
    line.cut();
    for (const answer of [await shop.pay(), await shop.check({ transaction_id: order.transaction_id })]) {
      expectFault(answer, away(expect.stringContaining('The database did not answer')));
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    line.mend();
    await broken.close();
    await broken.database.drop();
    await line.close();
  });

  it('do what it should says 503, and nothing of why', async () => {
    const broken = await startTestGateway({ env: { ROLES: 'api' } });
    const order = wireOrder({ amount: 4725 });
    await broken.db.query('ALTER TABLE transactions ADD CONSTRAINT broken CHECK (amount <> 4725)');
    const { code, message } = { code: '624', message: 'UNKNOWN_ERROR' };
    const answer = await clientOf(broken).pay(order);
    expectFault(answer, { status: 503, code, message, description: expect.stringContaining('is logged') });
    await broken.close();
  });

  it('let a client ask for more says 429 and when to come again', async () => {
    const busy = await startTestGateway({ env: { ROLES: 'api', THROTTLE_LIMIT: '10' } });
    const answers: Answer[] = [];
    for (let sent = 0; sent < 14; sent++) answers.push(await clientOf(busy).pay());
    const last = answers.at(-1)!;
    const description = expect.stringMatching(/^An API key may send 10 requests in 60 s/);
    expectFault(last, { status: 429, code: '429', message: 'TOO_MANY_REQUEST', description });
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    await busy.close();
  });

  it('take more orders says 503', async () => {
    const full = await startTestGateway({ env: { ROLES: 'api', BACKLOG_LIMIT: '1' } });
    await stageOf(full).faults({ operation: 'payment', kind: 'status', status: 503 });
    const answer = await eventually(async () => {
      const one = await clientOf(full).pay();
      return one.status === 503 && one;
    });
    expectFault(answer, away(expect.stringContaining('nothing was saved')));
    expect(answer.headers.get('retry-after')).toBe('10');
    await full.close();
  });

  it('use its site says 503 while it is paused', async () => {
    await gateway.db
      .query(`INSERT INTO site_states (site_id, paused_until, pause_cause) VALUES ('100004', 'infinity', 'operator')
      ON CONFLICT (site_id) DO UPDATE SET paused_until = 'infinity', pause_cause = 'operator'`);
    const answer = await client.pay({ currency: 'GNF', amount: 5000, site_id: '100004' });
    expectFault(answer, away(expect.stringContaining('are paused')));
  });
});
