import { CHANNELS, type Currency } from '../facts/operators';
import type { Site } from '../state/settings';
import type { Order } from '../state/transaction';
import { cardFieldMissing } from './card-rules';
import { flagOf, textOf, valueOf, type Fields } from './fields';
import { amountOf, channelsOf, invoiceOf, langOf } from './values';

/** Reads what the merchant asked for out of fields that break no rule. */
export function orderOf(fields: Fields, site: Site): Order {
  const names = [textOf(fields, 'customer_surname'), textOf(fields, 'customer_name')].filter((name) => name !== null);
  return {
    site_id: site.site_id,
    transaction_id: textOf(fields, 'transaction_id') ?? '',
    amount: amountOf(fields) ?? 0,
    currency: fields.currency as Currency,
    description: textOf(fields, 'description') ?? '',
    notify_url: textOf(fields, 'notify_url'),
    return_url: textOf(fields, 'return_url'),
    channels: channelsOf(fields) ?? [...CHANNELS],
    lang: langOf(fields) ?? 'fr',
    metadata: metadataOf(valueOf(fields, 'metadata')),
    invoice_data: invoiceTexts(invoiceOf(fields) ?? {}),
    customer_name: names.length > 0 ? names.join(' ') : null,
    phone: textOf(fields, 'customer_phone_number'),
    phone_locked: flagOf(fields, 'lock_phone_number'),
    card_available: cardFieldMissing(fields) === undefined,
    device_id: textOf(fields, 'device_id'),
  };
}

function metadataOf(value: unknown): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function invoiceTexts(lines: Record<string, string | number | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, String(line ?? '')]));
}
