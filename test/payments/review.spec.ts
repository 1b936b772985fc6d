// Proves how a person resolves a contradiction about money: never by accepting by hand, and never against CinetPay's evidence.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { eventually, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

let gateway: TestGateway;
let stage: Stage;
let admin: string;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { INITIATION_RETRY_SECONDS: '1', CINETPAY_TIMEOUT_MS: '1000' } });
  stage = stageOf(gateway);
  admin = await gateway.createKey('ops', ['admin']);
});
afterAll(() => gateway.close());
afterEach(() => stage.faults());

const place = async (overrides?: object): Promise<string> => (await stage.place({ ...overrides })).body.transaction_id;
const verify = (id: string): Promise<Answer> => gateway.call('POST', `/v1/payments/${id}/verify`);
const review = (id: string, body: object, key = admin): Promise<Answer> =>
  request('POST', `${gateway.url}/v1/payments/${id}/review`, body, { authorization: `Bearer ${key}` });
const becomes = (id: string, expected: object): Promise<void> =>
  eventually(async () => expect(await stage.read(id)).toMatchObject(expected), 8_000);
const checksOf = async (id: string): Promise<number> => (await stage.requests(id, 'check')).length;

/** A payment of which CinetPay claims another amount. */
async function contradicted(overrides?: object): Promise<string> {
  const id = await place(overrides);
  await stage.faults({ operation: 'check', kind: 'wrong_amount' });
  await stage.act(id, 'pay');
  await becomes(id, { needs_review: true });
  await stage.faults();
  return id;
}

/** A payment whose counter was lost before anybody saw it, and of which CinetPay claims another amount afterwards. */
async function rejectedAndContradicted(order_reference: string): Promise<string> {
  await stage.settings({ duplicate_transaction: 'error' });
  await stage.faults({ operation: 'payment', kind: 'drop_response', times: 1 });
  const id = newId();
  await stage.place({ transaction_id: id, order_reference });
  await becomes(id, { status: 'rejected', status_reason: 'link_lost', next_check_at: null });
  await stage.settings({ duplicate_transaction: 'same_token' });
  await stage.faults({ operation: 'check', kind: 'wrong_amount' });
  await stage.act(id, 'pay');
  await becomes(id, { status: 'rejected', needs_review: true });
  return id;
}

