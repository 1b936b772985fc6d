import type { Answer, InitiationOutcome } from '../cinetpay/outcomes';
import { INITIATED, type Decision } from './decision';
import { initiateAgainAt, isInitiationOver, nextCheckAt, type Schedules } from './schedule';
import { EVENT_OF } from './status';
import type { Transaction } from './transaction.entity';

/** What is known when an initiation's answer is read. */
export interface InitiationContext {
  now: Date;
  schedules: Schedules;
  /** An earlier try may have reached CinetPay: then a refusal proves nothing, because "this id exists" looks like one. */
  sentBefore: boolean;
}

/** What CinetPay's answer to an initiation means for the row (contract, section 5). Pure. */
export function decideInitiation(row: Transaction, outcome: InitiationOutcome, context: InitiationContext): Decision {
  switch (outcome.kind) {
    case 'created':
      return withLink(row, outcome, context);
    case 'rejected':
    case 'misconfigured':
      return refused(row, outcome.answer, context);
    case 'throttled':
    case 'not_sent':
    case 'blocked':
      return tryAgain(row, context, context.sentBefore);
    case 'unclear':
      return tryAgain(row, context, true);
  }
}

/** The time for tries is over: nothing more is sent, and one answered check decides. Pure. */
export function giveUp(now: Date): Decision {
  return { patch: { initiation: 'give_up', next_initiation_at: now }, cause: 'initiation', events: [] };
}

/** CinetPay's "CODE MESSAGE", as `status_reason` shows it. */
export function reasonOf({ code, message }: Pick<Answer, 'code' | 'message'>): string | null {
  const words = [code, message].filter((part) => part !== null && part !== '').join(' ');
  return words === '' ? null : words;
}

// A row that has moved on keeps its state: the link is only filled in.
function withLink(
  row: Transaction,
  { paymentUrl, paymentToken }: { paymentUrl: string; paymentToken: string },
  { now, schedules }: InitiationContext,
): Decision {
  const link =
    row.payment_url === null && row.status !== 'rejected'
      ? { payment_url: paymentUrl, payment_token: paymentToken }
      : {};
  if (row.status !== 'created') return { patch: { ...link, ...INITIATED }, cause: 'initiation', events: [] };
  const pending = { status: 'pending' as const, checks_from: now, needs_review: row.needs_review };
  const patch = {
    ...link,
    ...INITIATED,
    status: pending.status,
    checks_from: now,
    failed_checks: 0,
    next_check_at: nextCheckAt(pending, now, schedules),
  };
  return { patch, cause: 'initiation', events: [EVENT_OF.pending] };
}

function refused(row: Transaction, answer: Answer, { now, sentBefore }: InitiationContext): Decision {
  if (row.status !== 'created') return { patch: { ...INITIATED }, cause: 'initiation', events: [] };
  if (sentBefore) {
    const patch = { initiation: 'ask' as const, next_initiation_at: now, ...attempted(row) };
    return { patch, cause: 'initiation', events: [] };
  }
  return {
    patch: {
      ...INITIATED,
      ...attempted(row),
      status: 'rejected',
      status_reason: reasonOf(answer),
      next_check_at: null,
    },
    cause: 'initiation',
    events: [EVENT_OF.rejected],
    door: 'free',
  };
}

function tryAgain(row: Transaction, { now, schedules }: InitiationContext, maybeSent: boolean): Decision {
  if (row.initiation === null) return { patch: {}, cause: 'initiation', events: [] };
  const { initiation_attempts } = attempted(row);
  // A payment that its caller closed gets no counter any more: a check tells whether it had one.
  const over = isInitiationOver(row, now) || row.closed;
  const patch = over
    ? giveUp(now).patch
    : { initiation: 'send' as const, next_initiation_at: initiateAgainAt(initiation_attempts, now, schedules) };
  return { patch: { ...patch, initiation_attempts, maybe_sent: maybeSent }, cause: 'initiation', events: [] };
}

function attempted(row: Transaction): { initiation_attempts: number } {
  return { initiation_attempts: row.initiation_attempts + 1 };
}
