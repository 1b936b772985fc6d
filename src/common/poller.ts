import { pause } from './clock';
import { logError } from './logger';

export interface PollerOptions {
  /** For log lines. */
  name: string;
  /** Milliseconds to wait after a round that found nothing; a nudge ends the wait early. */
  idleMs: number;
  /** Rounds begin at least so many milliseconds apart (0 when absent): under load one look serves many nudges. */
  restMs?: number;
  /** One round. Returns whether there may be more to do at once. */
  round: (signal: AbortSignal) => Promise<boolean>;
}

/** Repeats one round of work for ever, never overlapping itself; faults are logged and waited out. */
export class Poller {
  private readonly stopping = new AbortController();
  /** Somebody nudged since the last round began. */
  private isNudged = false;
  private endWait: () => void = () => undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: PollerOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Ends the present wait: there is something to do now. Every request may call it, so it costs next to nothing. */
  nudge(): void {
    if (this.isNudged) return;
    this.isNudged = true;
    this.endWait();
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
      const begun = performance.now();
      this.isNudged = false;
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
      else if (!more) await this.idle(begun);
    }
  }

  private async idle(begun: number): Promise<void> {
    if (!this.isNudged) await this.nudgedOrIdle();
    const rest = begun + (this.options.restMs ?? 0) - performance.now();
    if (rest > 0) await pause(rest, this.stopping.signal);
  }

  private nudgedOrIdle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.idleMs);
      this.endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
