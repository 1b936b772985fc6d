// Proves what every answer of CinetPay means in every state: the tables of the contract, row by row. decisions.properties.spec.ts proves what
// holds whatever comes in whatever order.
import { describe, expect, it } from 'vitest';
import type { CheckOutcome } from '../../src/cinetpay/outcomes';
import { decideCheck, isEvidence } from '../../src/payments/check.decision';
import { applied, movesTo, type Decision } from '../../src/payments/decision';
import { decideInitiation } from '../../src/payments/initiation.decision';
import type { Transaction } from '../../src/payments/transaction.entity';
import * as given from './decided';
import { at, CLAIM, paid, pending, saved, SCHEDULES, seamless } from './decided';

const DAY = 86_400;
const check = (row: Transaction, outcome: CheckOutcome, seconds = 60, paidOtherwise = false): Decision =>
  decideCheck(row, outcome, { now: at(seconds), schedules: SCHEDULES, paidOtherwise });

describe("a check's answer", () => {
  const asks = saved({ initiation: 'ask' });
  const givesUp = saved({ initiation: 'give_up' });
  const flagged = pending({ needs_review: true, next_check_at: null });
  const last = 3 * DAY;

  // Where the row stands after: claim that is evidence, claim that is not, refused, still open, unpaid, no answer.
  it.each<[string, Transaction, number, string[]]>([
    ['created', saved(), 60, ['accepted', 'review', 'refused', 'created', 'created', 'created']],
    [
      'created, refused after an unclear try',
      asks,
      60,
      ['accepted', 'review', 'refused', 'rejected', 'rejected', 'created'],
    ],
    ['created, its tries over', givesUp, DAY, ['accepted', 'review', 'refused', 'expired', 'expired', 'created']],
    ['created and seamless', seamless(), 60, ['accepted', 'review', 'refused', 'pending', 'created', 'created']],
    [
      'created and seamless, at the end',
      seamless(),
      last,
      ['accepted', 'review', 'refused', 'expired', 'expired', 'created'],
    ],
    ['pending', pending(), 60, ['accepted', 'review', 'refused', 'pending', 'pending', 'pending']],
    [
      'pending just before the end',
      pending(),
      last - 1,
      ['accepted', 'review', 'refused', 'pending', 'pending', 'pending'],
    ],
    ['pending at the end', pending(), last, ['accepted', 'review', 'refused', 'expired', 'expired', 'pending']],
    ['refused', given.refusedRow(), DAY, ['accepted', 'review', 'refused', 'refused', 'refused', 'refused']],
    ['expired', given.expiredRow(), DAY, ['accepted', 'review', 'refused', 'expired', 'expired', 'expired']],
    ['rejected', given.rejectedRow(), DAY, ['accepted', 'review', 'rejected', 'rejected', 'rejected', 'rejected']],
    ['accepted', given.acceptedRow(), DAY, Array<string>(6).fill('accepted')],
    ['pending in review, at the end', flagged, last, ['accepted', ...Array<string>(5).fill('review')]],
  ])('to a row that is %s', (_, row, seconds, expected) => {
    const answers = [
      [paid()],
      [paid({ amount: 2505 })],
      [given.REFUSED],
      [given.OPEN],
      [given.UNPAID],
      given.NO_ANSWER,
    ];
    answers.forEach((outcomes, index) => {
      for (const outcome of outcomes) {
        const after = applied(row, check(row, outcome, seconds), at(seconds));
        const isHeld = after.needs_review && after.status === row.status;
        expect(isHeld ? 'review' : after.status, outcome.kind).toBe(expected[index]);
      }
    });
  });

  it('makes one event of each state entered, and of a contradiction, and frees or pays the door with it', () => {
    const tells = (row: Transaction, outcome: CheckOutcome, seconds?: number, paidOtherwise?: boolean) => {
      const { events, door } = check(row, outcome, seconds, paidOtherwise);
      return [events, door];
    };
    expect(tells(pending(), paid())).toEqual([['payment.accepted'], 'pay']);
    expect(tells(pending(), paid(), 60, true)).toEqual([['payment.accepted', 'payment.duplicate'], 'pay']);
    expect(tells(pending(), given.REFUSED)).toEqual([['payment.refused'], 'free']);
    expect(tells(pending(), given.UNPAID, 3 * DAY)).toEqual([['payment.expired'], 'free']);
    expect(tells(asks, given.UNPAID)).toEqual([['payment.rejected'], 'free']);
    expect(tells(seamless(), given.OPEN)).toEqual([['payment.pending'], undefined]);
    expect(tells(pending(), paid({ amount: null }))).toEqual([['payment.mismatch'], undefined]);
    expect(tells(flagged, paid({ amount: null }))).toEqual([[], undefined]);
    expect(tells(flagged, given.REFUSED)).toEqual([[], undefined]);
    expect(tells(given.acceptedRow(), paid({ amount: null }))).toEqual([[], undefined]);
  });

  it('says why: the code and message of CinetPay, or a word of ours', () => {
    expect(check(pending(), given.REFUSED).patch.status_reason).toBe('600 WORDS');
    expect(check(asks, given.OPEN).patch.status_reason).toBe('link_lost');
    expect(check(givesUp, given.OPEN, DAY).patch.status_reason).toBe('not_initiated');
    expect(check(pending(), given.UNPAID, 3 * DAY).patch.status_reason).toBeNull();
    expect(check(pending({ status_reason: 'x' }), paid()).patch).toMatchObject({
      status_reason: null,
      payment_method: 'OM',
    });
  });

  it('flags the second payment of an order and accepts it all the same', () => {
    expect(check(pending(), paid(), 60, true).patch).toMatchObject({ status: 'accepted', needs_review: true });
  });

  it('stops the schedule on a contradiction, and starts a new one with a state', () => {
    expect(check(pending(), paid({ currency: 'XAF' })).patch).toMatchObject({
      needs_review: true,
      next_check_at: null,
    });
    expect(check(pending(), given.REFUSED, 100).patch).toMatchObject({
      checks_from: at(100),
      next_check_at: at(400),
    });
    expect(check(pending(), given.UNPAID, 3 * DAY).patch.next_check_at).toEqual(at(3 * DAY + 3_600));
    expect(check(pending(), given.OPEN, 100).patch.next_check_at).toEqual(at(300));
  });

  it('that tells nothing is asked for again: soon while it is unresolved, hourly else, and never decides however often', () => {
    const next = (row: Transaction, seconds: number) => {
      const { patch } = check(row, given.NO_ANSWER[0]!, seconds);
      return ((patch.next_check_at ?? patch.next_initiation_at)!.getTime() - at(seconds).getTime()) / 1000;
    };
    const near = (seconds: number) => [seconds * 0.8 - 0.01, seconds * 1.2 + 0.01] as const;
    for (const [row, seconds, expected] of [
      [pending(), 60, 2],
      [pending({ failed_checks: 3 }), 60, 30],
      [pending({ failed_checks: 500 }), 9 * DAY, 60],
      [given.refusedRow(), DAY, 3600],
      [given.expiredRow(), DAY, 3600],
      [{ ...given.refusedRow(), woken_at: at(DAY) }, DAY, 2],
      [asks, 60, 2],
      [givesUp, DAY, 3600],
    ] as const) {
      expect(next(row, seconds)).toBeGreaterThanOrEqual(near(expected)[0]);
      expect(next(row, seconds)).toBeLessThanOrEqual(near(expected)[1]);
    }
  });
});

