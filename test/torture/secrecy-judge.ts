import type { Evidence } from './evidence';

/** A payment as the contract shows it (section 4): an event carries this and nothing else. */
const PAYMENT = [
  ...['transaction_id', 'status', 'status_reason', 'needs_review', 'closed', 'amount', 'currency', 'description'],
  ...['order_reference', 'site_id', 'channels', 'lang', 'card_available', 'metadata', 'integration', 'payment_url'],
  ...['payment_token', 'checkout_url', 'payment_method', 'operator_id', 'fund_availability_date', 'next_check_at'],
  ...['created_at', 'updated_at', 'accepted_at'],
];

/**
 * Invariant 12: no secret and no customer's data in a log line, an answer to a caller, a metric or an event, and in an event nothing but the
 * payment.
 */
export async function secrecyFaults({ watch, logs, metrics, received, feed }: Evidence): Promise<string[]> {
  for (const { body } of received) watch.search('a webhook', body);
  for (const event of feed.seen) watch.search('the feed', JSON.stringify(event));
  for (const text of metrics) watch.search('/metrics', text);
  watch.search('the log', logs);
  const told = [...received.map(({ body }) => JSON.parse(body) as Told), ...feed.seen];
  return [...watch.found, ...new Set(told.flatMap(strangers))];
}

interface Told {
  type: string;
  data: object;
}

function strangers({ type, data }: Told): string[] {
  const { payment, ...beside } = data as { payment?: object };
  const told = [...Object.keys(beside), ...Object.keys(payment ?? {})];
  const more = told.filter((field) => !PAYMENT.includes(field));
  const less = PAYMENT.filter((field) => !told.includes(field));
  return [...more.map((field) => `${type} tells ${field}`), ...less.map((field) => `${type} lacks ${field}`)];
}
