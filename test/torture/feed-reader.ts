import { pause } from '../../src/common/clock';
import type { Callers } from './callers';

interface FeedEvent {
  id: string;
  position: number;
  type: string;
  data: { payment: { transaction_id: string } };
}

/** A caller that follows the feed with a cursor the whole time. */
export class FeedReader {
  readonly seen: FeedEvent[] = [];
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(private readonly callers: Callers) {}

  start(): void {
    this.running = this.follow();
  }

  /** Reads to the end of the feed and stops. */
  async finish(): Promise<void> {
    this.stopped = true;
    await this.running;
    while (await this.readOn());
  }

  private async follow(): Promise<void> {
    while (!this.stopped) if (!(await this.readOn())) await pause(200);
  }

  private async readOn(): Promise<boolean> {
    const after = this.seen.at(-1)?.position ?? 0;
    const { body } = await this.callers.read(`/v1/events?after=${after}&limit=100`);
    const events = (body.data ?? []) as FeedEvent[];
    this.seen.push(...events);
    return events.length > 0;
  }
}
