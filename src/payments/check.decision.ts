import type { Answer, CheckOutcome, PaidClaim, PaymentDetails } from '../cinetpay/outcomes';
import { sameAmount } from '../common/money';
import { INITIATED, type Decision, type Mutable } from './decision';
import { reasonOf } from './initiation.decision';
import { checkAgainAt, hourly, initiateAgainAt, isLastCheck, nextCheckAt, type Schedules } from './schedule';
import { EVENT_OF, isUnresolved, MOVES, type Status } from './status';
import type { Initiation, Transaction } from './transaction.entity';

/** What is known when a check's answer is read. */
export interface CheckContext {
  now: Date;
  schedules: Schedules;
  /** Another transaction has paid the same order. */
  paidOtherwise: boolean;
}

/** What CinetPay's answer to a check means for the row (contract, section 5). Pure. */
export function decideCheck(row: Transaction, outcome: CheckOutcome, context: CheckContext): Decision {
  if (row.status === 'accepted') return nothing();
  switch (outcome.kind) {
    case 'claims_paid':
      return isEvidence(outcome.claim, row) ? accept(outcome.details, context) : mismatch(row);
    case 'refused':
      return refuse(row, outcome, context);
    case 'open':
      return unpaid(row, context, { isOpen: true, details: outcome.details });
    case 'unpaid':
      return unpaid(row, context, { isOpen: false });
    case 'misconfigured':
    case 'throttled':
    case 'not_sent':
    case 'blocked':
    case 'unclear':
      return unanswered(row, context);
  }
}

/** Promise 4: code 00 and ACCEPTED, amount and currency present and equal, and nothing named that is not ours. */
export function isEvidence(
  claim: PaidClaim,
  row: Pick<Transaction, 'amount' | 'currency' | 'site_id' | 'transaction_id'>,
): boolean {
  return (
    claim.complete &&
    sameAmount(claim.amount, row.amount) &&
    claim.currency === row.currency &&
    agrees(claim.siteId, row.site_id) &&
    agrees(claim.transactionId, row.transaction_id)
  );
}

// A number is how some clients have seen CinetPay write a site.
function agrees(named: unknown, ours: string): boolean {
  if (named === undefined) return true;
  return (typeof named === 'string' || typeof named === 'number') && String(named) === ours;
}

function accept(details: PaymentDetails, { now, paidOtherwise }: CheckContext): Decision {
  const patch = { ...INITIATED, ...detailsOf(details), accepted_at: now, next_check_at: null, failed_checks: 0 };
  const accepted = { ...patch, status: 'accepted' as const, status_reason: null };
  if (!paidOtherwise) return { patch: accepted, cause: 'check', events: [EVENT_OF.accepted], door: 'pay' };
  // The money is there: it is accepted, and a person has to give one of the two back.
  const events = [EVENT_OF.accepted, 'payment.duplicate' as const];
  return { patch: { ...accepted, needs_review: true }, cause: 'check', events, door: 'pay' };
}

function mismatch(row: Transaction): Decision {
  const patch = { ...INITIATED, needs_review: true, next_check_at: null, failed_checks: 0 };
  return { patch, cause: 'check', events: row.needs_review ? [] : ['payment.mismatch'] };
}

function refuse(
  row: Transaction,
  { answer, details }: { answer: Answer; details: PaymentDetails },
  context: CheckContext,
): Decision {
  // After a contradiction about money a person decides; until then the order's door stays held.
  if (row.needs_review || !MOVES[row.status].includes('refused')) return waitOn(row, context);
  return {
    patch: {
      ...INITIATED,
      ...detailsOf(details),
      ...entering(row, 'refused', context),
      status_reason: reasonOf(answer),
    },
    cause: 'check',
    events: [EVENT_OF.refused],
    door: 'free',
  };
}

interface Unpaid {
  /** The counter can still be paid. */
  isOpen: boolean;
  details?: PaymentDetails;
}

