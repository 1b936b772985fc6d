import { pause } from '../common/clock';
import { logError, logWarn } from '../common/logger';
import type { SettledAttempt } from './delivery.store';

/** Attempts that one statement writes, at most. */
const BATCH = 500;
/** How long the first of a batch waits for others (our choice): a commit of many costs as much as a commit of one. */
const GATHER_MS = 5;
const RETRY_MS = 500;

/**
 * Writes back what came of attempts, many in one statement. While the database is away they wait here: what is written
 * late is still the truth, unless somebody else has claimed the delivery meanwhile.
 */
export class WriteBack {
  private waiting: SettledAttempt[] = [];
  private running: Promise<void> | undefined;
  private isLast = false;

  /**
   * @param settle writes a batch and returns how many were written
   * @param written hears of every batch that is done with
   */
  constructor(
    private readonly settle: (batch: SettledAttempt[]) => Promise<number>,
    private readonly written: (batch: SettledAttempt[]) => void,
  ) {}

  add(attempt: SettledAttempt): void {
    this.waiting.push(attempt);
    this.running ??= this.run();
  }

  /** Resolves when everything is written; what cannot be written now is left to the leases. */
  async close(): Promise<void> {
    this.isLast = true;
    await this.running;
  }

  private async run(): Promise<void> {
    await pause(GATHER_MS);
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      if (await this.write(batch)) continue;
      if (this.isLast) break;
      this.waiting.unshift(...batch);
      await pause(RETRY_MS);
    }
    this.running = undefined;
  }

  private async write(batch: SettledAttempt[]): Promise<boolean> {
    try {
      const lost = batch.length - (await this.settle(batch));
      if (lost > 0) logWarn('leases of deliveries were lost: their attempts count for nobody', { count: lost });
    } catch (error) {
      logError('attempts could not be written back yet', error);
      return false;
    }
    this.written(batch);
    return true;
  }
}
