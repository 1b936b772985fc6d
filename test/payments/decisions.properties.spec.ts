// Proves what the decisions hold to whatever CinetPay and people say in whatever order: payments are led through random answers, reviews, wakes, closings,
// crashes and waits from the moment they are saved, so that every row a decision sees is one that can exist. Answers and reviews are decided by the product;
// what a wake, a crash and a closing leave behind is retold here, and held by leases.spec, crash-points.spec and care.spec.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckOutcome, InitiationOutcome } from '../../src/cinetpay/outcomes';
import { Problem } from '../../src/common/problem';
import type { Config } from '../../src/config/config';
import { PaymentCare } from '../../src/payments/care';
import { decideCheck } from '../../src/payments/check.decision';
import { applied, movesTo, type Decision } from '../../src/payments/decision';
import { decideInitiation } from '../../src/payments/initiation.decision';
import { isUnresolved, MOVES } from '../../src/payments/status';
import type { Transaction } from '../../src/payments/transaction.entity';
import type { TransactionStore } from '../../src/payments/transaction.store';
import * as given from './decided';
import { at, paid, saved, SCHEDULES, seamless } from './decided';

const RESOLUTIONS = ['refuse', 'keepOpen'] as const;
/** Only its decisions are asked, and they read no row but the one they are given. */
const care = new PaymentCare(
  undefined as unknown as TransactionStore,
  { checkScheduleSeconds: SCHEDULES.checks, initiationRetrySeconds: SCHEDULES.retries } as unknown as Config,
);

const SILENT = new Set(['throttled', 'not_sent', 'blocked', 'unclear']);

const amount = fc.constantFrom('2500', 2500, '2500.00', '2505', 2505, '2.5e3', '2,500', null, undefined, '');
const claim = fc.record({
  complete: fc.boolean(),
  amount,
  currency: fc.constantFrom('XOF', 'XOF', 'XAF', null, undefined),
  siteId: fc.constantFrom(undefined, undefined, '100001', 100001, '100002', null),
  transactionId: fc.constantFrom(undefined, undefined, 'ORDER1', 'ORDER2'),
});
const checked: fc.Arbitrary<CheckOutcome> = fc.oneof(
  { weight: 2, arbitrary: claim.map((changes) => paid(changes)) },
  { weight: 1, arbitrary: fc.constant(paid()) },
  { weight: 6, arbitrary: fc.constantFrom(given.REFUSED, given.OPEN, given.UNPAID, ...given.NO_ANSWER) },
);
const initiated: fc.Arbitrary<InitiationOutcome> = fc.constantFrom(
  ...[given.CREATED, ...given.REJECTIONS, ...given.NO_LINK, ...given.NO_LINK],
);

type Step =
  | { do: 'try'; outcome: InitiationOutcome }
  | { do: 'check'; outcome: CheckOutcome; paidOtherwise: boolean }
  | { do: 'review'; resolution: (typeof RESOLUTIONS)[number] }
  | { do: 'late link' | 'close' | 'wake' | 'crash' };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('try' as const), outcome: initiated }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('check' as const), outcome: checked, paidOtherwise: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('review' as const), resolution: fc.constantFrom(...RESOLUTIONS) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom(...(['late link', 'close', 'wake', 'crash'] as const)) }) },
);
/** Seconds until the next step: to the next due time (null), or any time up to 40 days. */
const wait = fc.oneof(
  fc.constant(null),
  fc.constantFrom(0, 1, 60, 3_600, 86_400),
  fc.integer({ max: 3_456_000, min: 0 }),
);
const story = fc.tuple(fc.boolean(), fc.array(fc.tuple(wait, step), { minLength: 1, maxLength: 25 }));

/** One decision with all that led to it. */
interface Decided {
  row: Transaction;
  step: Step;
  decision: Decision;
  after: Transaction;
  now: Date;
  /** An earlier try may have reached CinetPay. */
  sentBefore: boolean;
}

/** Leads a payment through a story. @returns every decision that was made on the way */
function lead([isSeamless, steps]: [boolean, [number | null, Step][]]): Decided[] {
  let row = isSeamless ? seamless() : saved({ maybe_sent: false });
  let now = at(0);
  const decided: Decided[] = [];
  for (const [seconds, next] of steps) {
    const due = [row.next_initiation_at, row.next_check_at].filter((date) => date !== null).map(Number);
    now = new Date(
      seconds === null ? Math.max(now.getTime(), Math.min(...due, 8.64e15 / 4)) : now.getTime() + seconds * 1000,
    );
    const sentBefore = row.maybe_sent;
    // As the claim of a try does, before anything is sent.
    const claimed =
      row.initiation === 'send' && ['try', 'crash'].includes(next.do) ? { ...row, maybe_sent: true } : row;
    const decision = decide(claimed, next, now, sentBefore);
    if (!decision) continue;
    const after = applied(claimed, decision, now);
    decided.push({ row: claimed, step: next, decision, after, now, sentBefore });
    row = after;
  }
  return decided;
}

