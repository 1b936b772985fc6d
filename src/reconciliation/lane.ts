import { logError } from '../common/logger';
import { Poller } from '../common/poller';

/** Our choice: a flood of nudges must not become a flood of looks. The first nudge after a quiet time is heard at once. */
const REST_MS = 10;

/** One kind of due work: how to claim some of it, and how to do one piece. */
export interface LaneOptions<Claim> {
  /** For log lines. */
  name: string;
  /** Pieces that run at the same time. */
  concurrency: number;
  /** Milliseconds between looks when nothing wakes it. */
  idleMs: number;
  /** Takes at most `limit` due pieces. */
  claim: (limit: number) => Promise<Claim[]>;
  /** Does one piece; a fault leaves it claimed until its lease is over. */
  work: (claim: Claim) => Promise<void>;
}

/** Claims due work whenever there is room for more, and does several pieces at once. */
export class Lane<Claim> {
  private readonly poller: Poller;
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly options: LaneOptions<Claim>) {
    const { name, idleMs } = options;
    this.poller = new Poller({ name, idleMs, restMs: REST_MS, round: () => this.round() });
  }

  start(): void {
    this.poller.start();
  }

  /** There may be something due now. */
  nudge(): void {
    this.poller.nudge();
  }

  /** Claims nothing more and waits for the pieces under way. */
  async stop(): Promise<void> {
    await this.poller.stop();
    await Promise.all(this.running);
  }

  private async round(): Promise<boolean> {
    const room = this.options.concurrency - this.running.size;
    if (room > 0) for (const claim of await this.options.claim(room)) this.begin(claim);
    return false;
  }

  private begin(claim: Claim): void {
    const piece: Promise<void> = this.options
      .work(claim)
      .catch((error: unknown) => logError(`${this.options.name} left a piece of work to its lease`, error))
      .finally(() => {
        this.running.delete(piece);
        // Not after each piece: a claim of half the room costs as much as a claim of one.
        if (this.running.size <= this.options.concurrency / 2) this.nudge();
      });
    this.running.add(piece);
  }
}
