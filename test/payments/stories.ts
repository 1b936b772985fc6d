// Payments, led through random answers, reviews, wakes, closings, crashes and waits from the moment they are saved.
import fc from 'fast-check';
import type { CheckOutcome, InitiationOutcome } from '../../src/cinetpay/outcomes';
import { Problem } from '../../src/common/problem';
import type { Config } from '../../src/config/config';
import { PaymentCare } from '../../src/payments/care';
import { decideCheck } from '../../src/payments/check.decision';
import { applied, type Decision } from '../../src/payments/decision';
import { decideInitiation } from '../../src/payments/initiation.decision';
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
export const story = fc.tuple(fc.boolean(), fc.array(fc.tuple(wait, step), { minLength: 1, maxLength: 25 }));

/** One decision with all that led to it. */
export interface Decided {
  row: Transaction;
  step: Step;
  decision: Decision;
  after: Transaction;
  now: Date;
  /** An earlier try may have reached CinetPay. */
  sentBefore: boolean;
}

/** Leads a payment through a story. @returns every decision that was made on the way */
export function lead([isSeamless, steps]: [boolean, [number | null, Step][]]): Decided[] {
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
export function always(holds: (decided: Decided) => void, numRuns = 2_000): void {
  fc.assert(
    fc.property(story, (told) => lead(told).forEach(holds)),
    { numRuns },
  );
}
