// Proves what the decisions hold to whatever CinetPay and people say in whatever order: payments are led through random answers, reviews, wakes, closings,
// crashes and waits from the moment they are saved, so that every row a decision sees is one that can exist. Answers and reviews are decided by the product;
// what a wake, a crash and a closing leave behind is retold here, and held by leases.spec, crash-points.spec and care.spec.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckOutcome } from '../../src/cinetpay/outcomes';
import { decideCheck } from '../../src/payments/check.decision';
import { applied, movesTo } from '../../src/payments/decision';
import { decideInitiation } from '../../src/payments/initiation.decision';
import { isUnresolved, MOVES } from '../../src/payments/status';
import * as given from './decided';
import { SCHEDULES } from './decided';
import { always, lead, story } from './stories';

const SILENT = new Set(['throttled', 'not_sent', 'blocked', 'unclear']);

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
