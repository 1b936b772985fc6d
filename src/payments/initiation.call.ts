import { Injectable } from '@nestjs/common';
import { Budget } from '../cinetpay/budget';
import { CinetpayClient } from '../cinetpay/cinetpay.client';
import type { InitiationOutcome, NoSlot } from '../cinetpay/outcomes';
import { contend } from '../common/contention';
import { CrashPoints } from '../common/crash-points';
import { Config } from '../config/config';
import { Sites } from '../sites/sites.service';
import { decideInitiation, giveUp } from './initiation.decision';
import { Leases } from './leases';
import { isInitiationOver } from './schedule';
import type { Transaction } from './transaction.entity';
import type { Claim } from './transaction.rows';
import type { Asked } from './settlement';
import { TransactionStore } from './transaction.store';

/** Asks CinetPay for the counter of a saved order, inside the budget, and writes down what it said. */
@Injectable()
export class InitiationCall {
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
   * @returns the row as CinetPay's answer left it, or that the budget had no slot: then nothing was sent and no try is counted. A row that is
   * too old to be sent is given up instead.
   */
  async run(claim: Claim): Promise<Transaction | NoSlot> {
    const { row, time } = claim;
    // Nobody had it for a day (an outage, a pause): the customer of a counter so late is long gone.
    if (isInitiationOver(row, time.now())) return this.giveUp(claim);
    const site = this.sites.get(row.site_id);
    let at = time.now();
    const outcome = await this.leases.during(claim, () =>
      this.budget.run<InitiationOutcome>(site, 'initiation', row.transaction_id, () => {
        at = time.now();
        return this.client.initiate(site, row.transaction_id, row.wire_body, claim.requestId);
      }),
    );
    if (outcome.kind === 'no_slot') {
      await this.store.release(claim, 'initiation', outcome.retryInMs);
      return outcome;
    }
    this.crashPoints.at('after-call');
    const after = await this.settle(claim, outcome, { answer: outcome.answer, at });
    this.crashPoints.at('after-settle');
    return after;
  }

  private async giveUp(claim: Claim): Promise<Transaction> {
    const { row, lease } = claim;
    const now = claim.time.now();
    return (await this.store.settle({ row, decision: giveUp(now), now, lease })) ?? this.store.reread(claim);
  }

  private async settle(claim: Claim, outcome: InitiationOutcome, asked: Asked): Promise<Transaction> {
    const { checkScheduleSeconds: checks, initiationRetrySeconds: retries } = this.config;
    let { row } = claim;
    let lease: number | null = claim.lease;
    return contend(async () => {
      const now = claim.time.now();
      const context = { now, schedules: { checks, retries }, sentBefore: claim.sentBefore };
      const decision = decideInitiation(row, outcome, context);
      this.crashPoints.at('before-settle');
      const after = await this.store.settle({ row, decision, now, lease, asked });
      if (after) return after;
      row = await this.store.reread(claim);
      if (row.lease_number === claim.lease) return undefined;
      // Another worker took over, and will decide; only a link that it does not have is still worth writing.
      lease = null;
      if (outcome.kind === 'created' && lacksLink(row)) return undefined;
      await this.store.keepAnswer(row.transaction_id, asked);
      return row;
    });
  }
}

function lacksLink({ payment_url, status }: Transaction): boolean {
  return payment_url === null && (status === 'created' || status === 'pending' || status === 'accepted');
}
