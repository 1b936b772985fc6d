import { Injectable } from '@nestjs/common';
import { TransactionStore } from './transaction.store';
import type { Claim } from './transaction.rows';

/** A lease lasts 10 s (claim.statements.ts); renewed so often, it survives two renewals that fail. */
const RENEW_MS = 3_000;

/** Keeps a claim alive while its work runs. A lease that is lost all the same is found out by the write that names it. */
@Injectable()
export class Leases {
  constructor(private readonly store: TransactionStore) {}

  async during<T>({ row, lease }: Claim, work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      void this.store.renew(row.transaction_id, lease).catch(() => undefined);
    }, RENEW_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }
}
