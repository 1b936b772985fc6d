/**
 * An instant of Postgres' clock, carried forward by this process's monotonic clock. Leases and schedules are computed
 * from it, so that a replica whose wall clock is wrong does no harm.
 */
export class DatabaseTime {
  private readonly readAt = performance.now();

  constructor(private readonly instant: Date) {}

  /** Postgres' clock as it should read now. */
  now(): Date {
    return new Date(this.instant.getTime() + (performance.now() - this.readAt));
  }

  /** Postgres' clock `milliseconds` from now. */
  in(milliseconds: number): Date {
    return new Date(this.now().getTime() + milliseconds);
  }
}

/** This machine's clock, which may be wrong: for what is told, never for what is decided (Postgres' clock decides). */
export function wallClock(): Date {
  return new Date();
}

/** Resolves after `milliseconds`, or at once when the signal aborts (it never rejects). */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
