import { parseJson } from '../common/body-text';
import { Problem } from '../common/problem';
import { CUSTOMER_NAMES } from './names';

/** A request's fields under CinetPay's names, their values as the types our rules are written for. */
export type Fields = Record<string, unknown>;

/** Fields that are text, and that clients also send as numbers. */
const TEXTS: ReadonlySet<string> = new Set([
  ...['site_id', 'transaction_id', 'description', 'metadata', 'alternative_currency', 'device_id'],
  ...['token', 'payment_token', ...Object.keys(CUSTOMER_NAMES)],
]);

const UNIVERSES: ReadonlySet<unknown> = new Set(['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET']);

const BOOLEANS = new Map(Object.entries({ true: true, false: false, '1': true, '0': false }));

/**
 * Puts right what deployed clients get past CinetPay with: null, '' and PHP's empty array for what is not there, names of forms
 * in brackets, digits for an amount, numbers for text, "True" for true, an object as metadata, capitals. Anything else
 * stays, to be refused by its rule.
 * @throws Problem `malformed_json` when the body holds no fields
 */
export function fieldsOf(body: unknown): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem('malformed_json', 'The body must be a JSON object or a form.');
  const fields = unfolded(body as Fields);
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => !isAbsent(value))
      .map(([name, value]) => [name, readValue(name, value)]),
  );
}

function isAbsent(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

// A form spells an object a[b]=c; a deeper one is left to its rule. Each object is built once, after its last name: copying it
// for each name made 9,500 names hold the process for 15 s.
function unfolded(body: Fields): Fields {
  const fields = new Map<string, unknown>();
  const objects = new Map<string, Map<string, unknown>>();
  for (const [name, value] of Object.entries(body)) {
    const [, outer, inner] = /^(\w+)\[(.+)\]$/.exec(name) ?? [];
    if (outer === undefined || inner === undefined) {
      objects.delete(name);
      fields.set(name, value);
      continue;
    }
    const object = objects.get(outer) ?? new Map(Object.entries(asObject(fields.get(outer))));
    objects.set(outer, object.set(inner, value));
    // The name keeps the place where it was met first.
    if (!fields.has(outer)) fields.set(outer, undefined);
  }
  for (const [outer, object] of objects) fields.set(outer, Object.fromEntries(object));
  return Object.fromEntries(fields);
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
      return BOOLEANS.get(String(value).toLowerCase()) ?? value;
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

function textOf(value: unknown): unknown {
  const isExact = typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isExact ? String(value) : value;
}

// Some clients list several universes, in one text or as a list, for which CinetPay's word is ALL.
function channelsOf(value: unknown): unknown {
  const written: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
  const words = written.map((word) => (typeof word === 'string' ? word.trim().toUpperCase() : word));
  if (words.length === 0 || !words.every((word) => UNIVERSES.has(word))) return value;
  return new Set(words).size > 1 ? 'ALL' : words[0];
}

// A form has no objects, so that some clients put JSON in it.
function invoiceOf(value: unknown): unknown {
  const lines = typeof value === 'string' && value.startsWith('{') ? parseJson(Buffer.from(value)) : value;
  if (typeof lines !== 'object' || lines === null || Array.isArray(lines)) return value;
  const text = (line: unknown): unknown => (line === null ? '' : textOf(line));
  return Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, text(line)]));
}
