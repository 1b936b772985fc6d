import { Injectable } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { logError } from '../common/logger';
import { BlockStore } from './block.store';
import { KeyCount, type Block } from './key.count';
import { Loans } from './loans';
import { Replicas } from './replicas';
import type { Standing } from './standing';

/** Of the limit, over all replicas: what others hold unused is how far below the limit a key may be stopped (contract: ± 10 %). */
const SHARE_IN_BLOCKS = 0.1;
/** Longer than this no request waits for its block. */
const PATIENCE_MS = 1_000;
/** So long the database is not asked again after it did not answer. */
const ASK_AGAIN_MS = 1_000;
/** Keys counted at once (our choice: about 2 MB). Beyond it the oldest count is forgotten with its block. */
const MAX_KEYS = 10_000;

type Record = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * One limit over replicas without a round trip per request: each takes blocks from Postgres and counts them down in memory. The
 * package's own storage keeps every request of a window and looks at all of them each time.
 */
@Injectable()
export class BlockStorage implements ThrottlerStorage {
  private readonly counts = new Map<string, KeyCount>();
  private readonly loans = new Loans();
  /** On `performance.now()`. */
  private askFrom = -Infinity;

  constructor(
    private readonly store: BlockStore,
    private readonly replicas: Replicas,
  ) {}

  /** As the package asks; its times are seconds. */
  async increment(key: string, ttl: number, limit: number): Promise<Record> {
    const { isAllowed, remaining, endsInMs } = await this.take(key, ttl, limit);
    const seconds = Math.ceil(endsInMs / 1000);
    return {
      totalHits: isAllowed ? limit - remaining : limit + 1,
      timeToExpire: seconds,
      isBlocked: !isAllowed,
      timeToBlockExpire: isAllowed ? 0 : seconds,
    };
  }

  /** Counts one request. Never throws: without a database the limit is kept by each process for itself. */
  take(key: string, windowMs: number, limit: number): Promise<Standing> {
    let count = this.counts.get(key);
    if (!count) {
      count = new KeyCount((unused) => this.block(key, windowMs, limit, unused));
      this.counts.set(key, count);
      // A map keeps the order of insertion.
      if (this.counts.size > MAX_KEYS) this.counts.delete(this.counts.keys().next().value!);
    }
    return count.take();
  }

  private async block(key: string, windowMs: number, limit: number, unused: number): Promise<Block> {
    const { live } = this.replicas;
    const size = Math.max(1, Math.floor((limit * SHARE_IN_BLOCKS) / live));
    if (performance.now() >= this.askFrom) {
      try {
        const block = await inTime(this.store.take(key, size, limit, windowMs));
        if (this.askFrom > 0) this.loans.forget();
        this.askFrom = -Infinity;
        return block;
      } catch (fault) {
        this.askFrom = performance.now() + ASK_AGAIN_MS;
        logError('the throttle counts by itself while the database is away', fault);
      }
    }
    const share = Math.max(1, Math.ceil(limit / live));
    return this.loans.lend(key, { size, share, windowMs, askAgainMs: ASK_AGAIN_MS, unused });
  }
}

// A block that comes too late is lost, which only makes the limit lower for a window.
function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no block in time')), PATIENCE_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