function unpaid(row: Transaction, context: CheckContext, { isOpen, details }: Unpaid): Decision {
  const seen = details ? detailsOf(details) : {};
  if (row.initiation !== null) return withoutLink(row, row.initiation, context);
  // A contradiction about money waits for a person, whatever the schedule says.
  if (isUnresolved(row.status) && !row.needs_review && isLastCheck(row, context.now, context.schedules)) {
    return expire(row, context, { status_reason: null, ...seen });
  }
  const waiting = waitOn(row, context);
  if (row.status !== 'created' || !isOpen || !hasCounter(row))
    return { ...waiting, patch: { ...seen, ...waiting.patch } };
  const pending = { ...row, status: 'pending' as const };
  const patch = { ...seen, status: pending.status, failed_checks: 0, next_check_at: nextOf(pending, context) };
  return { patch, cause: 'check', events: [EVENT_OF.pending] };
}

/** An order that has no link yet: the check settles what unclear tries left open, and otherwise changes nothing. */
function withoutLink(row: Transaction, initiation: Initiation, context: CheckContext): Decision {
  switch (initiation) {
    case 'ask':
      return {
        patch: { ...INITIATED, status: 'rejected', status_reason: 'link_lost', next_check_at: null, failed_checks: 0 },
        cause: 'check',
        events: [EVENT_OF.rejected],
        door: 'free',
      };
    case 'give_up':
      return expire(row, context, { ...INITIATED, status_reason: 'not_initiated' });
    case 'send':
      return { patch: { next_check_at: null, failed_checks: 0 }, cause: 'check', events: [] };
  }
}

// A redirect order becomes pending with its link; the script of a seamless one opened its counter itself.
function hasCounter({ payment_url, integration }: Transaction): boolean {
  return payment_url !== null || integration === 'seamless';
}

function expire(row: Transaction, context: CheckContext, more: Partial<Mutable>): Decision {
  const patch = { ...more, ...entering(row, 'expired', context) };
  return { patch, cause: 'check', events: [EVENT_OF.expired], door: 'free' };
}

function waitOn(row: Transaction, context: CheckContext): Decision {
  return { patch: { failed_checks: 0, next_check_at: nextOf(row, context) }, cause: 'check', events: [] };
}

function unanswered(row: Transaction, { now, schedules }: CheckContext): Decision {
  const failed_checks = row.failed_checks + 1;
  // What woke the payment is still due: it waits as long as any check that got no answer.
  const next_check_at = checkAgainAt(row, failed_checks, now, schedules);
  const woken = row.next_check_at === null ? {} : { next_check_at };
  switch (row.initiation) {
    case 'ask':
      return again({ failed_checks, next_initiation_at: initiateAgainAt(failed_checks, now, schedules), ...woken });
    case 'give_up':
      return again({ failed_checks, next_initiation_at: hourly(now), ...woken });
    case 'send':
    case null:
      return again({ failed_checks, next_check_at });
  }
}

function again(patch: Partial<Mutable>): Decision {
  return { patch, cause: 'check', events: [] };
}

function nothing(): Decision {
  return again({});
}

// A new state starts a schedule of its own.
function entering(row: Transaction, status: Status, context: CheckContext): Partial<Mutable> {
  const entered = { ...row, status, checks_from: context.now };
  return { status, checks_from: context.now, failed_checks: 0, next_check_at: nextOf(entered, context) };
}

function nextOf(row: Transaction, { now, schedules }: CheckContext): Date | null {
  return nextCheckAt(row, now, schedules);
}

function detailsOf({ paymentMethod, operatorId, fundAvailabilityDate }: PaymentDetails): Partial<Mutable> {
  return {
    ...(paymentMethod === null ? {} : { payment_method: paymentMethod }),
    ...(operatorId === null ? {} : { operator_id: operatorId }),
    ...(fundAvailabilityDate === null ? {} : { fund_availability_date: fundAvailabilityDate }),
  };
}
