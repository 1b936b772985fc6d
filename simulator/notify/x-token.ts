import { createHmac } from 'node:crypto';

/** The form's fields, in the order they are posted and signed. */
export const FORM_FIELDS = [
  ...(['cpm_site_id', 'cpm_trans_id', 'cpm_trans_date', 'cpm_amount', 'cpm_currency', 'signature'] as const),
  ...(['payment_method', 'cel_phone_num', 'cpm_phone_prefixe', 'cpm_language', 'cpm_version'] as const),
  ...(['cpm_payment_config', 'cpm_page_action', 'cpm_custom', 'cpm_designation', 'cpm_error_message'] as const),
] as const;

/** One notification's fields; each is text, empty where there is nothing to say. */
export type NotificationForm = Record<(typeof FORM_FIELDS)[number], string>;

/** Hex HMAC-SHA256 under the site's secret key over the sixteen values, joined with nothing between them. */
export function xToken(form: NotificationForm, secretKey: string): string {
  const message = FORM_FIELDS.map((field) => form[field]).join('');
  return createHmac('sha256', secretKey).update(message, 'utf8').digest('hex');
}