function decide(row: Transaction, next: Step, now: Date, sentBefore: boolean): Decision | undefined {
  const context = { now, schedules: SCHEDULES };
  switch (next.do) {
    case 'try':
      return row.initiation === 'send' ? decideInitiation(row, next.outcome, { ...context, sentBefore }) : undefined;
    case 'check':
      return decideCheck(row, next.outcome, { ...context, paidOtherwise: next.paidOtherwise });
    case 'late link':
      if (row.integration === 'seamless') return undefined;
      return decideInitiation(row, given.CREATED, { ...context, sentBefore });
    case 'close': {
      const giveUp = row.initiation === 'send' ? { initiation: 'give_up' as const, next_initiation_at: now } : {};
      if (row.status === 'accepted' || row.closed) return undefined;
      return { patch: { closed: true, ...giveUp }, cause: 'close', events: [], door: 'free' };
    }
    case 'review':
      return unlessConflict(() => care[next.resolution](row, now));
    case 'crash':
      return row.initiation === 'send' ? { patch: {}, cause: 'initiation', events: [] } : undefined;
    case 'wake':
      if (row.status === 'accepted') return undefined;
      return { patch: { next_check_at: row.next_check_at ?? now }, cause: 'check', events: [] };
  }
}

// A resolution that does not fit the state is refused, and nothing happens.
function unlessConflict(decision: () => Decision): Decision | undefined {
  try {
    return decision();
  } catch (error) {
    if (error instanceof Problem && error.code === 'conflict') return undefined;
    throw error;
  }
}

/** Holds for every decision of every story. */
function always(holds: (decided: Decided) => void, numRuns = 2_000): void {
  fc.assert(
    fc.property(story, (told) => lead(told).forEach(holds)),
    { numRuns },
  );
}

