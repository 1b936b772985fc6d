import { Injectable } from '@nestjs/common';
import { seamlessOrder, seamlessSources } from '../cinetpay/seamless';
import { Problem } from '../common/problem';
import { Config } from '../config/config';
import { checkoutUrl } from '../payments/payment.json';
import type { Transaction } from '../payments/transaction.entity';
import { Sites } from '../sites/sites.service';
import type { ShownOrder } from './order.pieces';
import type { Page } from './page';
import { messagePage } from './pages';
import type { SeamlessDto } from './seamless.dto';
import { seamlessPage } from './seamless.page';
import type { View } from './view';

/** Hands orders to CinetPay's script, in our page or the caller's. */
@Injectable()
export class SeamlessService {
  constructor(
    private readonly sites: Sites,
    private readonly config: Config,
  ) {}

  /** Our page around the script. */
  pageOf(order: ShownOrder): Page {
    const { row } = order;
    const site = this.sites.get(row.site_id);
    // Its key is no longer meant for browsers.
    if (!site.seamless) return messagePage('seamlessOff', 409, row.lang);
    const { seamlessScriptUrl: scriptUrl, cinetpayBaseUrl } = this.config;
    const sources = seamlessSources(scriptUrl, cinetpayBaseUrl);
    return seamlessPage(order, { scriptUrl, sources, given: seamlessOrder(row.wire_body, site) });
  }

  /** @throws Problem conflict when the order is not for the script, or must not be paid any more; seamless_not_allowed when its site is not */
  configurationOf(row: Transaction, view: View): SeamlessDto {
    if (row.integration !== 'seamless')
      throw new Problem(
        'conflict',
        'This payment has a payment_url; ask for integration "seamless" to use the script.',
      );
    if (view !== 'seamless') throw new Problem('conflict', 'This payment must not be paid any more.');
    const site = this.sites.get(row.site_id);
    if (!site.seamless) throw new Problem('seamless_not_allowed', 'The site no longer allows it.');
    return {
      script_url: this.config.seamlessScriptUrl,
      ...seamlessOrder(row.wire_body, site),
      seen_url: `${checkoutUrl(this.config.publicUrl, row.checkout_token)}/seen`,
    };
  }
}
