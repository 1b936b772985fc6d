import { cardAvailable, wireBody } from '../cinetpay/wire';
import { newId, newToken } from '../common/ids';
import type { SiteConfig } from '../config/config';
import type { Order } from './order.pipe';
import { checkoutUrl } from './payment.json';
import type { Customer, DropInOrder } from './transaction.entity';
import type { NewTransaction } from './transaction.rows';

/** How an order came to us. */
export interface Origin {
  /** The caller's name. */
  caller: string;
  /** The `Idempotency-Key`. */
  key: string | null;
  /** Of the request, for the log. */
  requestId?: string;
  /** Only for the drop-in API. */
  dropIn?: { order: DropInOrder; endpointId: string | null };
}

/** The row of an order, with the bytes that CinetPay will be sent. */
export function newTransaction(order: Order, origin: Origin, site: SiteConfig, publicUrl: string): NewTransaction {
  const { customer } = order;
  const transaction = {
    transaction_id: order.transaction_id ?? newId(),
    caller: origin.caller,
    origin: origin.dropIn ? ('drop_in' as const) : ('api' as const),
    idempotency_key: origin.key,
    order_reference: order.order_reference ?? null,
    site_id: site.site_id,
    integration: order.integration ?? 'redirect',
    amount: order.amount,
    currency: order.currency,
    description: order.description,
    return_url: order.return_url ?? null,
    channels: order.channels ?? 'ALL',
    lang: order.lang ?? 'fr',
    metadata: order.metadata ?? null,
    invoice_data: order.invoice_data ?? null,
    alternative_currency: order.alternative_currency ?? null,
    customer: customer ? kept(customer) : null,
    lock_phone_number: order.lock_phone_number ?? false,
    drop_in: origin.dropIn?.order ?? null,
    notify_endpoint_id: origin.dropIn?.endpointId ?? null,
    checkout_token: newToken(),
  };
  const urls = {
    notifyUrl: `${publicUrl}/cinetpay/notify`,
    returnUrl: `${checkoutUrl(publicUrl, transaction.checkout_token)}/return`,
  };
  return { ...transaction, card_available: cardAvailable(transaction), wire_body: wireBody(transaction, urls) };
}

function kept(customer: Customer): Customer | null {
  const fields = Object.entries(customer).filter(([, value]) => value !== undefined);
  return fields.length > 0 ? Object.fromEntries(fields) : null;
}
