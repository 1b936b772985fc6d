import { Injectable } from '@nestjs/common';
import { Budget } from '../cinetpay/budget';
import { CinetpayClient } from '../cinetpay/cinetpay.client';
import type { CheckOutcome, Lane, NoSlot } from '../cinetpay/outcomes';
import { contend } from '../common/contention';
import { CrashPoints } from '../common/crash-points';
import { Config } from '../config/config';
import { Sites } from '../sites/sites.service';
import { decideCheck } from './check.decision';
import { Leases } from './leases';
import type { Transaction } from './transaction.entity';
import type { Claim } from './transaction.rows';
import type { Asked, Settlement } from './settlement';
import { TransactionStore } from './transaction.store';

/** The one way to learn the truth: ask CinetPay, compare with the row, write down what follows. Everybody comes through here. */
@Injectable()
export class Verification {
  constructor(
    private readonly store: TransactionStore,
    private readonly leases: Leases,
    private readonly sites: Sites,
    private readonly budget: Budget,
    private readonly client: CinetpayClient,
    private readonly crashPoints: CrashPoints,
    private readonly config: Config,
  ) {}

  /**
   * Checks a claimed row inside the budget.
   * @param claimedAs which due time a claim without a slot is handed back to
   * @returns the row as the answer left it, or that the budget had no slot: then CinetPay was not asked
   */
  async run(claim: Claim, lane: Lane, claimedAs: 'initiation' | 'check' = 'check'): Promise<Transaction | NoSlot> {
    const { row, time } = claim;
    const site = this.sites.get(row.site_id);
    let at = time.now();
    const outcome = await this.leases.during(claim, () =>
      this.budget.run<CheckOutcome>(site, lane, row.transaction_id, () => {
        at = time.now();
        return this.client.check(site, row.transaction_id, claim.requestId);
      }),
    );
    if (outcome.kind === 'no_slot') {
      await this.store.release(claim, claimedAs, outcome.retryInMs);
      return outcome;
    }
    this.crashPoints.at('after-check');
    return this.settle(claim, outcome, { answer: outcome.answer, at });
  }

  private async settle(claim: Claim, outcome: CheckOutcome, asked: Asked): Promise<Transaction> {
    let { row } = claim;
    return contend(async () => {
      const after = await this.write(row, claim, outcome, asked);
      if (after) return after;
      row = await this.store.reread(claim);
      if (row.lease_number === claim.lease) return undefined;
      // Another worker took over and asks for itself: one decides.
      await this.store.keepAnswer(row.transaction_id, asked);
      return row;
    });
  }

  private async write(
    row: Transaction,
    { lease, time }: Claim,
    outcome: CheckOutcome,
    asked: Asked,
  ): Promise<Transaction | undefined> {
    const { checkScheduleSeconds: checks, initiationRetrySeconds: retries } = this.config;
    const now = time.now();
    const settlement = (paidOtherwise: boolean): Settlement => {
      const decision = decideCheck(row, outcome, { now, schedules: { checks, retries }, paidOtherwise });
      return { row, decision, now, lease, asked };
    };
    const plain = settlement(false);
    return plain.decision.door === 'pay' ? this.store.settlePaid(row, settlement) : this.store.settle(plain);
  }
}
