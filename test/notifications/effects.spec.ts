// Proves what comes of notifications, right or wrong, early, late, lost or many: only CinetPay's own check moves money, it is asked no more than it
// has to be, and nothing that was paid is missed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../simulator/simulator';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { formOf, notify } from './forms';

let database: TestDatabase;
let simulator: RunningSimulator;
let replicas: TestGateway[];
let stage: Stage;
beforeAll(async () => {
  [database, simulator] = await Promise.all([createTestDatabase(), startSimulator({ port: 0 })]);
  const env = { INITIATION_RETRY_SECONDS: '1' };
  replicas = [
    await startTestGateway({ database, simulator, env }),
    await startTestGateway({ database, simulator, env }),
  ];
  stage = stageOf(replicas[0]!);
});
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await simulator.close();
  await database.drop();
});
afterEach(async () => {
  await stage.faults();
  await stage.settings({ notify: { delay_ms: 0, copies: 1 } });
});

const place = async (overrides?: object): Promise<string> => (await stage.place({ ...overrides })).body.transaction_id;
const becomes = (id: string, expected: object): Promise<any> =>
  eventually(async () => {
    const payment = await stage.read(id);
    expect(payment).toMatchObject(expected);
    return payment;
  }, 8_000);
const checksOf = async (id: string): Promise<number> => (await stage.requests(id, 'check')).length;
/** Every notification that left the simulator for this payment has been answered. */
const isTold = (id: string, count = 1): Promise<void> =>
  eventually(async () => {
    const told = (await stage.ledger()).notifications.filter((one: any) => one.transaction_id === id);
    expect(told.filter(({ answered }: any) => answered === 200)).toHaveLength(count);
  });

describe('a payment is accepted', () => {
  it('because a notification woke it and the check agreed, soon, and with the evidence kept', async () => {
    const id = await place();
    await stage.act(id, 'pay');
    await eventually(async () => expect((await stage.read(id)).status).toBe('accepted'), 2_000);
    const { rows } = await replicas[0]!.db.query(
      `SELECT a.* FROM transaction_moves m JOIN cinetpay_answers a ON a.id = m.answer_id
       WHERE m.transaction_id = $1 AND m.to_status = 'accepted'`,
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ operation: 'check', outcome: 'claims_paid', code: '00', site_id: '100001' });
    expect(rows[0].data).toMatchObject({ status: 'ACCEPTED', amount: '2500', currency: 'XOF' });
    expect(await stage.events(id)).toEqual(['payment.pending', 'payment.accepted']);
  });

  it.each<[string, object]>([
    ['twice', { operation: 'notify', kind: 'duplicate' }],
    ['with a forged one before it', { operation: 'notify', kind: 'forged' }],
    ['late', { operation: 'notify', kind: 'late', delay_ms: 700 }],
    ['but our answer never reaches CinetPay', { operation: 'notify', kind: 'drop_response' }],
    ['with another amount than the check says', { operation: 'notify', kind: 'wrong_amount' }],
    ['with another currency than the check says', { operation: 'notify', kind: 'wrong_currency' }],
  ])('when CinetPay notifies %s', async (_, rule) => {
    const id = await place();
    await stage.faults({ ...rule });
    await stage.act(id, 'pay');
    await becomes(id, { status: 'accepted', needs_review: false });
    expect(await stage.events(id)).toEqual(['payment.pending', 'payment.accepted']);
  });

  it('when CinetPay notifies before it has answered the initiation', async () => {
    for (const more of [{}, { delay_ms: 500 }]) {
      await stage.faults({ operation: 'payment', kind: 'early', times: 1, ...more });
      const { status, body } = await stage.place();
      expect(status).toBe(201);
      const payment = await becomes(body.transaction_id, { status: 'accepted', needs_review: false });
      expect(payment.payment_url).toMatch(/\/payment\/[0-9a-f]+$/);
      const events = await stage.events(body.transaction_id);
      expect(events.filter((type) => type === 'payment.accepted')).toHaveLength(1);
    }
  });

  it('when CinetPay notifies and its answer to the initiation was lost: the counter was there, and somebody paid', async () => {
    await stage.faults({ operation: 'payment', kind: 'drop_response', times: 1 });
    const { status, body } = await stage.place();
    expect([status, body.status]).toEqual([202, 'created']);
    await stage.act(body.transaction_id, 'pay');
    await becomes(body.transaction_id, { status: 'accepted', needs_review: false });
  });

  it('although its notification is lost: the schedule asks', async () => {
    const id = await place();
    await stage.faults({ operation: 'notify', kind: 'lost' });
    await stage.act(id, 'pay');
    expect((await stage.read(id)).status).toBe('pending');
    await stage.age(id, 60);
    await becomes(id, { status: 'accepted' });
  });

  it('late and unannounced, after it was refused or had expired', async () => {
    const [refused, expired] = [await place(), await place()];
    await stage.act(refused, 'refuse');
    await becomes(refused, { status: 'refused' });
    await stage.age(expired, 259_200);
    await becomes(expired, { status: 'expired' });
    await stage.faults({ operation: 'notify', kind: 'lost' });
    for (const id of [refused, expired]) {
      await stage.act(id, 'pay');
      await stage.age(id, id === refused ? 300 : 3_600);
      await becomes(id, { status: 'accepted', needs_review: false });
      expect((await stage.events(id)).at(-1)).toBe('payment.accepted');
    }
  });
});

