// Proves that the drop-in API and the simulator give each request of a client the same answer, out of one table.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_SITES } from '../../simulator/state/settings';
import { ApiKeys } from '../../src/auth/api-keys.service';
import { request, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf } from '../support/stage';
import { wireOrder } from './client';
import { REQUESTS, type Credentials, type RequestCase } from './requests';

const SERVERS = ['gateway', 'simulator'] as const;

let gateway: TestGateway;
let places: Record<(typeof SERVERS)[number], { url: string; credentials: Credentials }>;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
  await stageOf(gateway).settings({ error_http_status: 400 });
  const { apikey, site_id } = DEMO_SITES[0]!;
  places = {
    gateway: { url: gateway.url, credentials: { apikey: gateway.apiKey, site_id } },
    simulator: { url: gateway.simulator.url, credentials: { apikey, site_id } },
  };
});
afterAll(() => gateway.close());

async function put(server: (typeof SERVERS)[number], { path = '/v2/payment', send = smallest }: Partial<RequestCase>) {
  const { url, credentials } = places[server];
  const { body, type } = send(credentials);
  const answer = await fetch(url + path, { method: 'POST', body, headers: { 'content-type': type } });
  return { status: answer.status, body: (await answer.json()) as Record<string, any> };
}

function smallest(credentials: Credentials): { body: string; type: string } {
  return { body: JSON.stringify({ ...wireOrder(), ...credentials }), type: 'application/json' };
}

describe.each(SERVERS)('the %s, told to answer errors with HTTP 200', (server) => {
  beforeAll(async () => {
    const { key } = await gateway.app.get(ApiKeys).create('old-shop', ['drop_in'], 200);
    places.gateway.credentials.apikey = key;
    await stageOf(gateway).settings({ error_http_status: 200 });
  });
  afterAll(async () => {
    places.gateway.credentials.apikey = gateway.apiKey;
    await stageOf(gateway).settings({ error_http_status: 400 });
  });

  const cases = REQUESTS.filter(({ code, names }) => code === '608' && names !== undefined && names !== 'apikey');
  it.each(cases.slice(0, 8).map((one) => [one.what, one] as const))('answers %s so', async (_what, one) => {
    const { status, body } = await put(server, one);
    expect([status, body.code]).toEqual([200, '608']);
  });
});

describe('a gateway told to answer errors with HTTP 200', () => {
  it('does so before a key is known, keeps 404 and 503, and a key of 400 keeps its own', async () => {
    const env = { ROLES: 'api', DROP_IN_ERROR_STATUS: '200' };
    const replica = await startTestGateway({ env, database: gateway.database, simulator: gateway.simulator });
    const { key } = await replica.app.get(ApiKeys).create('new-shop', ['drop_in'], 400);
    const ask = async (fields: object, path = '/v2/payment'): Promise<unknown[]> => {
      const { status, body } = await request('POST', replica.url + path, fields);
      return [status, body.code];
    };
    expect(await ask({})).toEqual([200, '608']);
    expect(await ask({ apikey: '1.2', site_id: '1' })).toEqual([200, '609']);
    expect(await ask({ apikey: gateway.apiKey, site_id: '1' })).toEqual([200, '608']);
    expect(await ask({ apikey: key, site_id: '1' })).toEqual([400, '608']);
    expect(await ask({}, '/v2/nothing')).toEqual([404, '404']);
    await replica.close();
  });
});

describe.each(SERVERS)('the %s', (server) => {
  it.each(REQUESTS.map((one) => [one.what, one.code, one] as const))('answers %s with %s', async (_what, code, one) => {
    const { status, body } = await put(server, one);
    expect(body).toMatchObject({
      ...{ code, message: expect.any(String), description: expect.stringContaining(one.names ?? '') },
      api_response_id: expect.stringMatching(/^\d{10}\.\d{4}$/),
    });
    expect(status).toBe(code === '201' || code === '202' ? 200 : 400);
    expect(body.data === undefined).toBe(code !== '201');
  });

  it('describes a payment that nobody has paid yet, by each of its names', async () => {
    const order = wireOrder();
    const { credentials } = places[server];
    const send = (fields: object) => () => ({
      ...{ body: JSON.stringify({ ...credentials, ...fields }), type: 'application/json' },
    });
    const { payment_token: token } = (await put(server, { send: send(order) })).body.data;
    const path = '/v2/payment/check';
    for (const name of [{ transaction_id: order.transaction_id }, { token }, { payment_token: token }]) {
      const { status, body } = await put(server, { path, send: send(name) });
      expect([status, body.code, body.data.status]).toEqual([200, '662', 'WAITING_FOR_CUSTOMER']);
      if (server === 'gateway') expect(body.description).toMatch(/\w/);
    }
  });
});
