import { wirePhone } from './phone';

/** What an order's wire body is made of: a transaction's columns, by their names (payments/transaction.entity.ts). */
export interface WireOrder {
  transaction_id: string;
  site_id: string;
  amount: number;
  currency: string;
  description: string;
  channels: string;
  lang: string;
  metadata: string | null;
  invoice_data: Record<string, string> | null;
  alternative_currency: string | null;
  customer: WireCustomer | null;
  lock_phone_number: boolean;
  drop_in: { device_id?: string } | null;
}

/** The customer under our names. */
export interface WireCustomer {
  id?: string;
  first_name?: string;
  last_name?: string;
  phone_number?: string;
  email?: string;
  address?: string;
  city?: string;
  country?: string;
  state?: string;
  zip_code?: string;
}

/** Where CinetPay notifies us and sends the customer back to. */
export interface WireUrls {
  notifyUrl: string;
  returnUrl: string;
}

const PERSON = ['id', 'last_name', 'first_name', 'phone_number'] as const;
const ADDRESS = ['email', 'address', 'city', 'country', 'state', 'zip_code'] as const;
const CARD_BLOCK = [
  'last_name',
  'first_name',
  'phone_number',
  'email',
  'address',
  'city',
  'country',
  'zip_code',
] as const;

/** Official page: `customer_name` is the last name and `customer_surname` the FIRST name. Translated here and nowhere else. */
const WIRE_NAMES: Record<keyof WireCustomer, string> = {
  id: 'customer_id',
  last_name: 'customer_name',
  first_name: 'customer_surname',
  phone_number: 'customer_phone_number',
  email: 'customer_email',
  address: 'customer_address',
  city: 'customer_city',
  country: 'customer_country',
  state: 'customer_state',
  zip_code: 'customer_zip_code',
};

/**
 * The body of an initiation as it is stored and sent, but without `apikey`: that is put in when it is sent
 * (`withApikey`). The same order gives the same bytes; CinetPay binds them to the transaction's token (official page).
 */
export function wireBody(order: WireOrder, urls: WireUrls): string {
  return JSON.stringify({
    site_id: order.site_id,
    transaction_id: order.transaction_id,
    amount: order.amount,
    currency: order.currency,
    alternative_currency: order.alternative_currency ?? undefined,
    description: wireDescription(order.description),
    ...wireCustomer(order),
    notify_url: urls.notifyUrl,
    return_url: urls.returnUrl,
    channels: order.channels,
    metadata: order.metadata === null ? undefined : wireMetadata(order.metadata),
    lang: order.lang,
    invoice_data: order.invoice_data ?? undefined,
    lock_phone_number: order.lock_phone_number || undefined,
    device_id: order.drop_in?.device_id,
  });
}

/** The stored bytes with the site's present apikey as their first field, and otherwise untouched. */
export function withApikey(storedBody: string, apikey: string): string {
  return `{"apikey":${JSON.stringify(apikey)},${storedBody.slice(1)}`;
}

/**
 * Whether the counter can offer cards: every field of the card block is there (the state only where CinetPay asks for
 * it, in the United States and Canada) and the channels include cards.
 */
export function cardAvailable(order: Pick<WireOrder, 'customer' | 'channels'>): boolean {
  return (order.channels === 'ALL' || order.channels === 'CREDIT_CARD') && isCardBlockWhole(order.customer);
}

/** French edition of the official page: these characters are to be avoided in descriptions. */
export function wireDescription(description: string): string {
  return description.replace(/[#/$_&]/g, ' ');
}

/** Official script page: JSON in metadata is stopped at the edge, base64 passes. Plain text of harmless characters stays. */
export function wireMetadata(metadata: string): string {
  return /^[A-Za-z0-9 .,:;@-]*$/.test(metadata) ? metadata : Buffer.from(metadata, 'utf8').toString('base64');
}

function isCardBlockWhole(customer: WireCustomer | null): boolean {
  if (!customer) return false;
  const inNorthAmerica = customer.country === 'US' || customer.country === 'CA';
  return CARD_BLOCK.every((field) => customer[field]) && (!inNorthAmerica || Boolean(customer.state));
}

// CinetPay answers 624 to half a card block, so an incomplete one is left out whole.
function wireCustomer({ customer, lock_phone_number }: WireOrder): Record<string, string> {
  if (!customer) return {};
  const wire: Record<string, string> = {};
  for (const field of isCardBlockWhole(customer) ? [...PERSON, ...ADDRESS] : PERSON) {
    const value = customer[field];
    if (value) wire[WIRE_NAMES[field]] = value;
  }
  const phone = wire.customer_phone_number;
  // Official page: a locked number is prefix and number, digits only. Its other samples are left as the caller wrote them.
  if (lock_phone_number && phone !== undefined) wire.customer_phone_number = wirePhone(phone) ?? phone;
  return wire;
}
