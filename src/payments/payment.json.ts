import type { PaymentDto } from './payment.dto';
import type { Transaction } from './transaction.entity';

/** Our page for the customer of this payment. */
export function checkoutUrl(base: string, token: string): string {
  return `${base}/checkout/${token}`;
}

/** The columns that a payment is shown from. */
export const SHOWN = [
  ...(['transaction_id', 'status', 'status_reason', 'needs_review', 'closed', 'amount', 'currency'] as const),
  ...(['description', 'order_reference', 'site_id', 'channels', 'lang', 'card_available', 'metadata'] as const),
  ...(['integration', 'payment_url', 'payment_token', 'checkout_token', 'payment_method', 'operator_id'] as const),
  ...(['fund_availability_date', 'next_check_at', 'created_at', 'updated_at', 'accepted_at'] as const),
] as const;
/** A row of which nothing else has to be known. */
export type ShownTransaction = Pick<Transaction, (typeof SHOWN)[number]>;

/** A payment as its caller sees it (`publicUrl`: PUBLIC_URL), field by field: a new column never leaks by itself. */
export function paymentJson(row: ShownTransaction, publicUrl: string): PaymentDto {
  return {
    transaction_id: row.transaction_id,
    status: row.status,
    status_reason: row.status_reason,
    needs_review: row.needs_review,
    closed: row.closed,
    amount: row.amount,
    currency: row.currency,
    description: row.description,
    order_reference: row.order_reference,
    site_id: row.site_id,
    channels: row.channels,
    lang: row.lang,
    card_available: row.card_available,
    metadata: row.metadata,
    integration: row.integration,
    payment_url: row.payment_url,
    payment_token: row.payment_token,
    checkout_url: checkoutUrl(publicUrl, row.checkout_token),
    payment_method: row.payment_method,
    operator_id: row.operator_id,
    fund_availability_date: row.fund_availability_date,
    next_check_at: row.next_check_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
    accepted_at: row.accepted_at,
  };
}

/** The bytes of an event's `data`. */
export function eventData(row: Transaction, publicUrl: string): string {
  return JSON.stringify({ payment: paymentJson(row, publicUrl) });
}
