// Proves what becomes of an order that comes again: the same one is answered by what it became, another one under the same key, id or reference
// is refused by name, and none of them ever opens a second counter (promise 3).
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { eventually, order, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

let gateway: TestGateway;
let stage: Stage;
let otherKey: string;
beforeAll(async () => {
  gateway = await startTestGateway();
  stage = stageOf(gateway);
  otherKey = await gateway.createKey('another');
});
afterAll(() => gateway.close());

const WHOLE = {
  ...{
    amount: 2500,
    currency: 'XOF',
    description: 'Order 1234',
    return_url: 'https://shop.example/thanks',
    channels: 'ALL',
  },
  ...{
    lang: 'fr',
    metadata: 'm',
    invoice_data: { b: '2', a: '1' },
    alternative_currency: 'EUR',
    integration: 'redirect',
  },
  ...{
    site_id: '100001',
    lock_phone_number: false,
    customer: { first_name: 'Ama', country: 'CI', phone_number: '2250102030405' },
  },
};
const key = (): { 'idempotency-key': string } => ({ 'idempotency-key': newId() });
const asAnother = (body: object, headers = {}): Promise<Answer> =>
  request('POST', `${gateway.url}/v1/payments`, order({ ...body }), {
    authorization: `Bearer ${otherKey}`,
    ...headers,
  });
const pointers = ({ body }: Answer): string[] => body.errors.map((fault: any) => fault.pointer).sort();

async function traces(): Promise<unknown> {
  const { rows } = await gateway.db.query('SELECT count(*)::int AS rows FROM transactions');
  const calls = (await stage.ledger()).calls.filter((one: any) => one.operation === 'payment');
  return { ...rows[0], calls: calls.length };
}

/** Nothing more was saved or sent than before. */
async function changesNothing(act: () => Promise<Answer>): Promise<Answer> {
  const before = await traces();
  const answer = await act();
  expect(await traces()).toEqual(before);
  return answer;
}

describe('the same order again', () => {
  it.each<[string, () => { body: object; headers: Record<string, string> }]>([
    ['Idempotency-Key', () => ({ body: {}, headers: key() })],
    ['transaction_id', () => ({ body: { transaction_id: newId() }, headers: {} })],
    ['all three', () => ({ body: { transaction_id: newId(), order_reference: newId() }, headers: key() })],
  ])('under its %s is answered by the payment as it is now', async (_, identity) => {
    const { body, headers } = identity();
    const first = await stage.place({ ...WHOLE, ...body }, headers);
    expect(first.status).toBe(201);
    const again = () => changesNothing(() => stage.place({ ...WHOLE, ...body }, headers));
    const second = await again();
    expect([second.status, second.headers.get('idempotent-replayed'), second.body]).toEqual([200, 'true', first.body]);
    expect(second.headers.get('location')).toBe(`/v1/payments/${first.body.transaction_id}`);
    await gateway.db.query(`UPDATE transactions SET closed = true WHERE transaction_id = $1`, [
      first.body.transaction_id,
    ]);
    expect((await again()).body).toEqual({ ...first.body, closed: true });
  });

  it('may be written otherwise, or leave out what we chose', async () => {
    const transaction_id = newId();
    expect((await stage.place({ ...WHOLE, transaction_id })).status).toBe(201);
    const customer = { ...WHOLE.customer, country: 'ci', email: '', city: null };
    for (const written of [
      { ...WHOLE, lang: 'FR', invoice_data: { a: '1', b: '2' }, customer, order_reference: '', channels: null },
      { amount: 2500, currency: 'XOF', description: 'Order 1234' },
    ]) {
      const again = await changesNothing(() => stage.place({ ...written, transaction_id }));
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    }
  });

  it('with a key, an id or neither, of another caller is another order', async () => {
    const headers = key();
    const order_reference = newId();
    const first = await stage.place({ order_reference }, headers);
    const other = await asAnother({ order_reference }, headers);
    expect([first.status, other.status]).toEqual([201, 201]);
    expect(other.body.transaction_id).not.toBe(first.body.transaction_id);
    const [one, two] = [await stage.place(), await stage.place()];
    expect([one.status, two.status, one.body.transaction_id === two.body.transaction_id]).toEqual([201, 201, false]);
  });
});

describe('an order that CinetPay has given no counter yet', () => {
  afterEach(() => stage.faults());

  it('is answered 202 when it comes again, also when a person has to look at it', async () => {
    await stage.faults({ operation: 'payment', kind: 'drop_request' });
    const body = { transaction_id: newId() };
    expect((await stage.place(body)).status).toBe(202);
    for (const flag of [false, true]) {
      await gateway.db.query(`UPDATE transactions SET needs_review = $2 WHERE transaction_id = $1`, [
        ...[body.transaction_id, flag],
      ]);
      const { status, headers, body: said } = await stage.place(body);
      expect([status, said.status, said.needs_review]).toEqual([202, 'created', flag]);
      expect(headers.get('retry-after')).toMatch(/^[1-9]/);
    }
    await stage.faults();
    await eventually(async () => expect((await stage.read(body.transaction_id)).status).toBe('pending'));
  });
});

const CHANGES: [string, object][] = [
  ['/amount', { amount: 2505 }],
  ['/amount /currency', { amount: 34, currency: 'USD', site_id: undefined }],
  ['/description', { description: 'order 1234' }],
  ['/return_url', { return_url: 'https://shop.example/thanks?' }],
  ['/channels', { channels: 'WALLET' }],
  ['/lang', { lang: 'en' }],
  ['/metadata', { metadata: 'M' }],
  ['/invoice_data', { invoice_data: { a: '1' } }],
  ['/alternative_currency', { alternative_currency: 'USD' }],
  ['/integration', { integration: 'seamless' }],
  ['/lock_phone_number', { lock_phone_number: true }],
  ['/site_id', { site_id: '100002' }],
  ['/customer/first_name', { customer: { ...WHOLE.customer, first_name: 'Afi' } }],
  ['/customer/city /customer/country', { customer: { country: 'SN', city: 'Dakar' } }],
  ['/amount /description /lang', { amount: 2505, description: 'x', lang: 'en' }],
];

describe('another order', () => {
  it.each(CHANGES)('under the same key or id names what differs: %s', async (named, change) => {
    const headers = key();
    const transaction_id = newId();
    expect((await stage.place({ ...WHOLE, transaction_id }, headers)).status).toBe(201);
    const byKey = await changesNothing(() => stage.place({ ...WHOLE, ...change }, headers));
    expect(byKey).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused', transaction_id } });
    const byId = await changesNothing(() => stage.place({ ...WHOLE, transaction_id, ...change }));
    expect(byId).toMatchObject({ status: 409, body: { code: 'transaction_id_reused', safe_to_retry: 'new_request' } });
    expect([pointers(byKey).join(' '), pointers(byId).join(' ')]).toEqual([named, named]);
    expect(byId.headers.get('location')).toBe(`/v1/payments/${transaction_id}`);
  });

  it('under the same key may be one of another id or reference', async () => {
    const headers = key();
    const [transaction_id, order_reference] = [newId(), newId()];
    await stage.place({ transaction_id, order_reference }, headers);
    const others = { transaction_id: newId(), order_reference: newId() };
    const answer = await changesNothing(() => stage.place(others, headers));
    expect([answer.body.code, pointers(answer)]).toEqual([
      'idempotency_key_reused',
      ['/order_reference', '/transaction_id'],
    ]);
  });

  it('is looked up by key before id, and by id before reference', async () => {
    const [headers, order_reference] = [key(), newId()];
    const byKey = (await stage.place({}, headers)).body.transaction_id;
    const byReference = (await stage.place({ order_reference })).body.transaction_id;
    const byId = (await stage.place({ transaction_id: newId(), order_reference: newId() })).body;
    const both = await stage.place({ transaction_id: byId.transaction_id, order_reference }, headers);
    expect(both.body).toMatchObject({ code: 'idempotency_key_reused', transaction_id: byKey });
    const two = await stage.place({ transaction_id: byId.transaction_id, order_reference });
    expect([two.body.code, pointers(two)]).toEqual(['transaction_id_reused', ['/order_reference']]);
    const one = await stage.place({ transaction_id: newId(), order_reference }, key());
    expect(one.body).toMatchObject({ code: 'order_already_open', transaction_id: byReference });
  });

  it("under another caller's id is told that it is taken, and nothing else", async () => {
    const transaction_id = newId();
    const mine = { transaction_id, order_reference: newId() };
    await stage.place(mine, key());
    for (const body of [mine, { transaction_id }, { transaction_id, amount: 5 }]) {
      const { status, headers, body: said } = await changesNothing(() => asAnother(body));
      expect([status, said.code, said.safe_to_retry]).toEqual([409, 'transaction_id_taken', 'new_request']);
      expect([headers.get('location'), headers.get('idempotent-replayed')]).toEqual([null, null]);
      expect(Object.keys(said).sort()).toEqual([
        ...['code', 'detail', 'instance', 'request_id', 'safe_to_retry', 'status', 'title', 'type'],
      ]);
    }
  });
});

describe('an order_reference', () => {
  it('is one order however it was typed: spaces around it and the form of its letters do not count', async () => {
    const id = newId();
    const decomposed = `  É-${id}\u00a0`.normalize('NFD');
    const headers = key();
    const first = (await stage.place({ order_reference: decomposed }, headers)).body;
    expect(first.order_reference).toBe(`É-${id}`);
    for (const written of [`É-${id}`, `É-${id} `, `\tÉ-${id}`, `É-${id}`.normalize('NFD')]) {
      await conflict(written, 'order_already_open', first.transaction_id);
      const again = await stage.place({ order_reference: written }, headers);
      expect([again.status, again.body.transaction_id]).toEqual([200, first.transaction_id]);
      const listed = await gateway.call('GET', `/v1/payments?order_reference=${encodeURIComponent(written)}`);
      expect(listed.body.data.map((one: any) => one.transaction_id)).toEqual([first.transaction_id]);
    }
  });

  it('that was saved before such forms were one is still the same for its key', async () => {
    const [headers, order_reference] = [key(), `old-${newId()}`];
    const { transaction_id } = (await stage.place({ order_reference }, headers)).body;
    await gateway.db.query(`UPDATE transactions SET order_reference = $2 WHERE transaction_id = $1`, [
      ...[transaction_id, `${order_reference} `],
    ]);
    expect((await stage.place({ order_reference: `${order_reference} ` }, headers)).body.transaction_id).toBe(
      transaction_id,
    );
  });

  it('of spaces alone is none', async () => {
    expect((await stage.place({ order_reference: ' \u00a0' })).body.order_reference).toBeNull();
  });

  const conflict = async (order_reference: string, code: string, transaction_id: string): Promise<void> => {
    const answer = await changesNothing(() => stage.place({ order_reference }, key()));
    expect(answer).toMatchObject({ status: 409, body: { code, transaction_id, safe_to_retry: 'never' } });
    expect(answer.headers.get('location')).toBe(`/v1/payments/${transaction_id}`);
  };

  it('has one open payment, then one that paid it', async () => {
    const order_reference = newId();
    const { transaction_id: id } = (await stage.place({ order_reference })).body;
    await conflict(order_reference, 'order_already_open', id);
    await stage.act(id, 'wait');
    await conflict(order_reference, 'order_already_open', id);
    await stage.act(id, 'pay');
    await eventually(async () => expect((await stage.read(id)).status).toBe('accepted'));
    await conflict(order_reference, 'order_already_paid', id);
    expect((await stage.place({ order_reference, transaction_id: id })).status).toBe(200);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['refused', (id) => stage.act(id, 'refuse')],
    ['cancelled', (id) => stage.act(id, 'cancel')],
    ['closed', (id) => gateway.call('POST', `/v1/payments/${id}/close`)],
  ])('is free again when its payment is %s', async (_, end) => {
    const order_reference = newId();
    const { transaction_id: id } = (await stage.place({ order_reference })).body;
    await end(id);
    const next = await eventually(async () => {
      const answer = await stage.place({ order_reference });
      expect(answer.status).toBe(201);
      return answer;
    });
    await conflict(order_reference, 'order_already_open', next.body.transaction_id);
    const [door] = (await gateway.db.query('SELECT * FROM order_doors WHERE order_reference = $1', [order_reference]))
      .rows;
    expect(door).toMatchObject({ open_transaction_id: next.body.transaction_id, paid_transaction_id: null });
  });
});
