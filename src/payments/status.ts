/** The states of a payment (docs/cinetpay.md says which answers lead where). */
export const STATUSES = ['created', 'pending', 'rejected', 'refused', 'expired', 'accepted'] as const;
export type Status = (typeof STATUSES)[number];

/** What may happen to a transaction. Everything else is refused by the store, whoever asks. */
export const MOVES: Record<Status, readonly Status[]> = {
  created: ['pending', 'rejected', 'accepted', 'refused', 'expired'],
  pending: ['accepted', 'refused', 'expired'],
  // No counter of it was handed out, so only evidence of a payment can change it.
  rejected: ['accepted'],
  refused: ['accepted'],
  expired: ['accepted', 'refused'],
  accepted: [],
};

/** Whether CinetPay's word may still change what the caller believes on the normal schedule. */
export function isUnresolved(status: Status): boolean {
  return status === 'created' || status === 'pending';
}

/** Whether a payment in this state holds its order's door. */
export function holdsDoor(status: Status): boolean {
  return isUnresolved(status);
}

/** The event that entering a state makes; entering `created` is not an event, the caller did it. */
export const EVENT_OF = {
  pending: 'payment.pending',
  rejected: 'payment.rejected',
  refused: 'payment.refused',
  expired: 'payment.expired',
  accepted: 'payment.accepted',
} as const satisfies Partial<Record<Status, string>>;

export type EventType = (typeof EVENT_OF)[keyof typeof EVENT_OF] | 'payment.mismatch' | 'payment.duplicate';
