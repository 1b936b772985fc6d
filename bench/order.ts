import { createHmac } from 'node:crypto';

/** The one site of every variant. */
export const SITE = {
  site_id: '445160',
  apikey: '12912847765bc0db748fdd44.40081707',
  secret_key: 'bench-secret-9f1c2e77',
  currency: 'XOF',
} as const;

/** What P1 posts: an order with a whole customer block, as the official page's example has. ASCII, so that characters are bytes. */
export const ORDER = {
  amount: 2500,
  currency: SITE.currency,
  description: 'Order 1234, two pairs of shoes',
  return_url: 'https://shop.example/thanks',
  metadata: 'basket 8f2e',
  channels: 'ALL',
  lang: 'fr',
  customer: {
    id: '172',
    first_name: 'Awa',
    last_name: 'Kouadio',
    phone_number: '+225004315545',
    email: 'awa@shop.example',
    address: '12 rue des Jardins',
    city: 'Abidjan',
    country: 'CI',
    state: 'CI',
    zip_code: '00225',
  },
} as const;

/** The id of the n-th payment that `growth` makes. */
export function filledId(n: number): string {
  return `BENCH${String(n).padStart(21, '0')}`;
}

/** What CinetPay answers to a payment, with a token as long as its own. */
export function counterOf(payment: string): { payment_token: string; payment_url: string } {
  const token = payment.padStart(64, '0');
  return { payment_token: token, payment_url: `https://checkout.cinetpay.com/payment/${token}` };
}

/** The fields of a notification in the order in which x-token concatenates them (official HMAC page). */
export const NOTIFICATION_FIELDS = [
  'cpm_site_id',
  'cpm_trans_id',
  'cpm_trans_date',
  'cpm_amount',
  'cpm_currency',
  'signature',
  'payment_method',
  'cel_phone_num',
  'cpm_phone_prefixe',
  'cpm_language',
  'cpm_version',
  'cpm_payment_config',
  'cpm_page_action',
  'cpm_custom',
  'cpm_designation',
  'cpm_error_message',
] as const;

/** What P2 posts about a transaction: the form and its x-token. */
export function notificationOf(transactionId: string): { body: string; token: string } {
  const form: Record<string, string> = {
    cpm_site_id: SITE.site_id,
    cpm_trans_id: transactionId,
    cpm_trans_date: '2026-11-23 10:11:12',
    cpm_amount: String(ORDER.amount),
    cpm_currency: ORDER.currency,
    signature: '3f1a9c0b7d2e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c',
    payment_method: 'OMCI',
    cel_phone_num: '0700000000',
    cpm_phone_prefixe: '225',
    cpm_language: 'fr',
    cpm_version: 'V4',
    cpm_payment_config: 'SINGLE',
    cpm_page_action: 'PAYMENT',
    cpm_custom: ORDER.metadata,
    cpm_designation: ORDER.description,
    cpm_error_message: 'SUCCES',
  };
  const body = new URLSearchParams(NOTIFICATION_FIELDS.map((name): [string, string] => [name, form[name] ?? '']));
  return { body: body.toString(), token: tokenOf((name) => form[name] ?? '') };
}

/** The x-token of a form, as the rivals verify it. */
export function tokenOf(field: (name: string) => string): string {
  const text = NOTIFICATION_FIELDS.map(field).join('');
  return createHmac('sha256', SITE.secret_key).update(text).digest('hex');
}
