import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem';
import { Config } from '../config/config';
import { checkoutUrl } from '../payments/payment.json';
import type { Transaction } from '../payments/transaction.entity';
import type { Seen } from '../payments/transaction.rows';
import { TransactionStore } from '../payments/transaction.store';
import { Sites } from '../sites/sites.service';
import type { ShownOrder } from './order.pieces';
import { viewOf, type View } from './view';

/** What a token can look like (common/ids.ts makes them); anything else is not worth a question to the database. */
const TOKEN = /^[\w-]{1,100}$/;

/** An order as its customer finds it. */
export interface Looked {
  order: ShownOrder;
  view: View;
}

/** Finds orders by their checkout token. Looking changes nothing. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly store: TransactionStore,
    private readonly sites: Sites,
    private readonly config: Config,
  ) {}

  /** @throws Problem not_found when no order has this token */
  async look(token: string): Promise<Looked> {
    const { row, time } = await this.seen(token);
    const view = viewOf(row, await this.store.isPaidOtherwise(row), time.now().getTime());
    return { order: this.shown(row), view };
  }

  /** @throws Problem not_found when no order has this token */
  async find(token: string): Promise<Transaction> {
    return (await this.seen(token)).row;
  }

  /** The customer has been somewhere: CinetPay is worth asking. Nothing the browser says goes in. */
  async wake(row: Transaction): Promise<void> {
    await this.store.wake(row.transaction_id);
  }

  private async seen(token: string): Promise<Seen> {
    const seen = TOKEN.test(token) ? await this.store.findByToken(token) : undefined;
    if (!seen) throw new Problem('not_found', 'There is no payment under this address.');
    return seen;
  }

  private shown(row: Transaction): ShownOrder {
    const { pathname } = new URL(checkoutUrl(this.config.publicUrl, row.checkout_token));
    return { row, shop: this.sites.byId(row.site_id)?.name ?? '', path: pathname };
  }
}
