import { Injectable } from '@nestjs/common';
import { notifySecretOf } from '../auth/notify-secret';
import { signedForm } from '../cinetpay/notification-form';
import type { NotificationForm } from '../cinetpay/signature';
import { hmac } from '../common/secret';
import { Config } from '../config/config';
import type { PaymentDto } from '../payments/payment.dto';
import { TransactionStore } from '../payments/transaction.store';
import { DeliveryForms, type OutgoingRequest, type OwedDelivery } from '../webhooks/delivery.forms';
import { USER_AGENT } from '../webhooks/standard.form';
import { dateOf } from './check.answer';

/** A payment as its event's JSON shows it. */
type Told = Omit<PaymentDto, 'created_at'> & { created_at: string };

/**
 * What a drop-in order's notify_url gets: CinetPay's GET, which says nothing, then CinetPay's form. It says what the event said
 * when it happened, so that every attempt and every replay has the same bytes.
 */
@Injectable()
export class DropInNotification {
  constructor(
    private readonly store: TransactionStore,
    private readonly config: Config,
    forms: DeliveryForms,
  ) {
    forms.set('drop_in', (delivery) => this.requestsOf(delivery));
  }

  private async requestsOf(delivery: OwedDelivery): Promise<OutgoingRequest[]> {
    const { payment } = (JSON.parse(delivery.body) as { data: { payment: Told } }).data;
    const seen = await this.store.find(payment.transaction_id);
    const secret = notifySecretOf(this.config.apiKeyPepper, delivery.caller);
    const siteId = seen?.row.drop_in?.site_id ?? payment.site_id;
    const { body, token } = signedForm(formOf(payment, siteId, secret), secret);
    const headers = { 'user-agent': USER_AGENT };
    const type = 'application/x-www-form-urlencoded';
    return [
      { method: 'GET', headers },
      { method: 'POST', headers: { ...headers, 'content-type': type, 'x-token': token }, body },
    ];
  }
}

/** CinetPay's 16 fields. The payer's number is CinetPay's to know: we keep none, so those two are empty. */
function formOf(payment: Told, siteId: string, secret: string): NotificationForm {
  return {
    cpm_site_id: siteId,
    cpm_trans_id: payment.transaction_id,
    cpm_trans_date: dateOf(new Date(payment.created_at)),
    cpm_amount: String(payment.amount),
    cpm_currency: payment.currency,
    // Opaque to everybody; CinetPay's has as many characters.
    signature: hmac(secret, payment.transaction_id).toString('hex', 0, 16),
    payment_method: payment.payment_method ?? '',
    cel_phone_num: '',
    cpm_phone_prefixe: '',
    cpm_language: payment.lang,
    cpm_version: 'V4',
    cpm_payment_config: 'Single',
    cpm_page_action: 'Payment',
    cpm_custom: payment.metadata ?? '',
    cpm_designation: payment.description,
    cpm_error_message: payment.status === 'accepted' ? 'SUCCES' : messageOf(payment.status_reason),
  };
}

/** The message of CinetPay's "CODE MESSAGE"; a person's refusal has none. */
function messageOf(reason: string | null): string {
  return /^\d+ (.+)$/.exec(reason ?? '')?.[1]?.trim() ?? 'PAYMENT_FAILED';
}
