import { answerParent } from '../child';
import { percentile } from '../statistics';
import { Connection, type Response } from './connection';
import type { Job, Outcome } from './job';
import { EXPECTED, remember, requestsOf } from './requests';

/** A connection that does not answer for this long is taken for broken. */
const STALLED_MS = 30_000;

/** The load generator: a process of its own, so that its event loop is not that of what it measures. */
answerParent<Job, Outcome>(async (job) => {
  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => Connection.open(job.target.port)),
  );
  const run = new Run(job, connections);
  try {
    return await run.whole();
  } finally {
    for (const connection of connections) connection.close();
  }
});

class Run {
  private readonly next: () => string;
  private readonly latencies: number[] = [];
  private readonly statuses: Record<string, number> = {};
  private readonly free: Connection[];
  private readonly waiting: number[] = [];
  private sent = 0;
  private began = 0;
  private resolve!: () => void;
  private reject!: (error: Error) => void;
  private isOver = false;

  constructor(
    private readonly job: Job,
    connections: Connection[],
  ) {
    this.next = requestsOf(job);
    this.free = [...connections];
  }

  async whole(): Promise<Outcome> {
    const ended = new Promise<void>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    const guard = setTimeout(
      () => this.reject(new Error('the load stalled')),
      (this.job.milliseconds ?? 240_000) + STALLED_MS,
    );
    this.began = performance.now();
    if (this.job.perSecond === undefined) while (this.free.length > 0 && this.mayGoOn()) this.send(performance.now());
    else this.tick();
    await ended.finally(() => clearTimeout(guard));
    return this.outcome();
  }

  // Sends what is due by now; a late timer catches up, and what finds no free connection waits and is counted from when it was due.
  private tick(): void {
    const { perSecond = 1, milliseconds = 0 } = this.job;
    const due = Math.min(performance.now() - this.began, milliseconds) * (perSecond / 1000);
    while (this.sent + this.waiting.length < due) {
      const at = this.began + ((this.sent + this.waiting.length) * 1000) / perSecond;
      if (this.free.length > 0) this.send(at);
      else this.waiting.push(at);
    }
    if (performance.now() - this.began < milliseconds) setTimeout(() => this.tick(), 1);
    else this.endIfIdle();
  }

  private send(at: number): void {
    const connection = this.free.pop()!;
    this.sent++;
    connection.send(this.next(), (response) => this.hear(connection, response, at), this.reject);
  }

  private hear(connection: Connection, response: Response, at: number): void {
    const now = performance.now();
    this.latencies.push(now - at);
    this.judge(response);
    this.free.push(connection);
    if (this.waiting.length > 0) this.send(this.waiting.shift()!);
    else if (this.job.perSecond === undefined && this.mayGoOn()) this.send(now);
    else this.endIfIdle();
  }

  private judge({ status, bytes }: Response): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    const { path, target, tolerant } = this.job;
    if (tolerant) return;
    if (status !== EXPECTED[path])
      this.reject(new Error(`${target.name} answered ${path} with ${status}: ${bytes.toString('latin1', 0, 1500)}`));
    else if (path === 'P1') remember(target, bytes);
  }

  private mayGoOn(): boolean {
    const { milliseconds = Infinity, requests = Infinity } = this.job;
    return this.sent < requests && performance.now() - this.began < milliseconds;
  }

  private endIfIdle(): void {
    const over =
      this.job.perSecond === undefined ? !this.mayGoOn() : performance.now() - this.began >= this.job.milliseconds!;
    if (!over || this.isOver || this.free.length < this.job.connections) return;
    this.isOver = true;
    this.resolve();
  }

  private outcome(): Outcome {
    const seconds = (performance.now() - this.began) / 1000;
    const sorted = Float64Array.from(this.latencies).sort();
    const [p50Ms, p99Ms] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
    return { requests: sorted.length, seconds, p50Ms, p99Ms, statuses: this.statuses };
  }
}
