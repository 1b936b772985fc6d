import { MESSAGES } from '../facts/codes';
import type { Fault } from '../faults/faults';
import { anotherCurrency, writtenAmount } from '../state/appearance';
import { cinetpayDate } from '../state/ids';
import type { Settings } from '../state/settings';
import type { Transaction } from '../state/transaction';
import { FORM_FIELDS, type NotificationForm } from './x-token';

/** What a notification says of a transaction as it stands now. */
export function formOf(transaction: Transaction, settings: Settings): NotificationForm {
  return {
    cpm_site_id: transaction.site_id,
    cpm_trans_id: transaction.transaction_id,
    cpm_trans_date: cinetpayDate(new Date(transaction.created_at)),
    cpm_amount: writtenAmount(transaction.amount, settings),
    cpm_currency: transaction.currency,
    signature: transaction.signature,
    payment_method: transaction.payment_method ?? '',
    cel_phone_num: transaction.paid_number ?? '',
    cpm_phone_prefixe: transaction.paid_prefix ?? '',
    cpm_language: transaction.lang,
    cpm_version: 'V4',
    cpm_payment_config: 'Single',
    cpm_page_action: 'Payment',
    cpm_custom: transaction.metadata ?? '',
    cpm_designation: transaction.description,
    cpm_error_message: MESSAGES[transaction.code],
  };
}

/** The form with a lie in it, for the faults that tell one; still signed by the site. */
export function distort(form: NotificationForm, fault: Fault | undefined): NotificationForm {
  if (fault?.kind === 'wrong_amount') return { ...form, cpm_amount: String(Number(form.cpm_amount) + 5) };
  if (fault?.kind === 'wrong_currency') return { ...form, cpm_currency: anotherCurrency(form.cpm_currency) };
  return form;
}

/** The body of the POST, fields in signing order. */
export function encodeForm(form: NotificationForm): string {
  return new URLSearchParams(FORM_FIELDS.map((field): [string, string] => [field, form[field]])).toString();
}