describe('a review', () => {
  it("is an admin's, and says how and why", async () => {
    const id = await contradicted();
    expect((await review(id, { resolution: 'refused', note: 'x' }, gateway.apiKey)).status).toBe(403);
    for (const body of [
      { resolution: 'refused' },
      { resolution: 'accepted', note: 'x' },
      { resolution: 'refused', note: '' },
      { note: 'x'.repeat(1_001), resolution: 'refused' },
    ]) {
      expect((await review(id, body)).body).toMatchObject({ status: 400, code: 'validation_failed' });
    }
    expect((await review('NOBODYS', { resolution: 'refused', note: 'x' })).status).toBe(404);
    expect(await stage.read(id)).toMatchObject({ status: 'pending', needs_review: true });
  });

  it('refused moves it, frees the door, and is told; late evidence still counts', async () => {
    const order_reference = newId();
    const id = await contradicted({ order_reference });
    const { status, body } = await review(id, { resolution: 'refused', note: 'sent back' });
    expect([status, body]).toMatchObject([200, { status: 'refused', status_reason: 'reviewed', needs_review: false }]);
    expect(body.next_check_at).toEqual(expect.any(String));
    expect((await stage.history(id)).at(-1)).toMatchObject({
      ...{ kind: 'review', from: 'pending', to: 'refused', cause: 'review' },
      evidence: { resolution: 'refused', note: 'sent back', by: 'ops' },
    });
    expect(await stage.events(id)).toEqual(['payment.pending', 'payment.mismatch', 'payment.refused']);
    expect((await stage.place({ order_reference })).status).toBe(201);
    await eventually(async () => expect((await verify(id)).body.status).toBe('accepted'), 8_000);
  });

  it('keep_open starts the schedule anew and holds the door', async () => {
    const order_reference = newId();
    const id = await contradicted({ order_reference });
    await stage.age(id, 7_200);
    const { body } = await review(id, { resolution: 'keep_open', note: 'asked CinetPay' });
    expect(body).toMatchObject({ status: 'pending', needs_review: false });
    const due = Date.parse(body.next_check_at) - Date.now();
    expect([due > 50_000, due < 61_000]).toEqual([true, true]);
    expect((await stage.place({ order_reference })).body.code).toBe('order_already_open');
    expect((await stage.history(id)).at(-1)).toMatchObject({ kind: 'review', from: 'pending', to: 'pending' });
  });

  it('acknowledged clears the flag of what is accepted', async () => {
    const id = await contradicted();
    await eventually(async () => expect((await verify(id)).body.status).toBe('accepted'), 8_000);
    expect(await stage.read(id)).toMatchObject({ status: 'accepted', needs_review: true });
    const { body } = await review(id, { resolution: 'acknowledged', note: 'right after all' });
    expect(body).toMatchObject({ status: 'accepted', needs_review: false });
    expect((await stage.history(id)).at(-1)).toMatchObject({ kind: 'review', evidence: { note: 'right after all' } });
  });

  describe('of one that ended before CinetPay claimed another amount', () => {
    const minutesToNextCheck = async (id: string): Promise<number> =>
      Math.round((Date.parse((await stage.read(id)).next_check_at) - Date.now()) / 60_000);

    it('keep_open asks again by the clock, although it was rejected, and the right answer accepts it', async () => {
      const order_reference = newId();
      const id = await rejectedAndContradicted(order_reference);
      const { status, body } = await review(id, { resolution: 'keep_open', note: 'CinetPay corrects it' });
      expect([status, body]).toMatchObject([200, { status: 'rejected', needs_review: false }]);
      expect(await minutesToNextCheck(id)).toBe(60);
      // Asked an hour later it still claims the same: a person has to look again.
      await stage.age(id, 3_600);
      await becomes(id, { needs_review: true, next_check_at: null });
      await review(id, { resolution: 'keep_open', note: 'still waiting' });
      await stage.faults();
      await stage.age(id, 3_600);
      await becomes(id, { status: 'accepted', needs_review: false });
    });

    it('refused ends it where it is rejected: no flag, no move, no more questions by the clock', async () => {
      const order_reference = newId();
      const id = await rejectedAndContradicted(order_reference);
      const told = await stage.events(id);
      const { status, body } = await review(id, { resolution: 'refused', note: 'sent back' });
      expect([status, body]).toMatchObject([200, { status: 'rejected', needs_review: false, next_check_at: null }]);
      expect((await stage.history(id)).at(-1)).toMatchObject({
        ...{ kind: 'review', from: 'rejected', to: 'rejected' },
        evidence: { resolution: 'refused', note: 'sent back', by: 'ops' },
      });
      expect(await stage.events(id)).toEqual(told);
      expect((await stage.place({ order_reference })).status).toBe(201);
      expect((await review(id, { resolution: 'refused', note: 'again' })).status).toBe(409);
    });

    it('refused ends it where it is refused, and moves it there where it is expired', async () => {
      const id = await contradicted();
      await stage.faults({ operation: 'check', kind: 'wrong_amount' });
      expect((await review(id, { resolution: 'refused', note: 'sent back' })).body.status).toBe('refused');
      expect(await minutesToNextCheck(id)).toBe(5);
      await stage.age(id, 300);
      await becomes(id, { status: 'refused', needs_review: true, next_check_at: null });
      const { body } = await review(id, { resolution: 'refused', note: 'I know' });
      expect(body).toMatchObject({ status: 'refused', needs_review: false, next_check_at: null });
      const expired = await contradicted();
      await gateway.db.query(`UPDATE transactions SET status = 'expired' WHERE transaction_id = $1`, [expired]);
      const moved = await review(expired, { resolution: 'refused', note: 'sent back' });
      expect(moved.body).toMatchObject({ status: 'refused', needs_review: false, status_reason: 'reviewed' });
    });
  });

  it('that does not fit the state is a 409, and changes nothing', async () => {
    const [pending, refused, accepted] = [await place(), await place(), await place()];
    await stage.act(refused, 'refuse');
    await stage.act(accepted, 'pay');
    await becomes(refused, { status: 'refused' });
    await becomes(accepted, { status: 'accepted' });
    for (const [id, resolution] of [
      [pending, 'acknowledged'],
      [refused, 'acknowledged'],
      [refused, 'refused'],
      [accepted, 'acknowledged'],
      [accepted, 'refused'],
      [accepted, 'keep_open'],
    ] as const) {
      const before = await stage.row(id);
      expect((await review(id, { resolution, note: 'x' })).body).toMatchObject({ status: 409, code: 'conflict' });
      expect(await stage.row(id)).toEqual(before);
    }
  });

  it('that comes while CinetPay is being asked loses to its evidence', async () => {
    const id = await contradicted();
    await stage.faults({ operation: 'check', kind: 'delay', delay_ms: 500, times: 1 });
    const before = await checksOf(id);
    const asked = eventually(async () => {
      const answer = await verify(id);
      expect(answer.status).toBe(200);
      return answer;
    }, 8_000);
    await eventually(async () => expect(await checksOf(id)).toBe(before + 1), 8_000);
    expect((await review(id, { resolution: 'refused', note: 'too early' })).body.status).toBe('refused');
    await asked;
    await becomes(id, { status: 'accepted' });
    expect((await stage.history(id)).filter(({ to }) => to).map(({ to }) => to)).toEqual([
      'pending',
      'refused',
      'accepted',
    ]);
  });
});
