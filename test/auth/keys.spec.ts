// Proves that only a live key opens the API, each only its caller's part of it, and that the database holds no key.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeys } from '../../src/auth/api-keys.service';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';

let gateway: TestGateway;
let replica: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
  replica = await startTestGateway({ database: gateway.database, simulator: gateway.simulator });
});

afterAll(async () => {
  await replica.close();
  await gateway.close();
});

const list = (url: string, authorization?: string): ReturnType<typeof request> =>
  request('GET', `${url}/v1/payments`, undefined, authorization === undefined ? {} : { authorization });

describe('a request without a live key is refused', () => {
  it.each([
    ['no header', undefined],
    ['another scheme', 'Basic Y2FuYXJ5'],
    ['no key', 'Bearer '],
    ['a key nobody made', `Bearer cpk_${'A'.repeat(43)}`],
    ['what is no key', `Bearer ' OR 1=1 --`],
  ])('%s', async (_, authorization) => {
    const answer = await list(gateway.url, authorization);
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });
});

it('refuses a revoked key on every replica within 5 seconds', async () => {
  const key = await gateway.createKey('books');
  expect((await list(gateway.url, `Bearer ${key}`)).status).toBe(200);
  expect((await list(replica.url, `Bearer ${key}`)).status).toBe(200);
  await gateway.app.get(ApiKeys).revoke(key);
  await Promise.all(
    [gateway, replica].map(({ url }) =>
      eventually(async () => (await list(url, `Bearer ${key}`)).status === 401, 5_000),
    ),
  );
});

it('keeps a hash and a visible prefix of a key, and no key', async () => {
  const { rows } = await gateway.db.query('SELECT * FROM api_keys');
  expect(JSON.stringify(rows)).not.toContain(gateway.apiKey);
  expect(rows[0]).toMatchObject({ caller: 'shop', prefix: gateway.apiKey.slice(4, 12) });
});

it('lets a drop_in key nowhere under /v1, and a payments key nowhere that needs admin', async () => {
  const dropIn = await gateway.createKey('shop', ['drop_in']);
  expect((await list(gateway.url, `Bearer ${dropIn}`)).body).toMatchObject({ status: 403, code: 'forbidden' });
  const { body } = await gateway.call('POST', '/v1/payments', order());
  const review = { resolution: 'refused', note: 'no' };
  expect((await gateway.call('POST', `/v1/payments/${body.transaction_id}/review`, review)).status).toBe(403);
});

it("shows a caller nothing of another's payment, and an admin everything", async () => {
  const { body } = await gateway.call('POST', '/v1/payments', order());
  const other = { authorization: `Bearer ${await gateway.createKey('other')}` };
  const path = `/v1/payments/${body.transaction_id}`;
  for (const [method, suffix] of [
    ['GET', ''],
    ['GET', '/history'],
    ['GET', '/seamless'],
    ['POST', '/verify'],
    ['POST', '/close'],
  ] as const) {
    const answer = await request(method, gateway.url + path + suffix, undefined, other);
    expect([suffix, answer.status, answer.body.code]).toEqual([suffix, 404, 'not_found']);
  }
  expect((await request('GET', `${gateway.url}/v1/payments`, undefined, other)).body.data).toEqual([]);
  const admin = { authorization: `Bearer ${await gateway.createKey('operator', ['admin'])}` };
  expect((await request('GET', gateway.url + path, undefined, admin)).status).toBe(200);
});
