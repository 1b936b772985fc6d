import { Injectable } from '@nestjs/common';
import { contend } from '../common/contention';
import { Problem } from '../common/problem';
import { Config } from '../config/config';
import { INITIATED, type Decision } from './decision';
import { nextCheckAt } from './schedule';
import { EVENT_OF, MOVES } from './status';
import type { Transaction } from './transaction.entity';
import type { Review } from './settlement';
import { TransactionStore } from './transaction.store';

/** What people decide about a payment: its caller takes it back, an admin resolves a contradiction. Nobody accepts by hand. */
@Injectable()
export class PaymentCare {
  constructor(
    private readonly store: TransactionStore,
    private readonly config: Config,
  ) {}

  /** Frees the order's door; checks go on and a late acceptance still counts. Closing twice is closing once. */
  async close(row: Transaction): Promise<Transaction> {
    return this.decide(row, (current, now) => {
      if (current.closed) return undefined;
      if (current.status === 'accepted') throw new Problem('conflict', 'It is paid: there is nothing to close.');
      // No counter is asked for any more; a check tells whether there was one.
      const initiation =
        current.initiation === 'send' ? { initiation: 'give_up' as const, next_initiation_at: now } : {};
      return { patch: { closed: true, ...initiation }, cause: 'close', events: [], door: 'free' };
    });
  }

  /** @throws Problem conflict when the resolution does not fit the payment's state */
  async review(row: Transaction, review: Review): Promise<Transaction> {
    return this.decide(
      row,
      (current, now) => {
        switch (review.resolution as Resolution) {
          case 'refused':
            return this.refuse(current, now);
          case 'keep_open':
            return this.keepOpen(current, now);
          case 'acknowledged':
            return acknowledge(current);
        }
      },
      review,
    );
  }

  private refuse(row: Transaction, now: Date): Decision {
    if (isFlaggedEnd(row)) return UNFLAGGED;
    if (!MOVES[row.status].includes('refused'))
      throw new Problem('conflict', `A payment that is ${row.status} cannot be refused.`);
    const refused = { ...row, status: 'refused' as const, checks_from: now, needs_review: false };
    const patch = {
      ...{ status: refused.status, status_reason: 'reviewed', needs_review: false, checks_from: now, failed_checks: 0 },
      ...INITIATED,
      next_check_at: this.next(refused, now),
    };
    return { patch, cause: 'review', events: [EVENT_OF.refused], door: 'free' };
  }

  private keepOpen(row: Transaction, now: Date): Decision {
    if (row.status === 'accepted') throw new Problem('conflict', 'It is paid; acknowledge it instead.');
    const open = { ...row, checks_from: now, needs_review: false };
    const patch = { needs_review: false, checks_from: now, failed_checks: 0, next_check_at: this.next(open, now) };
    return { patch, cause: 'review', events: [] };
  }

  private next(row: Transaction, now: Date): Date | null {
    return nextCheckAt(row, now, {
      checks: this.config.checkScheduleSeconds,
      retries: this.config.initiationRetrySeconds,
    });
  }

  // Decided again whenever the row has changed in between: a person's word needs no lease and never waits for a call in flight.
  private async decide(
    row: Transaction,
    by: (current: Transaction, now: Date) => Decision | undefined,
    review?: Review,
  ): Promise<Transaction> {
    return contend(async () => {
      const seen = await this.store.find(row.transaction_id);
      if (!seen) throw new Error(`transaction ${row.transaction_id} is gone`);
      const now = seen.time.now();
      const decision = by(seen.row, now);
      return decision ? this.store.settle({ row: seen.row, decision, now, lease: null, review }) : seen.row;
    });
  }
}

const UNFLAGGED: Decision = { patch: { needs_review: false }, cause: 'review', events: [] };

// CinetPay goes on claiming the same: asked by the clock it would only raise the flag again. A notification or `verify` still asks.
function isFlaggedEnd({ status, needs_review }: Transaction): boolean {
  return needs_review && (status === 'refused' || status === 'rejected');
}

export const RESOLUTIONS = ['refused', 'keep_open', 'acknowledged'] as const;
type Resolution = (typeof RESOLUTIONS)[number];

function acknowledge(row: Transaction): Decision {
  if (row.status !== 'accepted' || !row.needs_review) {
    throw new Problem('conflict', 'Only an accepted payment that needs review can be acknowledged.');
  }
  return UNFLAGGED;
}