describe('whatever happens to a payment', () => {
  it('it only moves where the table of states lets it, and never from accepted', () =>
    always(({ row, decision, after }) => {
      const to = movesTo(row, decision);
      if (to !== undefined) expect(MOVES[row.status]).toContain(to);
      if (row.status === 'accepted') expect([after.status, decision.events]).toEqual(['accepted', []]);
    }));

  it('it is accepted by complete evidence and by nothing else, and by complete evidence always', () =>
    always(({ row, step: { do: act, ...heard }, after }) => {
      const outcome = 'outcome' in heard ? heard.outcome : undefined;
      const isPaid = act === 'check' && outcome?.kind === 'claims_paid' && proves(outcome.claim);
      expect(after.status === 'accepted').toBe(isPaid || row.status === 'accepted');
    }));

  it('an answer that tells nothing neither moves nor flags it, and makes no event', () =>
    always(({ row, step: heard, decision, after }) => {
      if (!('outcome' in heard)) return;
      const { kind } = heard.outcome;
      if (!SILENT.has(kind) && !(kind === 'misconfigured' && heard.do === 'check')) return;
      expect([after.status, after.needs_review, decision.events]).toEqual([row.status, row.needs_review, []]);
    }));

  it('time alone fails nothing: it expires only by an answered check, at the end of its schedule or of its tries', () =>
    always(({ row, step: heard, after, now }) => {
      if (after.status !== 'expired' || row.status === 'expired') return;
      expect(heard.do === 'check' && ['open', 'unpaid'].includes(heard.outcome.kind)).toBe(true);
      const last = (row.checks_from ?? now).getTime() + SCHEDULES.checks.at(-1)! * 1000;
      expect(row.initiation === 'give_up' || now.getTime() >= last).toBe(true);
    }));

  it('it always has something due while it is unresolved, or a person to look at it', () =>
    always(({ after }) => {
      if (!isUnresolved(after.status) || after.needs_review) return;
      expect(after.next_check_at ?? after.next_initiation_at).not.toBeNull();
    }));

  it('nothing is due in the past but what is due now', () =>
    always(({ row, after, now }) => {
      for (const due of ['next_check_at', 'next_initiation_at'] as const) {
        const date = after[due];
        if (date !== null && date !== row[due]) expect(date.getTime()).toBeGreaterThanOrEqual(now.getTime());
      }
    }));

  it('a try that may have reached CinetPay is never followed by a rejection, but by a check', () =>
    always(({ row, step: heard, after, sentBefore }) => {
      if (heard.do !== 'try' || !sentBefore) return;
      expect(after.status === 'rejected').toBe(row.status === 'rejected');
    }));

  it('what may have been sent once stays so, whatever certainly failed after it', () =>
    always(({ step: heard, after, sentBefore }) => {
      if (heard.do !== 'try' || after.initiation !== 'send') return;
      expect(after.maybe_sent).toBe(sentBefore || heard.outcome.kind === 'unclear');
    }));

  it('a contradiction about money is left by evidence of the payment or by a person, and by nothing else', () =>
    always(({ row, step: heard, decision, after }) => {
      if (!row.needs_review || heard.do === 'review') return;
      expect(after.needs_review).toBe(true);
      expect([undefined, 'pending', 'accepted']).toContain(movesTo(row, decision));
    }));

  it('a person who keeps it open has it asked about again, and one who refuses it ends it; both take the flag away', () =>
    always(({ row, step: heard, after, now }) => {
      if (heard.do !== 'review') return;
      expect(after.needs_review).toBe(false);
      if (heard.resolution === 'keepOpen') {
        expect(after.status).toBe(row.status);
        expect(after.next_check_at?.getTime()).toBeGreaterThan(now.getTime());
      } else expect([row.status, 'refused']).toContain(after.status);
      if (heard.resolution === 'refuse') expect(isUnresolved(after.status)).toBe(false);
    }));

  it('its door is freed by refused, rejected, expired and a closing, paid by accepted, and held by everything else', () =>
    always(({ row, step: heard, decision }) => {
      const to = movesTo(row, decision);
      const frees = to === 'refused' || to === 'rejected' || to === 'expired' || heard.do === 'close';
      expect(decision.door).toBe(to === 'accepted' ? 'pay' : frees ? 'free' : undefined);
    }));

  it('every state entered makes its one event, and nothing else does but a contradiction and a second payment', () =>
    always(({ row, decision, after }) => {
      const to = movesTo(row, decision);
      const isMore = (type: string): boolean => type === 'payment.mismatch' || type === 'payment.duplicate';
      const more = decision.events.filter(isMore);
      expect(decision.events.filter((type) => !isMore(type))).toEqual(to === undefined ? [] : [`payment.${to}`]);
      if (more.length > 0) expect(after.needs_review).toBe(true);
      if (after.needs_review && !row.needs_review) expect(more).toHaveLength(1);
    }));

  it('its row keeps what the database demands of every row', () =>
    always(({ after }) => {
      expect(after.initiation === null).toBe(after.next_initiation_at === null);
      expect(after.status === 'accepted').toBe(after.accepted_at !== null);
      if (after.status === 'accepted') expect(after.next_check_at).toBeNull();
      if (after.status === 'pending') expect(after.payment_url !== null || after.integration === 'seamless').toBe(true);
    }));

  it('it ends: without faults every story can be brought to a final state or to a person', () =>
    fc.assert(
      fc.property(story, (told) => {
        const last = lead(told).at(-1);
        if (!last || last.after.needs_review || !isUnresolved(last.after.status)) return;
        const { after, now } = last;
        const context = { now: new Date(now.getTime() + 40 * 86_400_000), schedules: SCHEDULES, paidOtherwise: false };
        const tried =
          after.initiation === 'send'
            ? applied(after, decideInitiation(after, given.CREATED, { ...context, sentBefore: true }), context.now)
            : after;
        const later = { ...context, now: new Date(context.now.getTime() + 40 * 86_400_000) };
        expect(isUnresolved(applied(tried, decideCheck(tried, given.UNPAID, later), later.now).status)).toBe(false);
      }),
    ));
});

/** Promise 4 in other words than the decision's. */
function proves(claimed: Extract<CheckOutcome, { kind: 'claims_paid' }>['claim']): boolean {
  const { complete, amount: written, currency, siteId, transactionId } = claimed;
  const isSame = ['2500', '2500.00'].includes(String(written)) && written !== null;
  const isOurs =
    [undefined, '100001', 100001].includes(siteId as string) && [undefined, 'ORDER1'].includes(transactionId as string);
  return complete && isSame && currency === 'XOF' && isOurs;
}
