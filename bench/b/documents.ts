import { SITE, type ORDER } from '../order';

export type Order = typeof ORDER;

/** What CinetPay's answer adds. */
export interface Counter {
  payment_url: string;
  payment_token: string;
}

/** What CinetPay is sent. */
export function wireBody(id: string, order: Order, publicUrl: string): string {
  const { customer, return_url, ...rest } = order;
  const person = Object.fromEntries(Object.entries(customer).map(([name, value]) => [`customer_${name}`, value]));
  const ours = {
    apikey: SITE.apikey,
    site_id: SITE.site_id,
    transaction_id: id,
    notify_url: `${publicUrl}/cinetpay/notify`,
  };
  return JSON.stringify({ ...ours, ...rest, ...person, return_url });
}

/** The document that the gateway answers with, field for field. */
export function pendingPayment(id: string, order: Order, checkoutUrl: string, counter: Counter): Counter {
  const now = new Date();
  const { amount, currency, description, channels, lang, metadata } = order;
  return {
    ...{ transaction_id: id, status: 'pending', status_reason: null, needs_review: false, closed: false },
    ...{ amount, currency, description, order_reference: null, site_id: SITE.site_id, channels, lang },
    ...{ card_available: true, metadata, integration: 'redirect', ...counter, checkout_url: checkoutUrl },
    ...{ payment_method: null, operator_id: null, fund_availability_date: null },
    ...{ next_check_at: new Date(now.getTime() + 86_400_000), created_at: now, updated_at: now, accepted_at: null },
  };
}
