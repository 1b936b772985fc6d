import type { Transaction } from '../payments/transaction.entity';
import { customerStatus } from './customer-status';

/** What there is to see of a payment. Pages ask for it again and go on when it changes. */
export type View =
  /** There is no link yet. */
  | 'waiting'
  /** The same, for longer than a customer expects. */
  | 'waiting_long'
  /** CinetPay's counter is open for it. */
  | 'counter'
  /** CinetPay's script opens the counter. */
  | 'seamless'
  | 'accepted'
  | 'refused'
  | 'cancelled'
  | 'expired'
  | 'rejected'
  /** The caller took it back. */
  | 'closed'
  /** Another payment paid the same order. */
  | 'paid_otherwise'
  /** CinetPay's word contradicts the order: a person has to look. */
  | 'review';

const PASSING = ['waiting', 'waiting_long', 'counter', 'seamless'] as const;

/** Views that end by themselves: a page that shows one asks whether it has. */
export function isPassing(view: View): view is (typeof PASSING)[number] {
  return (PASSING as readonly View[]).includes(view);
}

/** Our choice: a customer begins to doubt about then. */
export const LONG_WAIT_MS = 10_000;

type Seen = Pick<
  Transaction,
  'status' | 'status_reason' | 'needs_review' | 'closed' | 'integration' | 'payment_url' | 'created_at'
>;

/** Decides what a customer sees. `paidOtherwise`: another transaction paid the order; `now`: our clock will do, it only chooses words. */
export function viewOf(row: Seen, paidOtherwise: boolean, now: number): View {
  if (row.status === 'accepted') return 'accepted';
  if (paidOtherwise) return 'paid_otherwise';
  if (row.closed) return 'closed';
  switch (row.status) {
    case 'refused':
      return customerStatus(row) === 'CANCELLED' ? 'cancelled' : 'refused';
    case 'expired':
    case 'rejected':
      return row.status;
    case 'created':
    case 'pending':
      return openView(row, now);
  }
}

function openView(row: Seen, now: number): View {
  if (row.needs_review) return 'review';
  if (row.integration === 'seamless') return 'seamless';
  if (row.status === 'pending' && row.payment_url !== null) return 'counter';
  return now - row.created_at.getTime() > LONG_WAIT_MS ? 'waiting_long' : 'waiting';
}
