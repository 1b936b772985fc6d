import type { EventType, Status } from './status';
import type { Transaction } from './transaction.entity';

/** The columns that a decision may change; everything else of a row is fixed when it is saved. */
export type Mutable = Pick<
  Transaction,
  | 'status'
  | 'status_reason'
  | 'needs_review'
  | 'closed'
  | 'payment_url'
  | 'payment_token'
  | 'payment_method'
  | 'operator_id'
  | 'fund_availability_date'
  | 'accepted_at'
  | 'initiation'
  | 'maybe_sent'
  | 'initiation_attempts'
  | 'next_initiation_at'
  | 'checks_from'
  | 'failed_checks'
  | 'next_check_at'
>;

/** Who caused a move; kept in `transaction_moves.cause`. */
export type Cause = 'initiation' | 'check' | 'review' | 'close';

/** What becomes of an order's door (its right to one open counter). */
export type DoorChange = 'free' | 'pay';

/** What an answer, read against a row, changes. Computed in memory, written guarded (docs/decisions/0001). */
export interface Decision {
  patch: Partial<Mutable>;
  cause: Cause;
  /** In the order in which they happened. */
  events: EventType[];
  /** Absent: the door stays as it is. */
  door?: DoorChange;
}

/** The row as the decision leaves it. */
export function applied(row: Transaction, decision: Decision, now: Date): Transaction {
  return { ...row, ...decision.patch, revision: row.revision + 1, updated_at: now };
}

/** Whether the decision moves the payment to another state. */
export function movesTo(row: Transaction, { patch }: Decision): Status | undefined {
  return patch.status !== undefined && patch.status !== row.status ? patch.status : undefined;
}

/** An initiation that needs nothing more. */
export const INITIATED = { initiation: null, next_initiation_at: null } as const;
