// Proves that no secret and nothing of a customer gets out where it should not be, whatever goes wrong on our side: canaries are planted in everything
// that is one, every kind of failure is provoked, and log lines at the most talkative level, answers, metrics, events, webhooks and tables are searched.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/common/ids';
import { eventually, request } from '../support/gateway';
import {
  APIKEY,
  CUSTOMER,
  EMAIL,
  findings,
  PHONE,
  secrets,
  startCanaryScene,
  tablesWithCanaries,
  type CanaryScene,
} from './canaries';

const { lines } = vi.hoisted(() => ({ lines: [] as string[] }));
const printed: string[] = [];
// The log as it is written, formatted by pino itself; only where it goes is another place.
vi.mock('pino', async (original) => {
  const pino = (await original<{ default: typeof import('pino').default }>()).default;
  const destination = () => ({
    write: (line: string) => lines.push(line),
    flushSync: () => undefined,
    on: () => undefined,
  });
  return { default: Object.assign((...made: Parameters<typeof pino>) => pino(...made), pino, { destination }) };
});

let scene: CanaryScene;
beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...parts: unknown[]) => boolean;
    vi.spyOn(stream, 'write').mockImplementation((...parts: unknown[]) => {
      printed.push(String(parts[0]));
      return write(...parts);
    });
  }
  scene = await startCanaryScene(lines, printed);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await scene.close();
});
const call: CanaryScene['call'] = (...parts) => scene.call(...parts);
const place: CanaryScene['place'] = (...parts) => scene.place(...parts);

describe('nothing gets out when', () => {
  it('an order has faults, of any kind and everywhere', async () =>
    scene.provoke(async () => {
      const wrong = {
        email: `${EMAIL} x`,
        phone_number: { a: PHONE },
        zip_code: `${PHONE}${PHONE}`,
        country: EMAIL,
        city: [EMAIL],
      };
      for (const body of [
        { customer: wrong, description: '', amount: PHONE, lang: EMAIL, channels: 'CREDIT_CARD', status: EMAIL },
        {
          customer: EMAIL,
          metadata: { phone: PHONE },
          return_url: `https://me:${APIKEY}@shop.example/`,
          transaction_id: EMAIL,
        },
        { customer: CUSTOMER, lock_phone_number: true, currency: EMAIL, invoice_data: { a: [PHONE] } },
      ]) {
        expect((await place(body)).status).toBe(400);
      }
      expect(
        (await call('POST', '/v1/payments', `{"customer":{"email":"${EMAIL}"`, { 'content-type': 'application/json' }))
          .status,
      ).toBe(400);
      expect((await call('POST', '/v1/payments', EMAIL, { 'content-type': 'text/plain' })).status).toBe(415);
      expect((await place({}, { 'idempotency-key': PHONE.repeat(30) })).status).toBe(400);
    }));

  it('an order conflicts with an earlier one', async () =>
    scene.provoke(async () => {
      const ids = { transaction_id: newId(), order_reference: newId() };
      const headers = { 'idempotency-key': newId() };
      await place(ids, headers);
      const customer = { ...CUSTOMER, email: 'another@mail.example' };
      expect((await place({ customer }, headers)).status).toBe(422);
      expect((await place({ ...ids, customer })).status).toBe(409);
      expect((await place({ order_reference: ids.order_reference })).status).toBe(409);
    }));

  it('a key is wrong, or is written where none belongs', async () =>
    scene.provoke(async () => {
      for (const authorization of [
        `Bearer ${scene.gateway.apiKey}x`,
        `Basic ${scene.gateway.apiKey}`,
        scene.gateway.apiKey,
      ]) {
        expect((await call('GET', '/v1/payments', undefined, { authorization })).status).toBe(401);
      }
      for (const path of [
        `/v1/payments/${EMAIL}`,
        `/v1/payments?cursor=${PHONE}!`,
        `/v1/nothing/${scene.gateway.apiKey}`,
        `/checkout/${scene.gateway.apiKey}`,
      ]) {
        expect((await call('GET', path)).status).toBeGreaterThanOrEqual(400);
      }
      const dropIn = await scene.gateway.createKey('till', ['drop_in']);
      secrets.push(dropIn);
      expect((await call('GET', '/v1/payments', undefined, { authorization: `Bearer ${dropIn}` })).status).toBe(403);
    }));

  it.each(['before', 'after'] as const)(
    'the database goes away just %s a row is saved, or an answer is',
    async (when) =>
      scene.provoke(async () => {
        for (const statement of ['transaction_insert', 'transaction_settle', 'transaction_lookup']) {
          scene.line.cutAt(statement, when);
          await place({ transaction_id: newId() });
        }
      }),
  );

  it('the database is away for longer', async () =>
    scene.provoke(async () => {
      scene.line.cut();
      expect((await place()).status).toBe(503);
      scene.line.mend();
      await eventually(async () => expect((await call('GET', '/v1/payments?limit=1')).status).toBe(200));
    }));

  it('something is broken that nobody thought of', async () =>
    scene.provoke(async () => {
      await scene.witness.query('ALTER TABLE transactions ADD CONSTRAINT broken CHECK (amount <> 4725)');
      expect(await place({ amount: 4725 })).toMatchObject({ status: 500, body: { code: 'internal' } });
      await scene.witness.query('ALTER TABLE transactions RENAME COLUMN alternative_currency TO gone');
      // A column that is not there is a database that cannot be used now.
      expect((await place()).status).toBe(503);
      await scene.witness.query('ALTER TABLE transactions RENAME COLUMN gone TO alternative_currency');
    }));

  it('a webhook is refused by a receiver that repeats it', async () =>
    scene.provoke(async () => {
      scene.receiver.answer = (response, { body, headers }) =>
        void response.writeHead(500).end(body + JSON.stringify(headers));
      const before = scene.receiver.arrivals.length;
      await place();
      await eventually(() => scene.receiver.arrivals.length > before);
      await eventually(async () => expect((await call('GET', '/v1/deliveries')).body.data.length).toBeGreaterThan(0));
    }));
});

describe('afterwards', () => {
  it('metrics, events and webhooks hold nothing', async () => {
    const { text } = await request('GET', `${scene.gateway.url}/metrics`);
    const feed = (await scene.gateway.call('GET', '/v1/events?limit=100')).text;
    const hooks = scene.receiver.arrivals.map(({ body, headers }) => body + JSON.stringify(headers)).join('');
    expect([
      text.includes('http_requests_total'),
      feed.includes('payment.pending'),
      hooks.includes('payment.pending'),
    ]).toEqual([true, true, true]);
    expect([findings(text), findings(feed), findings(hooks)]).toEqual([[], [], []]);
  });

  it('no table holds a secret, and a customer is only where his order is', async () => {
    expect(await tablesWithCanaries(scene.witness)).toEqual({ transactions: [PHONE, EMAIL] });
  });
});
