import { CHANNELS, type Channel, type Currency } from '../facts/operators';
import type { Site } from '../state/settings';
import type { Order } from '../state/transaction';
import { flagOf, textOf, type Fields } from './fields';
import { hasCardBlock } from './payment-rules';

/** Reads what the merchant asked for out of fields that break no rule. */
export function orderOf(fields: Fields, site: Site): Order {
  const names = [textOf(fields, 'customer_surname'), textOf(fields, 'customer_name')].filter((name) => name !== null);
  return {
    site_id: site.site_id,
    transaction_id: textOf(fields, 'transaction_id') ?? '',
    amount: Number(fields.amount),
    currency: fields.currency as Currency,
    description: textOf(fields, 'description') ?? '',
    notify_url: textOf(fields, 'notify_url'),
    return_url: textOf(fields, 'return_url'),
    channels: channelsOf(textOf(fields, 'channels')),
    lang: textOf(fields, 'lang')?.toLowerCase() === 'en' ? 'en' : 'fr',
    metadata: metadataOf(fields.metadata),
    invoice_data: invoiceOf(fields.invoice_data),
    customer_name: names.length > 0 ? names.join(' ') : null,
    phone: textOf(fields, 'customer_phone_number'),
    phone_locked: flagOf(fields, 'lock_phone_number'),
    card_available: hasCardBlock(fields),
    device_id: textOf(fields, 'device_id'),
  };
}

/** ALL, one universe, or several with commas between; words nobody knows are passed over, nothing left means ALL. */
function channelsOf(value: string | null): Channel[] {
  const words = (value ?? 'ALL').split(',').map((word) => word.trim().toUpperCase());
  const named = CHANNELS.filter((channel) => words.includes(channel));
  return named.length > 0 ? named : [...CHANNELS];
}

function metadataOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function invoiceOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 3)
      .map(([name, entry]) => [name, typeof entry === 'string' ? entry : JSON.stringify(entry)]),
  );
}
