import type { Answer } from '../cinetpay/outcomes';
import { newId } from '../common/ids';
import { movesTo, type Decision } from './decision';
import { eventData } from './payment.json';
import type { EventType } from './status';
import type { Transaction } from './transaction.entity';

/** An answer of CinetPay and when it was asked for. */
export interface Asked {
  answer: Answer;
  at: Date;
}

/** Who reviewed a payment, how and why. */
export interface Review {
  resolution: string;
  note: string;
  by: string;
}

/** What `settle` writes and under which conditions. */
export interface Settlement {
  /** The row the decision was computed from. */
  row: Transaction;
  decision: Decision;
  now: Date;
  /** The claim's number; null for a write that needs no lease (review, close, a late link). */
  lease: number | null;
  asked?: Asked;
  review?: Review;
}

/** The parameters of SETTLE, in its order; `after` is the row as the decision leaves it. */
export function settleParameters(settlement: Settlement, after: Transaction, publicUrl: string): unknown[] {
  const { row, decision, now, lease, asked } = settlement;
  return [
    ...[row.transaction_id, row.revision, lease, after.status, after.status_reason, after.needs_review, after.closed],
    ...[after.payment_url, after.payment_token, after.payment_method, after.operator_id, after.fund_availability_date],
    ...[after.accepted_at, after.initiation, after.maybe_sent, after.initiation_attempts, after.next_initiation_at],
    ...[after.checks_from, after.failed_checks, after.next_check_at, row.wake_number, now],
    ...(asked ? answerValues(asked) : NO_ANSWER),
    ...moveValues(settlement),
    ...eventValues(decision.events, after, publicUrl),
    asked?.answer.operation === 'check',
  ];
}

const NO_ANSWER: null[] = new Array<null>(10).fill(null);

/** An answer's columns, in the order of SETTLE and KEEP_ANSWER. */
export function answerValues({ answer, at }: Asked): unknown[] {
  const { operation, outcome, durationMs, httpStatus, code, message, description, apiResponseId, data } = answer;
  const asked = [operation, outcome, at, durationMs, httpStatus, code, message, description, apiResponseId];
  return [...asked, data === null ? null : JSON.stringify(data)];
}

// A review without a move is a move to where the payment is: the story has one place.
function moveValues({ row, decision, review }: Settlement): unknown[] {
  const isTold = movesTo(row, decision) !== undefined || review !== undefined;
  return [isTold ? row.status : null, decision.cause, review ? JSON.stringify(review) : null];
}

function eventValues(events: EventType[], after: Transaction, publicUrl: string): unknown[] {
  return [events.map(newId), events, events.length === 0 ? null : eventData(after, publicUrl)];
}
