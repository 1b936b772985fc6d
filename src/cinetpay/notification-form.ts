import type { SiteConfig } from '../config/config';
import { multipartFields } from './multipart';
import { FORM_FIELDS, verifies, xToken, type NotificationForm } from './signature';

/** What a body at notify_url turned out to be. It says nothing about the payment, even when it is valid. */
export interface ReadNotification {
  validity: 'valid' | 'bad_token' | 'unknown_site' | 'unreadable';
  /** As the body names them; null when it does not. */
  siteId: string | null;
  transactionId: string | null;
}

/** Longest id that is taken from a body; the drop-in API allows 100. */
const MAX_ID = 255;

/** Reads a notification and judges its x-token with the secrets of the site it names. Total: any bytes give an answer. */
export function readNotification(
  raw: Buffer,
  contentType: string | null,
  token: string | null,
  sites: readonly SiteConfig[],
): ReadNotification {
  const form = readForm(raw, contentType);
  const siteId = form ? idOf(form.cpm_site_id) : null;
  const transactionId = form ? idOf(form.cpm_trans_id) : null;
  const named = { siteId, transactionId };
  if (!form || transactionId === null) return { validity: 'unreadable', ...named };
  const site = sites.find((one) => one.site_id === siteId);
  if (!site) return { validity: 'unknown_site', ...named };
  const isAuthentic = verifies(form, token, [site.secret_key, ...site.secret_keys_previous]);
  return { validity: isAuthentic ? 'valid' : 'bad_token', ...named };
}

/**
 * The 16 fields of a body. CinetPay's samples read an urlencoded form; multipart is what PHP's curl makes of an array,
 * and JSON costs nothing to understand. The first of several fields of one name counts.
 */
export function readForm(raw: Buffer, contentType: string | null): NotificationForm | undefined {
  const type = contentType?.toLowerCase() ?? '';
  if (type.includes('multipart/')) {
    const parts = new Map(multipartFields(raw, contentType ?? '').reverse());
    return formOf((name) => parts.get(name));
  }
  const text = raw.toString('utf8');
  if (type.includes('json') || text.startsWith('{')) return jsonForm(text);
  const fields = new URLSearchParams(text);
  return formOf((name) => fields.get(name));
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

function jsonForm(text: string): NotificationForm | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const fields = parsed as Record<string, unknown>;
  return formOf((name) => {
    const value = fields[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  });
}

// Postgres takes no NUL in text; an id that holds one is nobody's.
function idOf(value: string): string | null {
  return value === '' || value.length > MAX_ID || value.includes('\0') ? null : value;
}
