import { pause } from './clock';
import { logError } from './logger';

export interface PollerOptions {
  /** For log lines. */
  name: string;
  /** Milliseconds to wait after a round that found nothing; a nudge ends the wait early. */
  idleMs: number;
  /** One round. Returns whether there may be more to do at once. */
  round: (signal: AbortSignal) => Promise<boolean>;
}

/** Repeats one round of work for ever, never overlapping itself; faults are logged and waited out. */
export class Poller {
  private readonly stopping = new AbortController();
  private nudged = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: PollerOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Ends the present wait: there is something to do now. */
  nudge(): void {
    this.nudged.abort();
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.nudge();
    await this.running;
  }

  private async run(): Promise<void> {
    let faults = 0;
    while (!this.stopping.signal.aborted) {
      this.nudged = new AbortController();
      let more = false;
      try {
        more = await this.options.round(this.stopping.signal);
        faults = 0;
      } catch (error) {
        faults++;
        logError(`${this.options.name} failed, trying again`, error);
      }
      // A fault must not turn into a busy loop, whatever nudges arrive.
      if (faults > 0) await pause(Math.min(250 * 2 ** Math.min(faults, 4), 2_000), this.stopping.signal);
      else if (!more) await pause(this.options.idleMs, this.nudged.signal);
    }
  }
}
