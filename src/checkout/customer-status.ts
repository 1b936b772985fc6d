import type { Status } from '../payments/status';
import type { Transaction } from '../payments/transaction.entity';

/** CinetPay's own words, as its return page and its clients know them. */
export const CUSTOMER_STATUSES = ['PENDING', 'ACCEPTED', 'REFUSED', 'CANCELLED'] as const;
export type CustomerStatus = (typeof CUSTOMER_STATUSES)[number];

/** CinetPay's code of a customer who gave up; the only code that is told apart here (docs/cinetpay.md, codes). */
const CANCELLED_CODE = /^627\b/;

const WORDS: Record<Status, CustomerStatus> = {
  created: 'PENDING',
  pending: 'PENDING',
  // The time is over as far as we asked, but a late payment still counts.
  expired: 'PENDING',
  accepted: 'ACCEPTED',
  rejected: 'REFUSED',
  refused: 'REFUSED',
};

/** What a customer's browser is told of a payment. */
export function customerStatus({
  status,
  status_reason,
}: Pick<Transaction, 'status' | 'status_reason'>): CustomerStatus {
  if (status === 'refused' && CANCELLED_CODE.test(status_reason ?? '')) return 'CANCELLED';
  return WORDS[status];
}
