import { Injectable } from '@nestjs/common';
import { CrashPoints } from '../common/crash-points';
import { logError } from '../common/logger';
import { isStorageFault, violatedConstraint } from '../common/storage-fault';
import { Config } from '../config/config';
import { WorkSignal } from '../database/work-signal';
import { Sites } from '../sites/sites.service';
import { Admission } from './admission';
import { InitiationCall } from './initiation.call';
import { newTransaction, type Origin } from './new-transaction';
import type { Order } from './order.pipe';
import { refuseKnown } from './repetition';
import type { Transaction } from './transaction.entity';
import type { Claim } from './transaction.rows';
import { TransactionStore, type NewTransaction } from './transaction.store';

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
    const known = await this.repetition(order, origin);
    if (known) return { row: known, isRepetition: true };
    const site = this.sites.choose({
      currency: order.currency,
      amount: order.amount,
      siteId: order.site_id,
      caller: origin.caller,
      integration: order.integration ?? 'redirect',
    });
    await this.admission.admit(site);
    return this.save(order, origin, newTransaction(order, origin, site, this.config.publicUrl));
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
    const claim = await this.insert(transaction);
    if (claim) return { row: await this.ask({ ...claim, requestId: origin.requestId }), isRepetition: false };
    // Lost a race, or the door is taken: whoever won is there now.
    const known = await this.repetition(order, origin);
    if (known) return { row: known, isRepetition: true };
    // The door's owner left between the two looks.
    return this.save(order, origin, transaction);
  }

  private async insert(transaction: NewTransaction): Promise<Claim | undefined> {
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
  private async reread(transaction: NewTransaction, fault: unknown): Promise<Claim> {
    const seen = await this.store.find(transaction.transaction_id);
    if (seen?.row.checkout_token !== transaction.checkout_token || seen.row.lease_number > 1) throw fault;
    return { ...seen, lease: seen.row.lease_number, sentBefore: false };
  }

  private async ask(claim: Claim): Promise<Transaction> {
    this.crashPoints.at('after-insert');
    if (claim.row.integration === 'seamless') return claim.row;
    try {
      const asked = await this.initiation.run(claim);
      if (!('kind' in asked)) return asked;
    } catch (error) {
      // It is saved: whatever failed since, the worker finishes it.
      logError('an initiation was left to the worker', error, { transaction_id: claim.row.transaction_id });
    }
    this.signal.nudge('initiation');
    return claim.row;
  }
}
