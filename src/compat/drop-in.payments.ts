import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { Problem } from '../common/problem';
import { refusal } from '../common/validation';
import { Config } from '../config/config';
import { checkoutUrl } from '../payments/payment.json';
import { PaymentService } from '../payments/payment.service';
import type { Order } from '../payments/order.pipe';
import { Rejections } from '../payments/rejections';
import { Sites } from '../sites/sites.service';
import { DropInEndpoints } from '../webhooks/drop-in.endpoints';
import { dropInDifferences, readOrder } from './drop-in.order';
import { envelope, type Envelope } from './envelope';

/** Starts the payments of CinetPay's clients, as every other payment is started. */
@Injectable()
export class DropInPayments {
  constructor(
    private readonly payments: PaymentService,
    private readonly rejections: Rejections,
    private readonly sites: Sites,
    private readonly endpoints: DropInEndpoints,
    private readonly config: Config,
  ) {}

  /**
   * @returns the link to our checkout, also while CinetPay has given none: it works from now on
   * @throws Problem for everything that is no link
   */
  async initiate(body: unknown, { name: caller }: Caller, requestId: string): Promise<Envelope> {
    const { order, dropIn } = readOrder(body);
    if (this.sites.byId(dropIn.site_id)) order.site_id = dropIn.site_id;
    const endpointId = dropIn.notify_url === undefined ? null : await this.endpoints.ensure(caller, dropIn.notify_url);
    const origin = { caller, key: null, requestId, dropIn: { order: dropIn, endpointId } };
    const { row } = await this.payments
      .initiate(order, origin)
      .catch((fault: unknown) => this.explain(fault, order, caller));
    const changed = dropInDifferences(dropIn, row);
    if (changed.length > 0) throw reused(order, changed);
    if (row.status === 'rejected') throw await this.rejections.problemOf(row);
    const data = {
      payment_token: row.checkout_token,
      payment_url: checkoutUrl(this.config.publicUrl, row.checkout_token),
    };
    return envelope('201', { description: 'Transaction created with success', data });
  }

  // CinetPay has codes or a sentence of its own for what is a matter of the site.
  private explain(fault: unknown, { amount, currency, site_id: siteId }: Order, caller: string): never {
    if (!(fault instanceof Problem)) throw fault;
    if (fault.kind === 'site_currency_mismatch' || fault.kind === 'no_site_for_currency')
      throw otherCurrency(currency, this.sites.byId(siteId ?? '')?.currency);
    if (fault.extras.errors?.[0]?.code !== 'range') throw fault;
    const { min_amount: min, max_amount: max } = this.sites.siteOf({
      ...{ currency, amount, siteId, caller },
      integration: 'redirect',
    });
    throw amount < min
      ? outOfRange('641', 'ERROR_AMOUNT_TOO_LOW', `The minimum amount is ${min} ${currency}`)
      : outOfRange('642', 'ERROR_AMOUNT_TOO_HIGH', `The maximum amount is ${max} ${currency}`);
  }
}

// Official page, to the letter: integrators look for "Account currency".
function otherCurrency(currency: string, account: string | undefined): Problem {
  const refused = 'You cannot create a transaction in a different currency than the one allowed to your account.';
  const of = account === undefined ? '' : ` Account currency:'${account}'`;
  return new Problem('site_currency_mismatch', `${refused} Transaction currency:'${currency}'${of}`);
}

function outOfRange(code: string, message: string, description: string): Problem {
  const cinetpay = { code, message, description, api_response_id: null };
  return new Problem('validation_failed', description, { cinetpay });
}

function reused({ transaction_id }: Order, names: string[]): Problem {
  const detail = `differs from the earlier request with the same transaction_id ${transaction_id}`;
  return refusal(names.map((name) => ({ pointer: `/${name}`, code: 'not_allowed' as const, detail })));
}
