/** What has to be added to an instant of Postgres' for ours on `performance.now()`: so much at least and at most. */
interface Span {
  least: number;
  most: number;
}

/** For so long, and once again, an exchange counts: two clocks drift apart by some milliseconds meanwhile (our choice). */
const TRUST_MS = 10_000;

/**
 * Where Postgres' clock stands on ours. Each exchange says so within its own round trip, several together within the quickest of them: an
 * answer that lay about unread, because this process stood still or a packet came late, says little and takes nothing back.
 */
export class PostgresClock {
  private before: Span | undefined;
  private recent: Span | undefined;
  private since = -Infinity;

  /** Postgres' clock showed `shown` (ms) at some time between `asked` and `answered`, on `performance.now()`. */
  note(shown: number, asked: number, answered: number): void {
    // By when it was asked: after a standstill the knowledge from before is all there is.
    if (asked - this.since > TRUST_MS) {
      this.before = asked - this.since > 2 * TRUST_MS ? undefined : this.recent;
      this.recent = undefined;
      this.since = asked;
    }
    const span = { least: asked - shown, most: answered - shown };
    // What does not fit was before somebody set a clock.
    this.recent = overlap(this.recent, span) ?? span;
  }

  /** When on our clock, at the latest, Postgres' shows `shown`. Something has to have been noted. */
  latest(shown: number): number {
    const span = overlap(this.before, this.recent) ?? this.recent!;
    return shown + span.most;
  }
}

function overlap(one: Span | undefined, other: Span | undefined): Span | undefined {
  if (!one || !other) return one ?? other;
  const both = { least: Math.max(one.least, other.least), most: Math.min(one.most, other.most) };
  return both.least <= both.most ? both : undefined;
}