describe('evidence of a payment', () => {
  const names = (changes: object): boolean => isEvidence({ ...CLAIM, ...changes }, saved());
  it.each([2500, '2500', '2500.0', '2500.00'])('is the amount %j', (amount) => expect(names({ amount })).toBe(true));
  it.each([
    ...['2.5e3', '2,500', '2500.5', ' 2500', '2500 ', '+2500', '-2500', '0x9c4', '', '2500.', 'NaN', '２５００'],
    ...[2500.5, -2500, 2505, null, undefined, true, [2500], { amount: 2500 }],
  ])('is not the amount %j', (amount) => expect(names({ amount })).toBe(false));
  it.each(['xof', 'XAF', 'CFA', '', null, undefined, ['XOF'], 952])('is not the currency %j', (currency) =>
    expect(names({ currency })).toBe(false),
  );
  it.each([undefined, '100001', 100001])('may name the site %j', (siteId) => expect(names({ siteId })).toBe(true));
  it.each(['100002', '', null, ['100001'], 100002, '100001 '])('does not name the site %j', (siteId) =>
    expect(names({ siteId })).toBe(false),
  );
  it.each(['ORDER2', 'order1', '', null, {}])('does not name the transaction %j', (transactionId) =>
    expect(names({ transactionId })).toBe(false),
  );
  it('needs code 00 and ACCEPTED, not one of the two', () => expect(names({ complete: false })).toBe(false));
});

