import { Injectable } from '@nestjs/common';
import { seesAll, type Caller } from '../auth/caller';
import { Problem } from '../common/problem';
import type { ShownTransaction } from './payment.json';
import type { Transaction } from './transaction.entity';
import { TransactionStore } from './transaction.store';
import { Verification } from './verification';

/** Finds a caller's payment, and asks CinetPay about it on the spot. */
@Injectable()
export class PaymentQuestions {
  constructor(
    private readonly store: TransactionStore,
    private readonly verification: Verification,
  ) {}

  /** @throws Problem not_found, also for another caller's payment */
  async find(transactionId: string, caller: Caller): Promise<Transaction> {
    const seen = await this.store.find(transactionId);
    return visible(seen?.row, caller);
  }

  /** The same, of which nothing but what is shown has to be known. */
  async show(transactionId: string, caller: Caller): Promise<ShownTransaction> {
    return visible(await this.store.show(transactionId), caller);
  }

  /** Asks now if nobody else does and the budget allows it, otherwise soon. `isAnswered`: the row is what CinetPay just said. */
  async verify(row: Transaction, requestId?: string): Promise<{ row: Transaction; isAnswered: boolean }> {
    if (row.status === 'accepted') return { row, isAnswered: true };
    const claim = await this.store.claimOne(row.transaction_id);
    if (!claim) {
      await this.store.wake(row.transaction_id);
      return { row, isAnswered: false };
    }
    const asked = await this.verification.run({ ...claim, requestId }, 'woken');
    return 'kind' in asked
      ? { row: claim.row, isAnswered: false }
      : { row: asked, isAnswered: asked.failed_checks === 0 };
  }
}

function visible<Row extends Pick<Transaction, 'caller'>>(row: Row | undefined, caller: Caller): Row {
  if (row && (seesAll(caller) || row.caller === caller.name)) return row;
  throw new Problem('not_found', 'There is no payment with this transaction_id.');
}