describe('a payment is not accepted', () => {
  it.each(['wrong_amount', 'wrong_currency'])('when the check says %s: a person has to look', async (kind) => {
    const order_reference = `reference ${kind}`;
    const id = await place({ order_reference });
    await stage.faults({ operation: 'check', kind });
    await stage.act(id, 'pay');
    await becomes(id, { status: 'pending', needs_review: true, accepted_at: null, next_check_at: null });
    await notify(replicas[1]!, formOf(id));
    await eventually(async () => expect(await checksOf(id)).toBeGreaterThanOrEqual(2), 8_000);
    await becomes(id, { status: 'pending', needs_review: true, next_check_at: null });
    expect(await stage.events(id)).toEqual(['payment.pending', 'payment.mismatch']);
    expect((await stage.place({ order_reference })).body.code).toBe('order_already_open');
    await stage.faults();
    await notify(replicas[0]!, formOf(id));
    await becomes(id, { status: 'accepted', needs_review: true });
  });

  it('because a notification says so: CinetPay says that nobody has paid', async () => {
    const id = await place();
    expect((await notify(replicas[0]!, formOf(id))).status).toBe(200);
    await eventually(async () => expect(await checksOf(id)).toBe(1));
    await eventually(async () => expect((await stage.row(id)).woken_at).toBeNull());
    expect(await stage.read(id)).toMatchObject({ status: 'pending', needs_review: false });
    expect(await stage.events(id)).toEqual(['payment.pending']);
  });
});

describe('many notifications', () => {
  it('twenty of one payment at once to both replicas: one accepted event, and hardly more checks than one', async () => {
    const id = await place();
    await stage.faults({ operation: 'notify', kind: 'lost' });
    await stage.act(id, 'pay');
    const posts = Array.from({ length: 20 }, (_, i) => notify(replicas[i % 2]!, formOf(id)));
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    await becomes(id, { status: 'accepted' });
    await notify(replicas[0]!, formOf(id));
    expect(await stage.events(id)).toEqual(['payment.pending', 'payment.accepted']);
    expect(await checksOf(id)).toBeLessThanOrEqual(2);
    const kept = `SELECT count(*)::int AS kept FROM notifications WHERE transaction_id = $1 AND validity = 'valid'`;
    expect((await replicas[0]!.db.query(kept, [id])).rows[0].kept).toBe(21);
  });

  it('twenty copies of a refusal and of what came before it, in any order, end in one refusal', async () => {
    const id = await place();
    await stage.settings({ notify: { copies: 10, order: 'reversed', delay_ms: 50 } });
    await Promise.all([stage.act(id, 'wait'), stage.act(id, 'refuse')]);
    await isTold(id, 20);
    await becomes(id, { status: 'refused', status_reason: '600 PAYMENT_FAILED' });
    expect(await stage.events(id)).toEqual(['payment.pending', 'payment.refused']);
  });

  it('a flood burns no budget: a burst of two checks, then one in two seconds, never two at a time', async () => {
    const id = await place();
    await stage.faults({ operation: 'check', kind: 'delay', delay_ms: 150 });
    const started = Date.now();
    let posted = 0;
    while (Date.now() - started < 2_500 || posted < 60) {
      await Promise.all(replicas.map((replica) => notify(replica, formOf(id))));
      posted += 2;
    }
    const checks = (await stage.requests(id, 'check')) as any[];
    const seconds = (Date.now() - started) / 1000;
    expect(checks.length).toBeGreaterThanOrEqual(2);
    expect(checks.length).toBeLessThanOrEqual(2 + Math.max(2.5, seconds) / 2 + 1);
    const ends = checks.map(({ answered_at }) => Date.parse(answered_at));
    checks.slice(1).forEach(({ at }, index) => expect(Date.parse(at)).toBeGreaterThanOrEqual(ends[index]!));
    // What came last has been asked about too, once its time has come.
    await stage.faults({ operation: 'notify', kind: 'lost' });
    await stage.act(id, 'pay');
    await notify(replicas[0]!, formOf(id));
    await becomes(id, { status: 'accepted' });
  });

  it('one that comes while a check is under way is not lost: the answer is already old, and is asked for again', async () => {
    const id = await place();
    await stage.faults({ operation: 'check', kind: 'delay', delay_ms: 1_500, times: 1 });
    await notify(replicas[0]!, formOf(id));
    await eventually(async () => expect(await checksOf(id)).toBe(1));
    await stage.act(id, 'pay');
    await isTold(id);
    expect((await stage.requests(id, 'check'))[0]!.answered).toBeNull();
    await becomes(id, { status: 'accepted' });
    expect(await checksOf(id)).toBe(2);
  });
});
