import { parseJson } from '../common/body-text';
import { isRecord, type Fields } from '../common/known-fields';
import { Problem } from '../common/problem';
import { MAX_INVOICE_LINES } from '../payments/order.decorators';
import { CUSTOMER_NAMES } from './names';

/** Fields that are text, and that clients also send as numbers. */
const TEXTS: ReadonlySet<string> = new Set([
  ...['site_id', 'transaction_id', 'description', 'metadata', 'alternative_currency', 'device_id'],
  ...['token', 'payment_token', 'old_device_id', 'new_device_id', ...Object.keys(CUSTOMER_NAMES)],
]);

/** Every field that is read anywhere. */
const READ: ReadonlySet<string> = new Set([
  ...[
    'apikey',
    'amount',
    'currency',
    'notify_url',
    'return_url',
    'channels',
    'lang',
    'invoice_data',
    'lock_phone_number',
  ],
  ...TEXTS,
]);
const UNIVERSES: ReadonlySet<unknown> = new Set(['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET']);
/** Longest text that may be a list of channels (our choice: all four take 40 characters). */
const MAX_CHANNELS = 200;
/** Parts of an object that a form's names spell: as text it is longer than any field may be. */
const MAX_PARTS = 1_000;
const BOOLEANS = new Map(Object.entries({ true: true, false: false, '1': true, '0': false }));

/**
 * Puts right what deployed clients get past CinetPay with: null, '' and PHP's empty array for what is not there, names of forms
 * in brackets, digits for an amount, numbers for text, "True" for true, an object as metadata, capitals. Anything else
 * stays, to be refused by its rule.
 * Names that are not among `names` are passed over.
 * @throws Problem `malformed_json` when the body holds no fields
 */
export function fieldsOf(body: unknown, names: ReadonlySet<string>): Fields {
  const fields: Fields = {};
  for (const [name, value] of unfolded(recordOf(body), names))
    if (!isAbsent(value)) fields[name] = readValue(name, value);
  return fields;
}

/** Whether a name of a form is that of a field, or of a part of one, that is read at all. */
export function isRead(name: string): boolean {
  return READ.has(outerOf(name));
}

function outerOf(name: string): string {
  const end = name.endsWith(']') ? name.indexOf('[') : -1;
  return end < 0 ? name : name.slice(0, end);
}

/** @throws Problem `malformed_json` when the body holds no fields */
export function recordOf(body: unknown): Fields {
  if (isRecord(body)) return body;
  throw new Problem('malformed_json', 'The body must be a JSON object or a form.');
}

/** What clients write for a field that is not there. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

// A form spells an object a[b]=c; a deeper one is left to its rule. Each object is built once, after its last name: copying it
// for each name made 9,500 names hold the process for 15 s.
function unfolded(body: Fields, names: ReadonlySet<string>): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  const objects = new Map<string, Map<string, unknown>>();
  for (const name of Object.keys(body)) {
    const outer = outerOf(name);
    const inner = name.slice(outer.length + 1, -1);
    if (!names.has(outer)) continue;
    if (inner === '') {
      objects.delete(name);
      fields.set(name, body[name]);
      continue;
    }
    const object = objects.get(outer) ?? new Map(Object.entries(asObject(fields.get(outer))));
    if (object.size < MAX_PARTS) objects.set(outer, object.set(inner, body[name]));
    // The name keeps the place where it was met first.
    if (!fields.has(outer)) fields.set(outer, undefined);
  }
  for (const [outer, object] of objects) fields.set(outer, Object.fromEntries(object));
  return fields;
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function readValue(name: string, value: unknown): unknown {
  switch (name) {
    case 'amount':
      // Written with zeros for decimals it is still that integer.
      return typeof value === 'string' && /^\d{1,15}(\.0{1,15})?$/.test(value) ? Number(value) : value;
    case 'lock_phone_number':
      // Not of an object: what it says of itself is the sender's.
      return isScalar(value) ? (BOOLEANS.get(String(value).toLowerCase()) ?? value) : value;
    case 'lang':
      // "FR" is in the official page's own example; locales come from browsers.
      return typeof value === 'string' ? value.toLowerCase().replace(/^(fr|en)[-_].*$/, '$1') : value;
    case 'channels':
      return channelsOf(value);
    case 'customer_country':
      return typeof value === 'string' ? value.toUpperCase() : value;
    case 'invoice_data':
      return invoiceOf(value);
    case 'metadata':
      return typeof value === 'object' ? JSON.stringify(value) : textOf(value);
    default:
      return TEXTS.has(name) ? textOf(value) : value;
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function textOf(value: unknown): unknown {
  const isExact = typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isExact ? String(value) : value;
}

// Some clients list several universes, in one text or as a list, for which CinetPay's word is ALL.
function channelsOf(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MAX_CHANNELS) return value;
  const written: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
  const words = written.map((word) => (typeof word === 'string' ? word.trim().toUpperCase() : word));
  if (words.length === 0 || !words.every((word) => UNIVERSES.has(word))) return value;
  return new Set(words).size > 1 ? 'ALL' : words[0];
}

// A form has no objects, so that some clients put JSON in it.
function invoiceOf(value: unknown): unknown {
  const lines = typeof value === 'string' && value.startsWith('{') ? parseJson(Buffer.from(value)) : value;
  if (!isRecord(lines)) return value;
  // Its rule refuses that many, whatever they hold.
  if (Object.keys(lines).length > MAX_INVOICE_LINES) return lines;
  const text = (line: unknown): unknown => (line === null ? '' : textOf(line));
  return Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, text(line)]));
}
