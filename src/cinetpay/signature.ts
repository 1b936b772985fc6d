import { timingSafeEqual } from 'node:crypto';
import { hmac, type Secret } from '../common/secret';

/** The 16 fields of a notification in the order in which x-token concatenates them (official HMAC page). */
export const FORM_FIELDS = [
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

/** The decoded fields of a notification; an absent one is ''. */
export type NotificationForm = Record<(typeof FORM_FIELDS)[number], string>;

/** The same fields byte for byte. */
export type FormBytes = Record<(typeof FORM_FIELDS)[number], Buffer>;

/** The x-token of a form: HMAC-SHA256 over the 16 values, without separators, by name and not by order of arrival. */
export function xToken(form: NotificationForm, secret: string): string {
  return digest(form, secret).toString('hex');
}

/** Whether a token was made with one of the secrets; an empty secret never verifies. Hex in any case. */
export function verifies(
  form: NotificationForm | FormBytes,
  token: string | null,
  secrets: readonly Secret[],
): boolean {
  if (token === null || !/^[0-9a-f]{64}$/i.test(token)) return false;
  const given = Buffer.from(token, 'hex');
  return secrets.some((secret) => secret.reveal() !== '' && timingSafeEqual(given, digest(form, secret.reveal())));
}

function digest(form: NotificationForm | FormBytes, secret: string): Buffer {
  return hmac(secret, isBytes(form) ? Buffer.concat(FORM_FIELDS.map((field) => form[field])) : textOf(form));
}

function isBytes(form: NotificationForm | FormBytes): form is FormBytes {
  return typeof form.cpm_site_id !== 'string';
}

function textOf(form: NotificationForm): string {
  return FORM_FIELDS.map((field) => form[field]).join('');
}
