import { SITE, type ORDER } from '../order';

export type Order = typeof ORDER;

/** What CinetPay's answer adds. */
export interface Counter {
  payment_url: string;
  payment_token: string;
}

/** What CinetPay is sent. Field by field, as the document below: of several spreads V8 makes a dictionary, which is slow to write down. */
export function wireBody(id: string, order: Order, publicUrl: string): string {
  const { customer } = order;
  return JSON.stringify({
    apikey: SITE.apikey,
    site_id: SITE.site_id,
    transaction_id: id,
    notify_url: `${publicUrl}/cinetpay/notify`,
    return_url: order.return_url,
    amount: order.amount,
    currency: order.currency,
    description: order.description,
    metadata: order.metadata,
    channels: order.channels,
    lang: order.lang,
    customer_id: customer.id,
    customer_name: customer.last_name,
    customer_surname: customer.first_name,
    customer_phone_number: customer.phone_number,
    customer_email: customer.email,
    customer_address: customer.address,
    customer_city: customer.city,
    customer_country: customer.country,
    customer_state: customer.state,
    customer_zip_code: customer.zip_code,
  });
}

/** The document that the gateway answers with, field for field. */
export function pendingPayment(id: string, order: Order, checkoutUrl: string, counter: Counter): Counter {
  const now = new Date();
  return {
    transaction_id: id,
    status: 'pending',
    status_reason: null,
    needs_review: false,
    closed: false,
    amount: order.amount,
    currency: order.currency,
    description: order.description,
    order_reference: null,
    site_id: SITE.site_id,
    channels: order.channels,
    lang: order.lang,
    card_available: true,
    metadata: order.metadata,
    integration: 'redirect',
    payment_url: counter.payment_url,
    payment_token: counter.payment_token,
    checkout_url: checkoutUrl,
    payment_method: null,
    operator_id: null,
    fund_availability_date: null,
    next_check_at: new Date(now.getTime() + 86_400_000),
    created_at: now,
    updated_at: now,
    accepted_at: null,
  } as Counter;
}
