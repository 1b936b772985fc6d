import { createHmac } from 'node:crypto';

/** From CinetPay's HMAC page: these values in this order, nothing between them, HMAC-SHA256 under the secret key, in hex. */
export const FIELDS =
  `cpm_site_id cpm_trans_id cpm_trans_date cpm_amount cpm_currency signature payment_method cel_phone_num cpm_phone_prefixe
  cpm_language cpm_version cpm_payment_config cpm_page_action cpm_custom cpm_designation cpm_error_message`.split(
    /\s+/,
  );

/** The x-token of a form's body. */
export function xToken(body: string, key: string): string {
  const posted = new URLSearchParams(body);
  const message = FIELDS.map((name) => posted.get(name) ?? '').join('');
  return createHmac('sha256', key).update(Buffer.from(message, 'utf8')).digest('hex');
}

/** The way of CinetPay's PHP SDK: everything that was posted, as it came. */
export function imploded(body: string, key: string): string {
  return createHmac('sha256', key)
    .update([...new URLSearchParams(body).values()].join(''))
    .digest('hex');
}
