import { textOfBody } from '../http/exchange';
import { multipartFields } from './multipart';
import { isTooDeep } from './nesting';

/** The fields of one request, as far as its body could be read. */
export type Fields = Record<string, unknown>;

/** Reads a body: JSON always, under whatever content type; a form of either kind too unless strict. Undefined when it is none. */
export async function parseFields(raw: Buffer, contentType: string, strict: boolean): Promise<Fields | undefined> {
  const type = contentType.toLowerCase();
  if (strict && !type.includes('application/json')) return undefined;
  const fields = parseJson(textOfBody(raw));
  if (fields !== undefined || strict) return fields;
  if (type.includes('application/x-www-form-urlencoded')) return formOf(new URLSearchParams(textOfBody(raw)));
  if (!type.includes('multipart/form-data')) return undefined;
  const parts = await multipartFields(raw, contentType);
  return parts && formOf(parts);
}

/** Forms know text only: an object is spelt `invoice_data[name]`. Of a name that comes twice the last value counts. */
function formOf(pairs: Iterable<[string, string]>): Fields {
  const fields = new Map<string, unknown>();
  const invoice = new Map<string, string>();
  for (const [key, value] of pairs) {
    const name = /^invoice_data\[(.+)\]$/.exec(key)?.[1];
    if (name === undefined) fields.set(key, value);
    else invoice.set(name, value);
  }
  if (invoice.size > 0) fields.set('invoice_data', Object.fromEntries(invoice));
  return Object.fromEntries(fields);
}

function parseJson(text: string): Fields | undefined {
  const value = jsonOf(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Whatever a JSON text holds; undefined when it is none or nested too deeply. */
export function jsonOf(text: string): unknown {
  try {
    return isTooDeep(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A field's value; null where it is not there: absent, null, an empty text, PHP's empty array. */
export function valueOf(fields: Fields, name: string): unknown {
  const value = Object.hasOwn(fields, name) ? (fields[name] ?? null) : null;
  return value === '' || (Array.isArray(value) && value.length === 0) ? null : value;
}

/** A field's text; null when it is not there or no text. Numbers count as their digits. */
export function textOf(fields: Fields, name: string): string | null {
  const value = valueOf(fields, name);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}

/** A field that is one of some words, as text: `usual` when it is not there, empty when it is a list or an object. */
export function wordOf(fields: Fields, name: string, usual: string): string {
  const value = valueOf(fields, name) ?? usual;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A boolean as JSON or as clients write it: "True", "true", 1. */
export function flagOf(fields: Fields, name: string): boolean {
  const value = valueOf(fields, name);
  return value === true || value === 1 || (typeof value === 'string' && ['true', '1'].includes(value.toLowerCase()));
}
