import { isUtf8 } from 'node:buffer';
import type { SiteConfig } from '../config/config';
import { multipartFields } from './multipart';
import { FORM_FIELDS, verifies, xToken, type FormBytes, type NotificationForm } from './signature';

/** What a body at notify_url turned out to be. It says nothing about the payment, even when it is valid. */
export interface ReadNotification {
  validity: 'valid' | 'bad_token' | 'unknown_site' | 'unreadable';
  /** As the body names them; null when it does not. */
  siteId: string | null;
  transactionId: string | null;
}

/** The 16 fields of a body. */
export interface ReadForm {
  form: NotificationForm;
  /** The same byte for byte, as PHP has them; JSON is text and has none. */
  bytes?: () => FormBytes;
}

/** Longest id that is taken from a body; the drop-in API allows 100. */
const MAX_ID = 255;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Reads a notification and judges its x-token with the secrets of the site it names. Total: any bytes give an answer. */
export async function readNotification(
  raw: Buffer,
  contentType: string | null,
  token: string | null,
  sites: readonly SiteConfig[],
): Promise<ReadNotification> {
  const read = await readForm(raw, contentType);
  const named = idsOf(read?.form);
  if (!read || named.transactionId === null) return { validity: 'unreadable', ...named };
  const site = sites.find((one) => one.site_id === named.siteId);
  if (!site) return { validity: 'unknown_site', ...named };
  const secrets = [site.secret_key, ...site.secret_keys_previous];
  if (verifies(read.form, token, secrets)) return { validity: 'valid', ...named };
  // Text in another encoding than UTF-8, or cut in a character, loses bytes when it is decoded. CinetPay's PHP signs bytes.
  const bytes = read.bytes?.();
  if (!bytes || !verifies(bytes, token, secrets)) return { validity: 'bad_token', ...named };
  const meant = idsOf(textOf(bytes));
  return { validity: meant.transactionId === null ? 'unreadable' : 'valid', ...meant };
}

/**
 * The 16 fields of a body. CinetPay's samples read an urlencoded form; multipart is what PHP's curl makes of an array,
 * and JSON costs nothing to understand. The first of several fields of one name counts.
 */
export async function readForm(body: Buffer, contentType: string | null): Promise<ReadForm | undefined> {
  const raw = body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? body.subarray(3) : body;
  const type = contentType?.toLowerCase() ?? '';
  if (type.includes('multipart/')) {
    const fields = await multipartFields(raw, contentType ?? '');
    return fields && formOfBytes(fields);
  }
  const text = raw.toString('utf8');
  if (type.includes('json') || text.startsWith('{')) return jsonForm(text);
  const fields = new URLSearchParams(text);
  return { form: formOf((name) => fields.get(name)), bytes: () => bytesOf(urlencodedFields(raw)) };
}

/** A notification as CinetPay would post it: 16 fields in concatenation order, and the x-token that goes with them. */
export function signedForm(values: Partial<NotificationForm>, secret: string): { body: string; token: string } {
  const form = formOf((name) => values[name]);
  const body = new URLSearchParams(FORM_FIELDS.map((field): [string, string] => [field, form[field]])).toString();
  return { body, token: xToken(form, secret) };
}

function formOf(field: (name: keyof NotificationForm) => string | null | undefined): NotificationForm {
  const form = {} as NotificationForm;
  for (const name of FORM_FIELDS) form[name] = field(name) ?? '';
  return form;
}

function formOfBytes(fields: [name: string, value: Buffer][]): ReadForm {
  const bytes = bytesOf(fields);
  return { form: formOf((name) => bytes[name].toString('utf8')), bytes: () => bytes };
}

function bytesOf(fields: [name: string, value: Buffer][]): FormBytes {
  const first = new Map([...fields].reverse());
  return Object.fromEntries(FORM_FIELDS.map((name) => [name, first.get(name) ?? Buffer.alloc(0)])) as FormBytes;
}

function urlencodedFields(raw: Buffer): [name: string, value: Buffer][] {
  // As Latin-1 each byte is one character.
  return raw
    .toString('latin1')
    .split('&')
    .map((pair) => {
      const [name, ...value] = pair.split('=');
      return [unescaped(name!).toString('utf8'), unescaped(value.join('='))];
    });
}

function unescaped(text: string): Buffer {
  const characters = text.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, hex: string) => {
    return String.fromCharCode(parseInt(hex, 16));
  });
  return Buffer.from(characters, 'latin1');
}

// What is not UTF-8 comes from a system that writes Latin-1: no other can be told from its bytes.
function textOf(bytes: FormBytes): NotificationForm {
  return formOf((name) => bytes[name].toString(isUtf8(bytes[name]) ? 'utf8' : 'latin1'));
}

function jsonForm(text: string): ReadForm | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const fields = parsed as Record<string, unknown>;
  const form = formOf((name) => {
    const value = fields[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  });
  return { form };
}

function idsOf(form: NotificationForm | undefined): Pick<ReadNotification, 'siteId' | 'transactionId'> {
  if (!form) return { siteId: null, transactionId: null };
  return { siteId: idOf(form.cpm_site_id), transactionId: idOf(form.cpm_trans_id) };
}

// Postgres takes neither NUL nor half of a surrogate pair in text; an id that holds one is no payment's.
function idOf(value: string): string | null {
  return value === '' || value.length > MAX_ID || /[\0\p{Surrogate}]/u.test(value) ? null : value;
}
