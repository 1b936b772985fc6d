// Proves what callers can do about a payment: ask now and take it back. No money is missed because of it, also when an order is paid twice.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { eventually, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

let gateway: TestGateway;
let stage: Stage;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { INITIATION_RETRY_SECONDS: '1', CINETPAY_TIMEOUT_MS: '1000' } });
  stage = stageOf(gateway);
});
afterAll(() => gateway.close());
afterEach(() => stage.faults());

const place = async (overrides?: object): Promise<string> => (await stage.place({ ...overrides })).body.transaction_id;
const verify = (id: string): Promise<Answer> => gateway.call('POST', `/v1/payments/${id}/verify`);
const close = (id: string): Promise<Answer> => gateway.call('POST', `/v1/payments/${id}/close`);
const becomes = (id: string, expected: object): Promise<void> =>
  eventually(async () => expect(await stage.read(id)).toMatchObject(expected), 8_000);
const checksOf = async (id: string): Promise<number> => (await stage.requests(id, 'check')).length;
const LOST = { operation: 'notify', kind: 'lost' };

describe('verify', () => {
  it('asks CinetPay now and answers what it said', async () => {
    const id = await place();
    const waiting = await verify(id);
    expect([waiting.status, waiting.body.status, await checksOf(id)]).toEqual([200, 'pending', 1]);
    await stage.faults(LOST);
    await stage.act(id, 'pay', { payment_method: 'MOMO' });
    const paid = await verify(id);
    expect([paid.status, paid.body]).toMatchObject([200, { status: 'accepted', payment_method: 'MOMO' }]);
    expect(paid.body).toEqual(await stage.read(id));
    expect([(await verify(id)).status, await checksOf(id)]).toEqual([200, 2]);
  });

  it.each([
    ['says nothing that can be read', { operation: 'check', kind: 'html', status: 502 }],
    ['gives no answer in time', { operation: 'check', kind: 'delay', delay_ms: 1_500 }],
  ])('answers 202 when CinetPay %s, and the payment is asked about again', async (_, rule) => {
    const id = await place();
    await stage.faults({ ...rule, times: 1 });
    const { status, headers, body } = await verify(id);
    expect([status, body.status, headers.get('retry-after')]).toEqual([
      202,
      'pending',
      expect.stringMatching(/^[1-9]\d*$/),
    ]);
    await eventually(async () => expect(await checksOf(id)).toBe(2), 8_000);
  });

  it('never asks twice at once, however many want to know, and not faster than the spacing', async () => {
    const id = await place();
    await stage.faults({ operation: 'check', kind: 'delay', delay_ms: 300 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(202)]);
    await eventually(async () => expect((await stage.row(id)).woken_at).toBeNull());
    const checks = (await stage.requests(id, 'check')) as any[];
    expect(checks).toHaveLength(2);
    expect(Date.parse(checks[1].at)).toBeGreaterThanOrEqual(Date.parse(checks[0].answered_at));
    expect((await verify(id)).status).toBe(202);
  });

  it('finds money that came after the end', async () => {
    const id = await place();
    await stage.act(id, 'refuse');
    await becomes(id, { status: 'refused' });
    await stage.faults(LOST);
    await stage.act(id, 'pay');
    await eventually(async () => expect((await verify(id)).body.status).toBe('accepted'), 8_000);
  });

  it('stays inside the budget: while its site is paused it answers 202 and asks nothing', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => place()));
    await gateway.db.query(
      `UPDATE site_states SET pause_cause = 'operator', pause_number = pause_number + 1 WHERE site_id = '100001'`,
    );
    // What this process had booked before may still be used up; each is asked about once, so that no spacing answers for the pause.
    const id = await eventually(async () => {
      const next = ids.pop()!;
      return (await verify(next)).status === 202 && next;
    });
    expect(await checksOf(id)).toBe(0);
    await gateway.db.query(
      `UPDATE site_states SET pause_cause = NULL, pause_number = pause_number + 1 WHERE site_id = '100001'`,
    );
    await eventually(async () => expect((await stage.row(id)).woken_at).toBeNull(), 8_000);
  });
});

