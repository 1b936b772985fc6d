import { Injectable } from '@nestjs/common';
import { Budget } from '../cinetpay/budget';
import { Problem } from '../common/problem';
import { Config } from '../config/config';
import type { SiteConfig } from '../config/config';
import { TransactionStore } from './transaction.store';

/** How old a count of the backlog may be; the limit is a safety valve, not a promise to the last order. */
const COUNT_LASTS_MS = 250;
/** Our choice, for `Retry-After`. */
const BACKLOG_RETRY_SECONDS = 10;
const PAUSE_RETRY_SECONDS = 60;

/** Decides before anything is saved whether a new order may come in at all. */
@Injectable()
export class Admission {
  private counted = { waiting: 0, until: 0 };
  private counting: Promise<number> | undefined;

  constructor(
    private readonly store: TransactionStore,
    private readonly budget: Budget,
    private readonly config: Config,
  ) {}

  /** @throws Problem site_paused or backlog_full */
  async admit(site: SiteConfig): Promise<void> {
    const pause = await this.budget.pauseOf(site.site_id);
    // A pause for 429 or an unreachable CinetPay ends by itself: orders wait for it. The others need a person.
    if (pause && pause.cause !== 'throttled' && pause.cause !== 'unreachable') {
      throw new Problem('site_paused', 'Payments of this site are paused; nothing was saved or sent.', {
        retryAfterSeconds: PAUSE_RETRY_SECONDS,
      });
    }
    if ((await this.waiting()) < this.config.backlogLimit) return;
    throw new Problem('backlog_full', 'CinetPay is behind and enough orders wait for it; nothing was saved or sent.', {
      retryAfterSeconds: BACKLOG_RETRY_SECONDS,
    });
  }

  private async waiting(): Promise<number> {
    const now = performance.now();
    if (now < this.counted.until) return this.counted.waiting;
    this.counting ??= this.count().finally(() => (this.counting = undefined));
    return this.counting;
  }

  private async count(): Promise<number> {
    const waiting = await this.store.backlog(this.config.backlogLimit);
    this.counted = { waiting, until: performance.now() + COUNT_LASTS_MS };
    return waiting;
  }
}
