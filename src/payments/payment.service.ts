import { Injectable } from '@nestjs/common';
import { contend } from '../common/contention';
import { CrashPoints } from '../common/crash-points';
import { logError } from '../common/logger';
import { isStorageFault, violatedConstraint } from '../common/storage-fault';
import { Config } from '../config/config';
import type { SiteConfig } from '../config/config';
import { WorkSignal } from '../database/work-signal';
import { Sites } from '../sites/sites.service';
import { Admission } from './admission';
import { InitiationCall } from './initiation.call';
import { newTransaction, type Origin } from './new-transaction';
import type { Order } from './order.pipe';
import { refuseKnown, refuseOrphan } from './repetition';
import type { Transaction } from './transaction.entity';
import type { NewTransaction, Saved } from './transaction.rows';
import { TransactionStore } from './transaction.store';

/** Whoever saves an order has its first lease. */
const FIRST_LEASE = 1;

/** What became of an order. */
export interface Initiated {
  row: Transaction;
  /** The same order had come before. */
  isRepetition: boolean;
}

/** Starts payments: saved first, then CinetPay is asked, and what it says is written down (promises 1 to 3). */
@Injectable()
export class PaymentService {
  constructor(
    private readonly store: TransactionStore,
    private readonly sites: Sites,
    private readonly admission: Admission,
    private readonly initiation: InitiationCall,
    private readonly signal: WorkSignal,
    private readonly crashPoints: CrashPoints,
    private readonly config: Config,
  ) {}

  /**
   * @returns the payment as it is now: with its link, still `created` when CinetPay gave no clear answer yet (the worker goes on), or `rejected`
   * @throws Problem when the order conflicts with an earlier one, no site takes it, or it may not come in now; then nothing was saved
   */
  async initiate(order: Order, origin: Origin): Promise<Initiated> {
    let site: SiteConfig;
    try {
      site = await this.siteFor(order, origin.caller);
    } catch (refusal) {
      const known = await this.repetition(order, origin);
      if (known) return { row: known, isRepetition: true };
      throw refusal;
    }
    return this.save(order, origin, newTransaction(order, origin, site, this.config.publicUrl));
  }

  private async siteFor(order: Order, caller: string): Promise<SiteConfig> {
    const { currency, amount, site_id: siteId, integration = 'redirect' } = order;
    const site = this.sites.choose({ currency, amount, siteId, caller, integration });
    await this.admission.admit(site);
    return site;
  }

  /** The earlier payment that this order repeats. @throws Problem when it is another order under the same key, id or reference */
  private async repetition(order: Order, { caller, key }: Origin): Promise<Transaction | undefined> {
    const { transaction_id: id = null, order_reference: reference = null } = order;
    if (key === null && id === null && reference === null) return undefined;
    const known = await this.store.lookup(caller, key, id, reference);
    if (known) refuseKnown(known, order, caller);
    return known?.row;
  }

  private async save(order: Order, origin: Origin, transaction: NewTransaction): Promise<Initiated> {
    return contend(async () => {
      const claim = await this.insert(transaction);
      if (claim) return { row: await this.ask({ ...claim, requestId: origin.requestId }), isRepetition: false };
      // Its key, its id or its order's door is taken. Nobody looks first: most orders are new, and the insert finds out by itself.
      const known = await this.repetition(order, origin);
      if (known) return { row: known, isRepetition: true };
      const orphan = order.order_reference && (await this.store.orphanedDoor(origin.caller, order.order_reference));
      if (orphan) refuseOrphan(orphan);
      // The door's owner left between the two looks.
      return undefined;
    });
  }

  private async insert(transaction: NewTransaction): Promise<Saved | undefined> {
    const isSeamless = transaction.integration === 'seamless';
    const firstCheck = isSeamless ? (this.config.checkScheduleSeconds[0] ?? 0) : null;
    try {
      return await this.store.insert(transaction, firstCheck);
    } catch (error) {
      if (violatedConstraint(error) !== undefined) return undefined;
      if (!isStorageFault(error)) throw error;
      return this.reread(transaction, error);
    }
  }

  // A connection that broke at COMMIT may have committed: never inserted again blindly, and CinetPay hears of it only if it is there.
  private async reread(transaction: NewTransaction, fault: unknown): Promise<Saved> {
    const seen = await this.store.find(transaction.transaction_id);
    if (seen?.row.checkout_token !== transaction.checkout_token) throw fault;
    return { ...seen, lease: seen.row.lease_number, sentBefore: false, olderWait: false };
  }

  private async ask(claim: Saved): Promise<Transaction> {
    this.crashPoints.at('after-insert');
    // Found late after a fault it may be another's already, who asks for its counter.
    if (claim.row.integration === 'seamless' || claim.lease > FIRST_LEASE) return claim.row;
    try {
      const asked = claim.olderWait ? await this.standInLine(claim) : await this.initiation.run(claim);
      if (asked && !('kind' in asked)) return asked;
    } catch (error) {
      // It is saved: whatever failed since, the worker finishes it.
      logError('an initiation was left to the worker', error, { transaction_id: claim.row.transaction_id });
    }
    this.signal.nudge('initiation');
    return claim.row;
  }

  // The older ones are the workers', and so is this one behind them.
  private async standInLine(claim: Saved): Promise<undefined> {
    await this.store.release(claim, 'initiation', 0);
  }
}
