import type { Answer } from '../cinetpay/outcomes';
import { newId } from '../common/ids';
import { movesTo, type Decision } from './decision';
import { eventData } from './payment.json';
import type { AnswerColumn, SettledColumn } from './settle.statements';
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

/** What SETTLE is given; `after` is the row as the decision leaves it. */
export function settled(settlement: Settlement, after: Transaction, publicUrl: string): Record<SettledColumn, unknown> {
  const { row, decision, now, lease, asked, review } = settlement;
  // A review without a move is a move to where the payment is: the story has one place.
  const isTold = movesTo(row, decision) !== undefined || review !== undefined;
  const { events } = decision;
  return {
    transaction_id: row.transaction_id,
    revision: row.revision,
    lease,
    status: after.status,
    status_reason: after.status_reason,
    needs_review: after.needs_review,
    closed: after.closed,
    payment_url: after.payment_url,
    payment_token: after.payment_token,
    payment_method: after.payment_method,
    operator_id: after.operator_id,
    fund_availability_date: after.fund_availability_date,
    accepted_at: after.accepted_at,
    initiation: after.initiation,
    maybe_sent: after.maybe_sent,
    initiation_attempts: after.initiation_attempts,
    next_initiation_at: after.next_initiation_at,
    checks_from: after.checks_from,
    failed_checks: after.failed_checks,
    decided_check_at: after.next_check_at,
    is_check: asked?.answer.operation === 'check',
    seen_wake: row.wake_number,
    now,
    ...(asked ? answered(asked) : NO_ANSWER),
    from_status: isTold ? row.status : null,
    cause: decision.cause,
    review: review ?? null,
    event_ids: events.map(newId),
    event_types: events,
    event_data: events.length === 0 ? null : eventData(after, publicUrl),
  };
}

/** An answer as it is kept. */
export function answered({ answer, at }: Asked): Record<AnswerColumn, unknown> {
  return {
    operation: answer.operation,
    outcome: answer.outcome,
    asked_at: at,
    duration_ms: answer.durationMs,
    http_status: answer.httpStatus,
    code: answer.code,
    message: answer.message,
    description: answer.description,
    api_response_id: answer.apiResponseId,
    data: answer.data,
  };
}

const NO_ANSWER: Record<AnswerColumn, null> = {
  operation: null,
  outcome: null,
  asked_at: null,
  duration_ms: null,
  http_status: null,
  code: null,
  message: null,
  description: null,
  api_response_id: null,
  data: null,
};