describe('close', () => {
  it('frees the door and stops the checkout; money that comes all the same counts', async () => {
    const order_reference = newId();
    const id = await place({ order_reference });
    const { status, body } = await close(id);
    expect([status, body]).toMatchObject([200, { transaction_id: id, status: 'pending', closed: true }]);
    expect((await close(id)).body).toEqual(body);
    expect((await request('GET', body.checkout_url)).status).toBe(200);
    expect((await stage.place({ order_reference })).status).toBe(201);
    await stage.act(id, 'pay');
    await becomes(id, { status: 'accepted', closed: true, needs_review: false });
    const paid = await place();
    await stage.act(paid, 'pay');
    await becomes(paid, { status: 'accepted' });
    expect((await close(paid)).body).toMatchObject({ code: 'conflict', status: 409 });
  });

  it('of what CinetPay has not heard of ends it: no counter is asked for any more, and one check tells that there was none', async () => {
    const order_reference = newId();
    await stage.faults({ operation: 'payment', kind: 'drop_request' });
    const { status, body } = await stage.place({ order_reference });
    expect([status, (await close(body.transaction_id)).body.closed]).toEqual([202, true]);
    await becomes(body.transaction_id, { status: 'expired', status_reason: 'not_initiated', payment_url: null });
    const tries = (await stage.requests(body.transaction_id, 'payment')).length;
    await stage.faults();
    expect((await stage.place({ order_reference })).status).toBe(201);
    expect(await stage.requests(body.transaction_id, 'payment')).toHaveLength(tries);
  });

  it('while CinetPay makes the counter loses neither: it has its link and is closed', async () => {
    await stage.faults({ operation: 'payment', kind: 'delay', delay_ms: 400, times: 1 });
    const transaction_id = newId();
    const placed = stage.place({ transaction_id, order_reference: newId() });
    await eventually(async () => expect(await stage.requests(transaction_id)).toHaveLength(1));
    expect((await close(transaction_id)).body).toMatchObject({ status: 'created', closed: true });
    expect(await placed).toMatchObject({ status: 201, body: { status: 'pending', closed: true } });
    expect((await stage.read(transaction_id)).payment_url).toMatch(/^http/);
  });
});

describe('two payments of one order', () => {
  const pair = async (): Promise<[string, string]> => {
    const order_reference = newId();
    const first = await place({ order_reference });
    await close(first);
    return [first, await place({ order_reference })];
  };

  it('that are both paid are both accepted, and the later one is flagged and told as a duplicate', async () => {
    const [first, second] = await pair();
    await stage.act(second, 'pay');
    await becomes(second, { status: 'accepted', needs_review: false });
    await stage.act(first, 'pay');
    await becomes(first, { status: 'accepted', needs_review: true });
    expect(await stage.events(second)).toEqual(['payment.pending', 'payment.accepted']);
    expect(await stage.events(first)).toEqual(['payment.pending', 'payment.accepted', 'payment.duplicate']);
    const { order_reference } = await stage.read(first);
    expect((await stage.place({ order_reference })).body).toMatchObject({
      code: 'order_already_paid',
      transaction_id: second,
    });
  });

  it('that are paid at the same moment are never both the first', async () => {
    const pairs = await Promise.all(Array.from({ length: 12 }, pair));
    await Promise.all(pairs.flat().map((id) => stage.act(id, 'pay')));
    for (const both of pairs) {
      const payments = await eventually(async () => {
        const read = await Promise.all(both.map((id) => stage.read(id)));
        expect(read.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
        return read;
      }, 8_000);
      expect(payments.map(({ needs_review }) => needs_review).sort()).toEqual([false, true]);
      const told = (await Promise.all(both.map((id) => stage.events(id)))).flat();
      expect(told.filter((type) => type === 'payment.duplicate')).toHaveLength(1);
    }
  });
});