describe("an initiation's answer", () => {
  const decide = (row: Transaction, outcome: (typeof given.REJECTIONS)[number], sentBefore = false, seconds = 1) =>
    decideInitiation(row, outcome, { now: at(seconds), schedules: SCHEDULES, sentBefore });

  it('that it is created gives the link, the state, and the first check', () => {
    const { patch, events } = decide(saved(), given.CREATED, true, 7);
    expect(patch).toMatchObject({ status: 'pending', payment_token: 'new', initiation: null, next_check_at: at(67) });
    expect(events).toEqual(['payment.pending']);
  });

  it('that it is created fills the link into a row that has moved on, and moves nothing', () => {
    for (const row of [pending(), given.acceptedRow(), given.refusedRow(), given.expiredRow(), given.rejectedRow()]) {
      const decision = decide({ ...row, payment_url: null, payment_token: null }, given.CREATED, true);
      expect([movesTo(row, decision), decision.events]).toEqual([undefined, []]);
      expect(decision.patch.payment_token).toBe(row.status === 'rejected' ? undefined : 'new');
      expect(decide({ ...row, payment_url: 'first' }, given.CREATED, true).patch.payment_url).toBeUndefined();
    }
  });

  it.each(given.REJECTIONS)(
    'that it is refused ($kind, $about) rejects it only when nothing unclear came before',
    (outcome) => {
      const first = decide(saved(), outcome);
      expect([first.patch.status, first.door, first.events]).toEqual(['rejected', 'free', ['payment.rejected']]);
      expect(first.patch.status_reason).toBe(`${outcome.answer.code} WORDS`);
      const second = decide(saved(), outcome, true);
      expect(second).toMatchObject({ patch: { initiation: 'ask', next_initiation_at: at(1) }, events: [] });
      for (const row of [pending(), given.acceptedRow(), given.refusedRow()]) {
        expect(decide(row, outcome)).toMatchObject({ patch: { initiation: null }, events: [] });
      }
    },
  );

  it.each(given.NO_LINK)('that tells nothing ($kind) is followed by the same again', (outcome) => {
    for (const sentBefore of [false, true]) {
      const { patch, events } = decide(saved({ initiation_attempts: 2 }), outcome, sentBefore);
      expect([patch.status, events, patch.initiation, patch.initiation_attempts]).toEqual([undefined, [], 'send', 3]);
      expect(patch.maybe_sent).toBe(sentBefore || outcome.kind === 'unclear');
      const delay = (patch.next_initiation_at!.getTime() - at(1).getTime()) / 1000;
      expect([delay >= 12, delay <= 18]).toEqual([true, true]);
    }
    expect(decide(saved(), outcome, true, DAY - 1).patch.initiation).toBe('send');
    expect(decide(saved(), outcome, true, DAY).patch).toMatchObject({
      initiation: 'give_up',
      next_initiation_at: at(DAY),
    });
    expect(decide(saved({ closed: true }), outcome).patch.initiation).toBe('give_up');
    expect(decide(pending(), outcome)).toMatchObject({ patch: {}, events: [] });
  });
});
