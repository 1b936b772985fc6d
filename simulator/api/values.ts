import { CHANNELS, type Channel } from '../facts/operators';
import { jsonOf, valueOf, wordOf, type Fields } from './fields';

/** The amount in major units; undefined when it is none. Digits count as the integer they spell, with zeros behind a point too. */
export function amountOf(fields: Fields): number | undefined {
  const value = valueOf(fields, 'amount');
  const amount = typeof value === 'string' && /^\d{1,15}(\.0{1,15})?$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(amount) && Number(amount) > 0 ? Number(amount) : undefined;
}

/** The universes of the counter: all when none is named, and of a list; undefined when a word is none of the four. */
export function channelsOf(fields: Fields): Channel[] | undefined {
  const value = valueOf(fields, 'channels');
  const words: unknown[] = Array.isArray(value) ? value : wordOf(fields, 'channels', 'ALL').split(',');
  const named = new Set(words.map((word) => (typeof word === 'string' ? word.trim().toUpperCase() : '')));
  if (![...named].every((word) => word === 'ALL' || CHANNELS.includes(word as Channel))) return undefined;
  const [only] = named;
  return named.size > 1 || only === 'ALL' ? [...CHANNELS] : [only as Channel];
}

/** The counter's language, French when none is named; in any case and as a locale (`fr_FR`). Undefined when it is another. */
export function langOf(fields: Fields): 'fr' | 'en' | undefined {
  const word = wordOf(fields, 'lang', 'fr').toLowerCase();
  return /^(?:fr|en)(?:[-_]|$)/.test(word) ? (word.slice(0, 2) as 'fr' | 'en') : undefined;
}

/** The lines of the invoice, also as the JSON that some clients put in a form; undefined when they are no object of texts. */
export function invoiceOf(fields: Fields): Record<string, string | number | null> | undefined {
  const value = valueOf(fields, 'invoice_data') ?? {};
  const lines = typeof value === 'string' ? jsonOf(value) : value;
  if (typeof lines !== 'object' || lines === null || Array.isArray(lines)) return undefined;
  const areTexts = Object.values(lines).every((line) => line === null || ['string', 'number'].includes(typeof line));
  return areTexts ? (lines as Record<string, string | number | null>) : undefined;
}
